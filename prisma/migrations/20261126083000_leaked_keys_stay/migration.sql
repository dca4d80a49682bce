-- The private half of a leaked key is known to whoever saw the message: no later insight makes it good again, so nobody takes it off the list.
CREATE TRIGGER blocked_key_leaked_stays BEFORE UPDATE OR DELETE ON blocked_key
  FOR EACH ROW WHEN (OLD.code = 'private_key_leaked') EXECUTE FUNCTION refuse_change();
