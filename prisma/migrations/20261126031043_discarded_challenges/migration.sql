-- AlterTable
ALTER TABLE "issuer_challenge" ADD COLUMN     "discarded_at" TIMESTAMPTZ(3);
ALTER TABLE issuer_challenge ADD CONSTRAINT issuer_challenge_discarded CHECK (discarded_at IS NULL OR command_id IS NULL);
DROP TRIGGER issuer_challenge_kept ON issuer_challenge;
CREATE TRIGGER issuer_challenge_kept BEFORE UPDATE ON issuer_challenge FOR EACH ROW
  EXECUTE FUNCTION keep_columns('issuer_id', 'sealing_key_id', 'sealed', 'binding', 'created_by_name', 'created_at', 'discarded_at?');
