-- CreateTable
CREATE TABLE "rehearsal" (
    "id" UUID NOT NULL,
    "wish" JSONB NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "finished_at" TIMESTAMPTZ(3),
    "result" JSONB,
    "failure" TEXT,

    CONSTRAINT "rehearsal_pkey" PRIMARY KEY ("id")
);

-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

-- A policy is saved on the strength of a finished rehearsal of exactly that change, so what was asked and what came out stay as they are.
ALTER TABLE rehearsal
  ADD CONSTRAINT rehearsal_end CHECK ((finished_at IS NOT NULL) = (num_nonnulls(result, failure) = 1));
CREATE TRIGGER rehearsal_kept BEFORE UPDATE ON rehearsal
  FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'wish', 'created_by_name', 'created_at', 'finished_at?', 'result?', 'failure?');
