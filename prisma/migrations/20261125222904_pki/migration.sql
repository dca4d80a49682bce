-- AlterTable
ALTER TABLE "issuer" ADD COLUMN     "replaced_by_id" UUID;

-- CreateTable
CREATE TABLE "service_certificate" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "sealed" BYTEA NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_certificate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ocsp_response" (
    "cert_id" BYTEA NOT NULL,
    "certificate_id" UUID NOT NULL,
    "der" BYTEA NOT NULL,
    "this_update" TIMESTAMPTZ(3) NOT NULL,
    "next_update" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ocsp_response_pkey" PRIMARY KEY ("cert_id")
);

-- CreateTable
CREATE TABLE "restored_certificate" (
    "issuer_id" UUID NOT NULL,
    "serial_number" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revocation_reason" TEXT,

    CONSTRAINT "restored_certificate_pkey" PRIMARY KEY ("issuer_id","serial_number")
);

-- CreateTable
CREATE TABLE "pki_request" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answered_at" TIMESTAMPTZ(3),
    "reply" BYTEA,
    "problem" TEXT,

    CONSTRAINT "pki_request_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "service_certificate_issuer_id_purpose_not_after_idx" ON "service_certificate"("issuer_id", "purpose", "not_after" DESC);

-- CreateIndex
CREATE INDEX "ocsp_response_certificate_id_idx" ON "ocsp_response"("certificate_id");

-- CreateIndex
CREATE INDEX "ocsp_response_next_update_idx" ON "ocsp_response"("next_update");

-- CreateIndex
CREATE INDEX "pki_request_received_at_idx" ON "pki_request"("received_at");

-- CreateIndex
CREATE INDEX "issuer_replaced_by_id_idx" ON "issuer"("replaced_by_id");

-- AddForeignKey
ALTER TABLE "issuer" ADD CONSTRAINT "issuer_replaced_by_id_fkey" FOREIGN KEY ("replaced_by_id") REFERENCES "issuer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_certificate" ADD CONSTRAINT "service_certificate_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ocsp_response" ADD CONSTRAINT "ocsp_response_certificate_id_fkey" FOREIGN KEY ("certificate_id") REFERENCES "certificate"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restored_certificate" ADD CONSTRAINT "restored_certificate_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE issuer ADD CONSTRAINT issuer_not_its_own_successor CHECK (replaced_by_id <> id);
ALTER TABLE service_certificate
  ADD CONSTRAINT service_certificate_purpose CHECK (purpose ~ '^[a-z][a-z-]{0,30}$'),
  ADD CONSTRAINT service_certificate_life CHECK (not_after > not_before);
ALTER TABLE ocsp_response ADD CONSTRAINT ocsp_response_cert_id CHECK (octet_length(cert_id) <= 200);
ALTER TABLE restored_certificate
  ADD CONSTRAINT restored_certificate_serial_form CHECK (serial_number ~ '^[1-9a-f][0-9a-f]{0,39}$'),
  ADD CONSTRAINT restored_certificate_revoked CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL));
ALTER TABLE pki_request
  ADD CONSTRAINT pki_request_kind CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
  ADD CONSTRAINT pki_request_target CHECK (length(target) <= 100),
  ADD CONSTRAINT pki_request_body CHECK (octet_length(body) <= 65536),
  ADD CONSTRAINT pki_request_answered CHECK ((answered_at IS NULL) = (reply IS NULL AND problem IS NULL) AND (reply IS NULL OR problem IS NULL));

CREATE TRIGGER service_certificate_kept BEFORE UPDATE ON service_certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pki_request_kept BEFORE UPDATE ON pki_request
  FOR EACH ROW EXECUTE FUNCTION keep_columns('kind', 'target', 'body', 'received_at', 'answered_at?', 'reply?', 'problem?');
CREATE INDEX pki_request_waiting ON pki_request (kind) WHERE answered_at IS NULL;
CREATE TRIGGER pki_request_notify AFTER UPDATE OF answered_at ON pki_request
  FOR EACH ROW EXECUTE FUNCTION notify_change('pki-request');

-- Whoever changes what is true of a certificate takes back what was said of it, in the same transaction, however it comes about.
CREATE FUNCTION forget_ocsp_responses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM ocsp_response WHERE certificate_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER certificate_ocsp AFTER UPDATE OF status, revoked_at, revocation_reason ON certificate
  FOR EACH ROW WHEN (OLD.status <> 'reserved') EXECUTE FUNCTION forget_ocsp_responses();
