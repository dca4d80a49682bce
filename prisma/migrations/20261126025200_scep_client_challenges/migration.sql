-- AlterTable
ALTER TABLE "command_key" ADD COLUMN     "attributes_sha256" BYTEA;

-- CreateTable
CREATE TABLE "issuer_challenge" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "sealing_key_id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "binding" TEXT NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "command_id" UUID,
    "keyid" TEXT,
    "taken_at" TIMESTAMPTZ(3),

    CONSTRAINT "issuer_challenge_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "issuer_challenge_command_id_keyid_key" ON "issuer_challenge"("command_id", "keyid");

-- AddForeignKey
ALTER TABLE "issuer_challenge" ADD CONSTRAINT "issuer_challenge_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_challenge" ADD CONSTRAINT "issuer_challenge_sealing_key_id_fkey" FOREIGN KEY ("sealing_key_id") REFERENCES "sealing_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_challenge" ADD CONSTRAINT "issuer_challenge_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE command_key ADD CONSTRAINT command_key_attributes CHECK (octet_length(attributes_sha256) = 32);
DROP TRIGGER command_key_kept ON command_key;
CREATE TRIGGER command_key_kept BEFORE UPDATE ON command_key FOR EACH ROW
  EXECUTE FUNCTION keep_columns('command_id', 'keyid', 'dummy_csr', 'dummy_spki_sha256', 'subject_der', 'attributes_sha256');

ALTER TABLE issuer_challenge
  ADD CONSTRAINT issuer_challenge_size CHECK (octet_length(sealed) BETWEEN 65 AND 2000),
  ADD CONSTRAINT issuer_challenge_taken CHECK (num_nulls(command_id, keyid, taken_at) IN (0, 3));
CREATE INDEX issuer_challenge_left ON issuer_challenge (issuer_id, binding, id) WHERE command_id IS NULL;

-- One challenge, one key. It goes over to a later command of the same enrolment only if the messaging server is not known to have taken the
-- earlier one: then nobody had an offer, so no phone has seen it.
CREATE FUNCTION check_challenge_taken() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.command_id IS NOT NULL AND OLD.command_id IS DISTINCT FROM NEW.command_id AND NOT EXISTS (
    SELECT FROM command before JOIN command now ON now.enrollment_id = before.enrollment_id
    WHERE before.id = OLD.command_id AND now.id = NEW.command_id
      AND before.hermod_command_id IS NULL AND before.state IN ('failed', 'superseded')
  ) THEN
    RAISE EXCEPTION 'challenge % was given out before', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issuer_challenge_once BEFORE UPDATE ON issuer_challenge FOR EACH ROW EXECUTE FUNCTION check_challenge_taken();
CREATE TRIGGER issuer_challenge_kept BEFORE UPDATE ON issuer_challenge FOR EACH ROW
  EXECUTE FUNCTION keep_columns('issuer_id', 'sealing_key_id', 'sealed', 'binding', 'created_by_name', 'created_at');
