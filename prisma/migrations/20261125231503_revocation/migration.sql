-- CreateEnum
CREATE TYPE "revocation_kind" AS ENUM ('revoke', 'hold', 'release');

-- CreateEnum
CREATE TYPE "revocation_state" AS ENUM ('wanted', 'by_hand', 'done', 'void');

-- CreateEnum
CREATE TYPE "proof_source" AS ENUM ('ocsp', 'crl');

-- AlterTable
ALTER TABLE "revocation_request" DROP CONSTRAINT "revocation_request_pkey",
ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "kind" "revocation_kind" NOT NULL DEFAULT 'revoke',
ADD COLUMN     "state" "revocation_state" NOT NULL DEFAULT 'wanted',
ADD CONSTRAINT "revocation_request_pkey" PRIMARY KEY ("id");

-- CreateTable
CREATE TABLE "revocation_proof" (
    "request_id" UUID NOT NULL,
    "source" "proof_source" NOT NULL,
    "url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "first_seen_at" TIMESTAMPTZ(3),
    "said_at" TIMESTAMPTZ(3),
    "sha256" BYTEA,
    "crl_number" INTEGER,
    "checks" INTEGER NOT NULL DEFAULT 0,
    "last_checked_at" TIMESTAMPTZ(3),
    "next_check_at" TIMESTAMPTZ(3),
    "detail" TEXT,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revocation_proof_pkey" PRIMARY KEY ("request_id","source")
);

-- CreateIndex
CREATE INDEX "revocation_request_certificate_id_requested_at_idx" ON "revocation_request"("certificate_id", "requested_at" DESC);

-- AddForeignKey
ALTER TABLE "revocation_proof" ADD CONSTRAINT "revocation_proof_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "revocation_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

-- The defaults were for the rows there were; a new one says what it is.
ALTER TABLE revocation_request ALTER COLUMN id DROP DEFAULT, ALTER COLUMN kind DROP DEFAULT;
UPDATE revocation_request SET state = 'done' WHERE done_at IS NOT NULL;
ALTER TABLE revocation_request
  ADD CONSTRAINT revocation_request_end CHECK ((state IN ('done', 'void')) = (done_at IS NOT NULL)),
  ADD CONSTRAINT revocation_request_hold CHECK ((kind = 'hold') = (reason = 'certificateHold') AND (kind = 'release') = (reason = 'removeFromCRL'));
ALTER TABLE revocation_proof
  ADD CONSTRAINT revocation_proof_seen CHECK ((first_seen_at IS NULL) = (sha256 IS NULL) AND (sha256 IS NULL OR octet_length(sha256) = 32));

-- One wish at a time: who wants something else ends the one before (lib/data/revocation.ts).
CREATE UNIQUE INDEX revocation_request_open ON revocation_request (certificate_id) WHERE done_at IS NULL;
CREATE INDEX revocation_by_hand ON revocation_request (requested_at) WHERE state = 'by_hand';
CREATE INDEX revocation_proof_due ON revocation_proof (next_check_at) WHERE first_seen_at IS NULL;

CREATE TRIGGER revocation_request_kept BEFORE UPDATE ON revocation_request
  FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'certificate_id', 'kind', 'reason', 'note', 'requested_by', 'requested_at', 'done_at?');
CREATE TRIGGER revocation_proof_kept BEFORE UPDATE ON revocation_proof
  FOR EACH ROW EXECUTE FUNCTION keep_columns('request_id', 'source', 'url', 'created_at', 'first_seen_at?', 'said_at?', 'sha256?', 'crl_number?');

-- Both are looked at on the certificate's page.
CREATE FUNCTION notify_revocation() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_TABLE_NAME = 'revocation_request' THEN
    PERFORM pg_notify('certdesk', 'certificate:' || NEW.certificate_id);
  ELSE
    PERFORM pg_notify('certdesk', 'certificate:' || (SELECT certificate_id FROM revocation_request WHERE id = NEW.request_id));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER revocation_request_notify AFTER INSERT OR UPDATE ON revocation_request FOR EACH ROW EXECUTE FUNCTION notify_revocation();
CREATE TRIGGER revocation_proof_notify AFTER INSERT OR UPDATE ON revocation_proof FOR EACH ROW EXECUTE FUNCTION notify_revocation();
