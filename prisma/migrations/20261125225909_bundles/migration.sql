-- CreateTable
CREATE TABLE "bundle_key" (
    "id" UUID NOT NULL,
    "spki" BYTEA NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bundle_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evidence_bundle" (
    "id" UUID NOT NULL,
    "enrollment_id" UUID NOT NULL,
    "content" TEXT NOT NULL,
    "requested_by_name" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "body" TEXT,
    "sha256" BYTEA,
    "made_at" TIMESTAMPTZ(3),

    CONSTRAINT "evidence_bundle_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "bundle_key_spki_key" ON "bundle_key"("spki");

-- CreateIndex
CREATE UNIQUE INDEX "evidence_bundle_enrollment_id_content_key" ON "evidence_bundle"("enrollment_id", "content");

-- AddForeignKey
ALTER TABLE "evidence_bundle" ADD CONSTRAINT "evidence_bundle_enrollment_id_fkey" FOREIGN KEY ("enrollment_id") REFERENCES "enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE evidence_bundle
  ADD CONSTRAINT evidence_bundle_made CHECK ((body IS NULL) = (made_at IS NULL) AND (body IS NULL) = (sha256 IS NULL)),
  ADD CONSTRAINT evidence_bundle_hash CHECK (octet_length(sha256) = 32);

-- What was signed once stays as it was; a key is never exchanged under the bundles that it signed.
CREATE TRIGGER evidence_bundle_kept BEFORE UPDATE ON evidence_bundle
  FOR EACH ROW EXECUTE FUNCTION keep_columns('enrollment_id', 'content', 'requested_by_name', 'body?', 'sha256?', 'made_at?');
CREATE TRIGGER bundle_key_kept BEFORE UPDATE OR DELETE ON bundle_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bundle_key_not_emptied BEFORE TRUNCATE ON bundle_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
