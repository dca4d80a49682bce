-- AlterTable
ALTER TABLE "certificate" ADD COLUMN     "answer_read_at" TIMESTAMPTZ(3),
ADD COLUMN     "asked_at" TIMESTAMPTZ(3),
ADD COLUMN     "asks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "held_der" BYTEA,
ADD COLUMN     "pending_since" TIMESTAMPTZ(3),
ALTER COLUMN "serial_number" DROP NOT NULL;

-- AlterTable
ALTER TABLE "issuer" ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "sealing_key" (
    "id" UUID NOT NULL,
    "public_key" BYTEA NOT NULL,
    "private_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuer_credential" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sealing_key_id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "issuer_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection" (
    "id" TEXT NOT NULL,
    "last_success_at" TIMESTAMPTZ(3),
    "last_error_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_test" (
    "id" UUID NOT NULL,
    "connection" TEXT NOT NULL,
    "accept_sha256" BYTEA,
    "requested_by_name" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "steps" JSONB NOT NULL DEFAULT '[]',
    "certificate" BYTEA,
    "external_id" TEXT,
    "called_back_at" TIMESTAMPTZ(3),

    CONSTRAINT "connection_test_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "issuer_credential_issuer_id_name_created_at_idx" ON "issuer_credential"("issuer_id", "name", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "connection_test_external_id_key" ON "connection_test"("external_id");

-- CreateIndex
CREATE INDEX "connection_test_connection_requested_at_idx" ON "connection_test"("connection", "requested_at" DESC);

-- AddForeignKey
ALTER TABLE "issuer_credential" ADD CONSTRAINT "issuer_credential_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_credential" ADD CONSTRAINT "issuer_credential_sealing_key_id_fkey" FOREIGN KEY ("sealing_key_id") REFERENCES "sealing_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

-- A CA that chooses the serial number itself: there is none before its certificate is. UNIQUE (issuer_id, serial_number) leaves NULLs alone,
-- and a number that was settled beforehand still never changes (K10).
ALTER TABLE certificate
  ADD CONSTRAINT certificate_serial_known CHECK (serial_number IS NOT NULL OR status = 'reserved'),
  ADD CONSTRAINT certificate_asked CHECK (asks >= 0 AND (asks = 0) = (asked_at IS NULL) AND (answer_read_at IS NULL OR asks > 0));
DROP TRIGGER certificate_kept ON certificate;
CREATE TRIGGER certificate_kept BEFORE UPDATE OF issuer_id, serial_number, enrollment_key_id, tbs, spki_sha256, der, sha256, held_der ON certificate
  FOR EACH ROW EXECUTE FUNCTION keep_columns('issuer_id', 'serial_number?', 'enrollment_key_id', 'tbs', 'spki_sha256', 'der?', 'sha256?', 'held_der?');

ALTER TABLE issuer ADD CONSTRAINT issuer_config_form CHECK (jsonb_typeof(config) = 'object');
ALTER TABLE issuer_credential
  ADD CONSTRAINT issuer_credential_name CHECK (name ~ '^[a-z][a-z0-9-]{0,40}$'),
  ADD CONSTRAINT issuer_credential_size CHECK (octet_length(sealed) BETWEEN 65 AND 20000);
ALTER TABLE connection_test
  ADD CONSTRAINT connection_test_accept CHECK (accept_sha256 IS NULL OR octet_length(accept_sha256) = 32),
  ADD CONSTRAINT connection_test_outcome CHECK (outcome IN ('passed', 'warned', 'failed') AND (outcome IS NULL) = (finished_at IS NULL));
-- One at a time for one connection: a second click finds the first one's.
CREATE UNIQUE INDEX connection_test_running ON connection_test (connection) WHERE finished_at IS NULL;

CREATE TRIGGER sealing_key_kept BEFORE UPDATE OR DELETE ON sealing_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER issuer_credential_kept BEFORE UPDATE OR DELETE ON issuer_credential FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- An issuer that was opened before is opened again after any of this.
CREATE FUNCTION count_issuer_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER issuer_revision BEFORE UPDATE OF config, certificate, chain ON issuer FOR EACH ROW
  WHEN ((OLD.config, OLD.certificate, OLD.chain) IS DISTINCT FROM (NEW.config, NEW.certificate, NEW.chain))
  EXECUTE FUNCTION count_issuer_revision();
CREATE FUNCTION count_credential_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE issuer SET revision = revision + 1 WHERE id = NEW.issuer_id;
  RETURN NULL;
END $$;
CREATE TRIGGER issuer_credential_revision AFTER INSERT ON issuer_credential FOR EACH ROW EXECUTE FUNCTION count_credential_revision();

-- The web writes where a remote CA is and what is pinned of it (columns: grants.sql), and nothing of a CA that signs here.
CREATE FUNCTION check_issuer_by_web() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF speaks_as_web() AND (NEW.kind = 'embedded' OR (TG_OP = 'UPDATE' AND NEW.kind <> OLD.kind)) THEN
    RAISE EXCEPTION 'issuer %: the web may not write it', NEW.name USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuer_by_web BEFORE INSERT OR UPDATE ON issuer FOR EACH ROW EXECUTE FUNCTION check_issuer_by_web();
