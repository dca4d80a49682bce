-- What must hold whoever writes: constraints, the audit chain, the table of moves, notifications. R1…R8 are the rules of
-- prisma/rules.sql. A rule that only the program keeps is broken by the first program with a mistake in it.

-- ── Search ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- Lower case without diacritics. unaccent() itself is only STABLE, because a dictionary can be changed; ours is named and is not.
CREATE FUNCTION certdesk_fold(value text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
  AS $$ SELECT lower(unaccent('unaccent'::regdictionary, value)) $$;

CREATE FUNCTION user_search_text() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.search := certdesk_fold(concat_ws(' ', NEW.name, NEW.userid, NEW.email, NEW.department));
  RETURN NEW;
END $$;
CREATE TRIGGER user_search BEFORE INSERT OR UPDATE OF name, userid, email, department, search ON "user"
  FOR EACH ROW EXECUTE FUNCTION user_search_text();

CREATE INDEX user_search_trgm ON "user" USING gin (search gin_trgm_ops);
-- One and two letters: the beginning of the name.
CREATE INDEX user_search_prefix ON "user" (search text_pattern_ops);
CREATE INDEX user_by_name ON "user" (name, id);

-- ── What a row may look like ───────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE "user"
  ADD CONSTRAINT user_userid_form CHECK (userid ~ '^[A-Za-z0-9._@-]{1,64}$'),
  ADD CONSTRAINT user_name_form CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[\x01-\x1f\x7f]'),
  ADD CONSTRAINT user_attributes_form CHECK (jsonb_typeof(attributes) = 'object');
ALTER TABLE profile ADD CONSTRAINT profile_name_form CHECK (length(name) BETWEEN 1 AND 100);
ALTER TABLE profile_version ADD CONSTRAINT profile_version_number CHECK (version >= 1);
ALTER TABLE issuer ADD CONSTRAINT issuer_name_form CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$');
ALTER TABLE enrollment_link
  ADD CONSTRAINT enrollment_link_hash CHECK (octet_length(token_hash) = 32),
  ADD CONSTRAINT enrollment_link_life CHECK (expires_at > created_at);
ALTER TABLE api_token ADD CONSTRAINT api_token_hash CHECK (octet_length(token_hash) = 32);
ALTER TABLE enrollment ADD CONSTRAINT enrollment_version CHECK (version >= 1);
ALTER TABLE command
  ADD CONSTRAINT command_attempt CHECK (attempt >= 1),
  ADD CONSTRAINT command_times CHECK (timeout_s > 0 AND lifespan_s > 0),
  ADD CONSTRAINT command_nonce CHECK ((kind = 'provision') = (nonce IS NOT NULL)),
  -- An offer is a bearer secret: it is only there while it can be used.
  ADD CONSTRAINT command_offer CHECK (offer_uri IS NULL OR (kind = 'provision' AND state IN ('sending', 'sent')));
ALTER TABLE callback
  ADD CONSTRAINT callback_hash CHECK (octet_length(sha256) = 32),
  ADD CONSTRAINT callback_kind_form CHECK (length(kind) <= 64);
ALTER TABLE answer ADD CONSTRAINT answer_judged_for CHECK (judged_for = enrollment_id);
ALTER TABLE enrollment_key ADD CONSTRAINT enrollment_key_hash CHECK (octet_length(spki_sha256) = 32);
ALTER TABLE certificate
  ADD CONSTRAINT certificate_serial_form CHECK (serial_number ~ '^[1-9a-f][0-9a-f]{0,39}$'),
  -- R4: the TBS is NOT NULL by its type, so nothing signed can be without it; and signed means issued (or revoked since).
  ADD CONSTRAINT certificate_signed CHECK ((status = 'reserved') = (der IS NULL)),
  ADD CONSTRAINT certificate_hash CHECK ((der IS NULL) = (sha256 IS NULL) AND (sha256 IS NULL OR octet_length(sha256) = 32)),
  ADD CONSTRAINT certificate_issued CHECK ((der IS NULL) = (issued_at IS NULL)),
  ADD CONSTRAINT certificate_revoked CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
  ADD CONSTRAINT certificate_life CHECK (not_after > not_before);

-- One live command per enrolment: whoever makes the next one must have ended the last (fencing, K2 and K14).
CREATE UNIQUE INDEX command_one_live ON command (enrollment_id) WHERE state IN ('sending', 'sent');

-- ── What is looked for again and again ─────────────────────────────────────────────────────────────────────────────────────

CREATE INDEX enrollment_ours ON enrollment (state_changed_at) WHERE state IN ('requesting', 'answered', 'issuing');
CREATE INDEX enrollment_live ON enrollment (state_changed_at) WHERE state IN ('offered', 'delivering');
CREATE INDEX enrollment_for_staff ON enrollment (state_changed_at) WHERE state IN ('awaiting_approval', 'confirming', 'undelivered');
CREATE INDEX enrollment_by_version ON enrollment (profile_version_id);
CREATE INDEX enrollment_by_phone ON enrollment (phone_id) WHERE phone_id IS NOT NULL;
CREATE INDEX enrollment_by_link ON enrollment (link_id) WHERE link_id IS NOT NULL;
CREATE INDEX command_live ON command (expires_at) WHERE state IN ('sending', 'sent');
CREATE INDEX callback_received ON callback (received_at) WHERE state = 'received';
CREATE INDEX callback_by_command ON callback (command_id) WHERE command_id IS NOT NULL;
CREATE INDEX answer_by_command ON answer (command_id);
CREATE INDEX certificate_by_phone ON certificate (phone_id) WHERE phone_id IS NOT NULL;
CREATE INDEX certificate_newest ON certificate (created_at DESC, id);
CREATE INDEX phone_newest ON phone (last_contact_at DESC, id);
CREATE INDEX revocation_wanted ON revocation_request (requested_at) WHERE done_at IS NULL;
CREATE INDEX audit_entry_at ON audit_entry (at);

-- ── What must never change ─────────────────────────────────────────────────────────────────────────────────────────────────

-- Arguments: the columns that keep their value. A column written as 'name?' may be set once, from NULL.
CREATE FUNCTION keep_columns() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb := to_jsonb(NEW);
  argument text;
  name text;
BEGIN
  FOREACH argument IN ARRAY TG_ARGV LOOP
    name := rtrim(argument, '?');
    IF before -> name IS DISTINCT FROM after -> name AND NOT (argument LIKE '%?' AND before -> name = 'null'::jsonb) THEN
      RAISE EXCEPTION '%.% never changes', TG_TABLE_NAME, name USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% rows are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER evidence_kept BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_not_emptied BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER callback_kept BEFORE UPDATE OF kind, body, sha256, received_at ON callback
  FOR EACH ROW EXECUTE FUNCTION keep_columns('kind', 'body', 'sha256', 'received_at');
CREATE TRIGGER answer_kept BEFORE UPDATE OF enrollment_id, command_id, callback_id, judged_for, jws, received_at ON answer
  FOR EACH ROW EXECUTE FUNCTION keep_columns('enrollment_id', 'command_id', 'callback_id', 'judged_for?', 'jws', 'received_at');
CREATE TRIGGER command_kept BEFORE UPDATE OF enrollment_id, kind, attempt, external_id, nonce, request_body ON command
  FOR EACH ROW EXECUTE FUNCTION keep_columns('enrollment_id', 'kind', 'attempt', 'external_id', 'nonce', 'request_body');
CREATE TRIGGER command_key_kept BEFORE UPDATE ON command_key
  FOR EACH ROW EXECUTE FUNCTION keep_columns('command_id', 'keyid', 'dummy_csr', 'dummy_spki_sha256', 'subject_der');
CREATE TRIGGER enrollment_key_kept BEFORE UPDATE ON enrollment_key
  FOR EACH ROW EXECUTE FUNCTION keep_columns('enrollment_id', 'user_id', 'keyid', 'spki', 'spki_sha256', 'csr');
-- K10: what was reserved is what gets signed, and what was released stays what it was.
CREATE TRIGGER certificate_kept BEFORE UPDATE OF issuer_id, serial_number, enrollment_key_id, tbs, spki_sha256, der, sha256 ON certificate
  FOR EACH ROW EXECUTE FUNCTION keep_columns('issuer_id', 'serial_number', 'enrollment_key_id', 'tbs', 'spki_sha256', 'der?', 'sha256?');
CREATE TRIGGER enrollment_kept BEFORE UPDATE OF user_id, profile_version_id, created_at ON enrollment
  FOR EACH ROW EXECUTE FUNCTION keep_columns('user_id', 'profile_version_id', 'created_at');
CREATE TRIGGER profile_version_kept BEFORE UPDATE ON profile_version
  FOR EACH ROW EXECUTE FUNCTION keep_columns('profile_id', 'version', 'definition', 'issuer_id');

-- ── The enrolment's moves ──────────────────────────────────────────────────────────────────────────────────────────────────

-- The table of lib/core/enrollment/state.ts (a test compares them). by_web: moves that a person makes on a page; everything else is the
-- worker's, so that a web process in foreign hands cannot push an enrolment past its checks.
CREATE TABLE enrollment_move (
  from_state enrollment_state NOT NULL,
  to_state enrollment_state NOT NULL,
  by_web boolean NOT NULL,
  PRIMARY KEY (from_state, to_state)
);
INSERT INTO enrollment_move VALUES
  ('awaiting_approval', 'requesting', true), ('awaiting_approval', 'declined', true),
  ('awaiting_approval', 'expired', false), ('awaiting_approval', 'cancelled', true),
  ('requesting', 'offered', false), ('requesting', 'failed', false), ('requesting', 'cancelled', true),
  ('offered', 'answered', false), ('offered', 'refused', false), ('offered', 'expired', false), ('offered', 'cancelled', true),
  ('offered', 'failed', false),
  ('answered', 'confirming', false), ('answered', 'issuing', false), ('answered', 'rejected', false),
  ('confirming', 'issuing', true), ('confirming', 'rejected', true), ('confirming', 'cancelled', true), ('confirming', 'expired', false),
  ('issuing', 'delivering', false), ('issuing', 'failed', false),
  ('delivering', 'completed', false), ('delivering', 'undelivered', false),
  ('undelivered', 'delivering', true), ('undelivered', 'revoked_undelivered', true);

-- True for a process that signed in as the web and as nothing more. The roles are made by prisma/grants.sql.
CREATE FUNCTION speaks_as_web() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'certdesk_web' AND pg_has_role(session_user, oid, 'USAGE'))
     AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'certdesk_worker' AND pg_has_role(session_user, oid, 'USAGE'))
$$;

CREATE FUNCTION check_enrollment_move() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  allowed_to_web boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('awaiting_approval', 'requesting') AND speaks_as_web() THEN
      RAISE EXCEPTION 'an enrolment does not begin as %', NEW.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.version < OLD.version OR (NEW.state <> OLD.state AND NEW.version <> OLD.version + 1) THEN
    RAISE EXCEPTION 'enrolment %: the version counts every transition by one', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  SELECT by_web INTO allowed_to_web FROM enrollment_move WHERE from_state = OLD.state AND to_state = NEW.state;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'enrolment %: there is no move from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT allowed_to_web AND speaks_as_web() THEN
    RAISE EXCEPTION 'enrolment %: the web may not move it from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER enrollment_move BEFORE INSERT OR UPDATE OF state, version ON enrollment
  FOR EACH ROW EXECUTE FUNCTION check_enrollment_move();

-- R7 and R8, when the transaction commits: a transition has its audit row in the same transaction (the chain's time is later than the
-- transaction's start), and a completed enrolment has a certificate command that the phone answered and that is its current one.
CREATE FUNCTION check_enrollment_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_entry WHERE enrollment_id = NEW.id AND action = 'enrollment.' || NEW.state
      AND at >= date_trunc('milliseconds', transaction_timestamp())
  ) THEN
    RAISE EXCEPTION 'enrolment %: became % without an audit row in the same transaction (R7)', NEW.id, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = 'completed' AND NOT EXISTS (
    SELECT FROM command WHERE enrollment_id = NEW.id AND kind = 'certificate' AND state = 'answered' AND failure_code IS NULL
  ) THEN
    RAISE EXCEPTION 'enrolment %: completed without an answered certificate command (R8)', NEW.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER enrollment_commit AFTER UPDATE OF state ON enrollment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_enrollment_commit();

-- ── The audit chain ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The last link. Its row lock makes numbers gap-free: it is held until commit, and a rollback gives the number back. It also betrays
-- the removal of the newest entries, which the chain alone would not.
CREATE TABLE audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seq bigint NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- What is hashed: the previous hash, then each field as "<octets>:<text>," ("-," for NULL), so that no two entries look alike.
-- lib/certdesk/verify-audit.ts makes the same bytes again from the columns.
CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  AS $$ SELECT CASE WHEN value IS NULL THEN '-,' ELSE octet_length(convert_to(value, 'UTF8')) || ':' || value || ',' END $$;

CREATE FUNCTION audit_text(entry audit_entry) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT audit_field(entry.seq::text)
      || audit_field(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      || audit_field(entry.actor_kind) || audit_field(entry.actor_id) || audit_field(entry.actor_name)
      || audit_field(entry.action) || audit_field(entry.object_kind) || audit_field(entry.object_id)
      || audit_field(entry.enrollment_id::text) || audit_field(entry.detail::text)
$$;

CREATE FUNCTION link_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  head audit_head;
BEGIN
  SELECT * INTO head FROM audit_head FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.at := date_trunc('milliseconds', clock_timestamp());
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(head.hash || convert_to(audit_text(NEW), 'UTF8'));
  UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_link BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION link_audit_entry();
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── Who wants to know ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Argument: what is said to have changed. No data travels, only "kind:id".
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('certdesk', TG_ARGV[0] || ':' || NEW.id);
  RETURN NULL;
END $$;
-- A command is looked at on its enrolment's page.
CREATE FUNCTION notify_command() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('certdesk', 'enrollment:' || NEW.enrollment_id);
  RETURN NULL;
END $$;
CREATE TRIGGER enrollment_notify AFTER INSERT OR UPDATE ON enrollment
  FOR EACH ROW EXECUTE FUNCTION notify_change('enrollment');
CREATE TRIGGER command_notify AFTER UPDATE OF state, offer_uri ON command
  FOR EACH ROW EXECUTE FUNCTION notify_command();
-- A reserved row is nobody’s news; every notification costs a database-wide lock at commit.
CREATE TRIGGER certificate_notify AFTER UPDATE OF status, delivered_at ON certificate
  FOR EACH ROW EXECUTE FUNCTION notify_change('certificate');
CREATE TRIGGER phone_notify AFTER INSERT OR UPDATE ON phone FOR EACH ROW EXECUTE FUNCTION notify_change('phone');

-- ── Jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The way to add a job for processes that may do nothing else with the job queue. Gives the job's id.
CREATE FUNCTION certdesk_add_job(
  task text, payload json, job_key text, run_at timestamptz DEFAULT NULL, max_attempts int DEFAULT 25
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF task !~ '^[a-z][a-z-]{0,40}$' OR octet_length(payload::text) > 2000 OR length(job_key) > 200 THEN
    RAISE EXCEPTION 'this is not one of our jobs' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (graphile_worker.add_job(
    identifier => task, payload => payload, run_at => run_at, max_attempts => max_attempts, job_key => job_key, job_key_mode => 'replace'
  )).id;
END $$;
REVOKE ALL ON FUNCTION certdesk_add_job FROM PUBLIC;
