-- What failed at the CA can be asked for again: the same keys, the same prepared message. The web says so; whatever else failed stays failed.
INSERT INTO enrollment_move VALUES ('failed', 'issuing', true);

CREATE FUNCTION check_asked_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF coalesce(OLD.failure_code, '') NOT LIKE 'ca\_%' THEN
    RAISE EXCEPTION 'enrolment %: it did not fail at the CA', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER enrollment_asked_again BEFORE UPDATE OF state ON enrollment
  FOR EACH ROW WHEN (OLD.state = 'failed' AND NEW.state = 'issuing') EXECUTE FUNCTION check_asked_again();
