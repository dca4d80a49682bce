-- CreateTable
CREATE TABLE "scep_server" (
    "issuer_id" UUID NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "config" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scep_server_pkey" PRIMARY KEY ("issuer_id")
);

-- CreateTable
CREATE TABLE "scep_challenge" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "common_name" TEXT,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "scep_challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scep_authority" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "spki_sha256" BYTEA NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "scep_authority_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scep_transaction" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "transaction_id" TEXT NOT NULL,
    "serial_number" TEXT NOT NULL,
    "spki_sha256" BYTEA NOT NULL,
    "signer_sha256" BYTEA NOT NULL,
    "challenge_id" UUID,
    "authority_id" UUID,
    "subject" TEXT NOT NULL,
    "tbs" BYTEA NOT NULL,
    "der" BYTEA,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "issued_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revocation_reason" TEXT,

    CONSTRAINT "scep_transaction_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "scep_challenge_hash_key" ON "scep_challenge"("hash");

-- CreateIndex
CREATE INDEX "scep_challenge_issuer_id_created_at_idx" ON "scep_challenge"("issuer_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "scep_authority_issuer_id_spki_sha256_key" ON "scep_authority"("issuer_id", "spki_sha256");

-- CreateIndex
CREATE INDEX "scep_transaction_created_at_idx" ON "scep_transaction"("created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "scep_transaction_issuer_id_transaction_id_key" ON "scep_transaction"("issuer_id", "transaction_id");

-- CreateIndex
CREATE UNIQUE INDEX "scep_transaction_issuer_id_serial_number_key" ON "scep_transaction"("issuer_id", "serial_number");

-- AddForeignKey
ALTER TABLE "scep_server" ADD CONSTRAINT "scep_server_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scep_challenge" ADD CONSTRAINT "scep_challenge_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scep_authority" ADD CONSTRAINT "scep_authority_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scep_transaction" ADD CONSTRAINT "scep_transaction_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scep_transaction" ADD CONSTRAINT "scep_transaction_challenge_id_fkey" FOREIGN KEY ("challenge_id") REFERENCES "scep_challenge"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scep_transaction" ADD CONSTRAINT "scep_transaction_authority_id_fkey" FOREIGN KEY ("authority_id") REFERENCES "scep_authority"("id") ON DELETE SET NULL ON UPDATE CASCADE;
-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE scep_server ADD CONSTRAINT scep_server_config CHECK (jsonb_typeof(config) = 'object');
ALTER TABLE scep_challenge
  ADD CONSTRAINT scep_challenge_hash CHECK (octet_length(hash) = 32),
  ADD CONSTRAINT scep_challenge_common_name CHECK (length(common_name) BETWEEN 1 AND 64);
ALTER TABLE scep_authority
  ADD CONSTRAINT scep_authority_key CHECK (octet_length(spki_sha256) = 32),
  ADD CONSTRAINT scep_authority_name CHECK (length(name) BETWEEN 1 AND 100);
ALTER TABLE scep_transaction
  ADD CONSTRAINT scep_transaction_id CHECK (length(transaction_id) BETWEEN 1 AND 256),
  ADD CONSTRAINT scep_transaction_serial_form CHECK (serial_number ~ '^[1-9a-f][0-9a-f]{0,39}$'),
  ADD CONSTRAINT scep_transaction_keys CHECK (octet_length(spki_sha256) = 32 AND octet_length(signer_sha256) = 32),
  -- Never without a reason: one challenge or one registration authority.
  ADD CONSTRAINT scep_transaction_authorised CHECK (num_nonnulls(challenge_id, authority_id) = 1),
  ADD CONSTRAINT scep_transaction_issued CHECK ((der IS NULL) = (issued_at IS NULL)),
  ADD CONSTRAINT scep_transaction_revoked CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL) AND (revoked_at IS NULL OR der IS NOT NULL)),
  ADD CONSTRAINT scep_transaction_life CHECK (not_after > not_before);
-- One challenge, one certificate.
CREATE UNIQUE INDEX scep_transaction_challenge ON scep_transaction (challenge_id) WHERE challenge_id IS NOT NULL;

CREATE TRIGGER scep_challenge_kept BEFORE UPDATE ON scep_challenge
  FOR EACH ROW EXECUTE FUNCTION keep_columns('issuer_id', 'hash', 'common_name', 'created_by_name', 'created_at', 'used_at?');
CREATE TRIGGER scep_authority_kept BEFORE UPDATE ON scep_authority
  FOR EACH ROW EXECUTE FUNCTION keep_columns('issuer_id', 'name', 'certificate', 'spki_sha256', 'created_at', 'revoked_at?');
CREATE TRIGGER scep_transaction_kept BEFORE UPDATE ON scep_transaction FOR EACH ROW EXECUTE FUNCTION keep_columns(
  'issuer_id', 'transaction_id', 'serial_number', 'spki_sha256', 'signer_sha256', 'challenge_id', 'authority_id', 'tbs', 'der?', 'revoked_at?', 'revocation_reason?');

-- R2 holds over both tables: a serial number of an issuer is one certificate's.
CREATE FUNCTION check_serial_number_elsewhere() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM certificate WHERE issuer_id = NEW.issuer_id AND serial_number = NEW.serial_number) THEN
    RAISE EXCEPTION 'serial number % is a certificate''s already', NEW.serial_number USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER scep_transaction_serial BEFORE INSERT ON scep_transaction FOR EACH ROW EXECUTE FUNCTION check_serial_number_elsewhere();
