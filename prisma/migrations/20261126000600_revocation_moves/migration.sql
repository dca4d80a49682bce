-- The web writes wishes down and takes a hold or a release back by another wish. It cannot say that one was done, nor end a revocation.
CREATE FUNCTION check_revocation_move() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT speaks_as_web() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' AND NEW.state <> 'wanted' THEN
    RAISE EXCEPTION 'a wish does not begin as %', NEW.state USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.state <> 'void' OR OLD.kind = 'revoke') THEN
    RAISE EXCEPTION 'the web does not end a wish to % as %', OLD.kind, NEW.state USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER revocation_request_move BEFORE INSERT OR UPDATE ON revocation_request FOR EACH ROW EXECUTE FUNCTION check_revocation_move();
