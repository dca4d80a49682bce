-- AlterTable
ALTER TABLE "evidence" ADD COLUMN     "policy_version_id" UUID;

-- CreateTable
CREATE TABLE "policy_version" (
    "id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "note" TEXT NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blocked_key" (
    "spki_sha256" BYTEA NOT NULL,
    "code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blocked_key_pkey" PRIMARY KEY ("spki_sha256")
);

-- CreateTable
CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "about" TEXT NOT NULL,
    "enrollment_id" UUID,
    "user_id" UUID,
    "certificate_id" UUID,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "closed_by_name" TEXT,
    "close_note" TEXT,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "policy_version_number_key" ON "policy_version"("number");

-- CreateIndex
CREATE INDEX "incident_opened_at_idx" ON "incident"("opened_at" DESC);

-- CreateIndex
CREATE INDEX "incident_enrollment_id_idx" ON "incident"("enrollment_id");

-- CreateIndex
CREATE INDEX "incident_user_id_idx" ON "incident"("user_id");

-- CreateIndex
CREATE INDEX "incident_certificate_id_idx" ON "incident"("certificate_id");

-- CreateIndex
CREATE UNIQUE INDEX "incident_kind_about_key" ON "incident"("kind", "about");

-- CreateIndex
CREATE INDEX "evidence_policy_version_id_idx" ON "evidence"("policy_version_id");

-- AddForeignKey
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_policy_version_id_fkey" FOREIGN KEY ("policy_version_id") REFERENCES "policy_version"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident" ADD CONSTRAINT "incident_enrollment_id_fkey" FOREIGN KEY ("enrollment_id") REFERENCES "enrollment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident" ADD CONSTRAINT "incident_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident" ADD CONSTRAINT "incident_certificate_id_fkey" FOREIGN KEY ("certificate_id") REFERENCES "certificate"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE policy_version
  ADD CONSTRAINT policy_version_number CHECK (number >= 1),
  ADD CONSTRAINT policy_version_note CHECK (length(note) BETWEEN 1 AND 500);
ALTER TABLE blocked_key
  ADD CONSTRAINT blocked_key_hash CHECK (octet_length(spki_sha256) = 32),
  ADD CONSTRAINT blocked_key_code CHECK (code IN ('blocked_key', 'private_key_leaked'));
ALTER TABLE incident
  ADD CONSTRAINT incident_closed CHECK ((closed_at IS NULL) = (closed_by_name IS NULL) AND (closed_at IS NOT NULL OR close_note IS NULL));

CREATE TRIGGER policy_version_kept BEFORE UPDATE OR DELETE ON policy_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_version_not_emptied BEFORE TRUNCATE ON policy_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_kept BEFORE UPDATE ON incident
  FOR EACH ROW EXECUTE FUNCTION keep_columns('kind', 'about', 'enrollment_id', 'user_id', 'certificate_id', 'detail', 'opened_at', 'closed_at?', 'closed_by_name?', 'close_note?');

CREATE INDEX incident_open ON incident (opened_at DESC) WHERE closed_at IS NULL;
