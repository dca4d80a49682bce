-- The same rules for less: they are asked for every row of every move, and issuing waits for them.

-- The text is what it was. PostgreSQL cannot put this one into the statement that calls it, and a function in SQL that calls another ten times
-- is set up and taken down eleven times a row; an expression of PL/pgSQL is prepared once a connection.
CREATE OR REPLACE FUNCTION audit_text(entry audit_entry) RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Each field as "<octets>:<text>,", and "-," for NULL.
  RETURN coalesce(octet_length(convert_to(entry.seq::text, 'UTF8')) || ':' || entry.seq::text || ',', '-,')
      || coalesce(octet_length(convert_to(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'UTF8')) || ':' || to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ',', '-,')
      || coalesce(octet_length(convert_to(entry.actor_kind, 'UTF8')) || ':' || entry.actor_kind || ',', '-,')
      || coalesce(octet_length(convert_to(entry.actor_id, 'UTF8')) || ':' || entry.actor_id || ',', '-,')
      || coalesce(octet_length(convert_to(entry.actor_name, 'UTF8')) || ':' || entry.actor_name || ',', '-,')
      || coalesce(octet_length(convert_to(entry.action, 'UTF8')) || ':' || entry.action || ',', '-,')
      || coalesce(octet_length(convert_to(entry.object_kind, 'UTF8')) || ':' || entry.object_kind || ',', '-,')
      || coalesce(octet_length(convert_to(entry.object_id, 'UTF8')) || ':' || entry.object_id || ',', '-,')
      || coalesce(octet_length(convert_to(entry.enrollment_id::text, 'UTF8')) || ':' || entry.enrollment_id::text || ',', '-,')
      || coalesce(octet_length(convert_to(entry.detail::text, 'UTF8')) || ':' || entry.detail::text || ',', '-,');
END $$;
DROP FUNCTION audit_field(text);

-- By name and without the view of all roles; a role that is not there is nobody's.
CREATE OR REPLACE FUNCTION speaks_as_web() RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(pg_has_role(session_user, to_regrole('certdesk_web')::oid, 'USAGE'), false)
     AND NOT coalesce(pg_has_role(session_user, to_regrole('certdesk_worker')::oid, 'USAGE'), false);
END $$;

-- Called only for what would be refused: comparing columns costs nothing, writing both rows as JSON (keep_columns) does.
DROP TRIGGER certificate_kept ON certificate;
CREATE TRIGGER certificate_kept BEFORE UPDATE OF issuer_id, serial_number, enrollment_key_id, tbs, spki_sha256, der, sha256, held_der ON certificate
  FOR EACH ROW WHEN (
    (OLD.issuer_id, OLD.enrollment_key_id, OLD.tbs, OLD.spki_sha256) IS DISTINCT FROM (NEW.issuer_id, NEW.enrollment_key_id, NEW.tbs, NEW.spki_sha256)
    OR OLD.serial_number <> NEW.serial_number OR (OLD.serial_number IS NOT NULL AND NEW.serial_number IS NULL)
    OR OLD.der <> NEW.der OR (OLD.der IS NOT NULL AND NEW.der IS NULL)
    OR OLD.sha256 <> NEW.sha256 OR (OLD.sha256 IS NOT NULL AND NEW.sha256 IS NULL)
    OR OLD.held_der <> NEW.held_der OR (OLD.held_der IS NOT NULL AND NEW.held_der IS NULL)
  )
  EXECUTE FUNCTION keep_columns('issuer_id', 'serial_number?', 'enrollment_key_id', 'tbs', 'spki_sha256', 'der?', 'sha256?', 'held_der?');
