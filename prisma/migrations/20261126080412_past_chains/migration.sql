-- CreateTable
CREATE TABLE "issuer_past_chain" (
    "issuer_id" UUID NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "chain" BYTEA[],

    CONSTRAINT "issuer_past_chain_pkey" PRIMARY KEY ("issuer_id","until")
);

-- AddForeignKey
ALTER TABLE "issuer_past_chain" ADD CONSTRAINT "issuer_past_chain_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- ── What the schema cannot say ─────────────────────────────────────────────────────────────────────────────────────────────

-- An issuer's chain is replaced under the certificates it has signed; the former one stays, and is never changed.
CREATE FUNCTION keep_past_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO issuer_past_chain (issuer_id, until, chain) VALUES (OLD.id, clock_timestamp(), OLD.chain);
  RETURN NULL;
END $$;
CREATE TRIGGER issuer_chain_kept AFTER UPDATE OF chain ON issuer FOR EACH ROW
  WHEN (OLD.chain IS DISTINCT FROM NEW.chain AND cardinality(OLD.chain) > 0)
  EXECUTE FUNCTION keep_past_chain();
CREATE TRIGGER issuer_past_chain_kept BEFORE UPDATE OR DELETE ON issuer_past_chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER issuer_past_chain_not_emptied BEFORE TRUNCATE ON issuer_past_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
