-- Who may do what: applied by every `npm run migrate`, after the migrations, as the owner. It takes everything away first, so what is
-- written here is all there is. The roles certdesk_web and certdesk_worker exist by then (migrate.ts); login users are members of them.
--
-- The web serves the internet: it writes down what is wanted, and may not write certificates, evidence, answers or anything of a CA, may not
-- read sealed keys, and may only add audit rows. The worker does the work and knows nothing of sign-ins.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, certdesk_web, certdesk_worker;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM certdesk_web, certdesk_worker;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO certdesk_web, certdesk_worker;
GRANT EXECUTE ON FUNCTION certdesk_add_job TO certdesk_web, certdesk_worker;

-- ── Both ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT, INSERT ON audit_entry TO certdesk_web, certdesk_worker;
GRANT SELECT ON audit_head, enrollment_move, issuer_past_chain, _prisma_migrations TO certdesk_web, certdesk_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON process TO certdesk_web, certdesk_worker;

-- ── Web ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT ON
  "user", profile, profile_version, enrollment, enrollment_link, idempotency_key, command, command_key, callback, answer, evidence,
  phone, enrollment_key, certificate, revocation_request, issuer, crl,
  account, account_session, account_credential, account_verification, rate_limit, api_token, policy_version, blocked_key, incident, rehearsal
  TO certdesk_web;
GRANT INSERT, UPDATE ON "user", profile, profile_version, enrollment_link, account, api_token TO certdesk_web;
-- A wish, and the end of one that is overtaken; what comes of it is the worker's to write.
GRANT SELECT, INSERT, UPDATE (state, done_at) ON revocation_request TO certdesk_web;
GRANT SELECT ON revocation_proof TO certdesk_web;
GRANT INSERT, UPDATE, DELETE ON account_session, account_credential, account_verification, rate_limit, idempotency_key TO certdesk_web;
-- Which moves of an enrolment are the web's is said by enrollment_move.by_web.
GRANT INSERT, UPDATE ON enrollment TO certdesk_web;
-- Ending a live command, and nothing else, is part of cancelling and of a new offer.
GRANT UPDATE (state, offer_uri, ended_at) ON command TO certdesk_web;
GRANT INSERT ON policy_version TO certdesk_web;
GRANT INSERT, DELETE ON blocked_key TO certdesk_web;
-- A wish; what came of it is the worker's to write.
GRANT INSERT (id, wish, created_by_name) ON rehearsal TO certdesk_web;
-- Opening an incident is the worker's, but for what a person reports on a page; closing one is a person's.
GRANT INSERT ON incident TO certdesk_web;
GRANT UPDATE (closed_at, closed_by_name, close_note) ON incident TO certdesk_web;
-- Asking the worker for signed answers; the reply is the worker's alone.
GRANT SELECT, INSERT ON pki_request TO certdesk_web;
GRANT SELECT ON ocsp_response TO certdesk_web;
GRANT SELECT (id, issuer_id, purpose, certificate, not_before, not_after, created_at) ON service_certificate TO certdesk_web;
GRANT INSERT ON callback TO certdesk_web;
-- Where a remote CA is and what is pinned of it; its certificates are the worker's (and no row of the embedded CA: trigger issuer_by_web).
GRANT INSERT (id, name, kind, config), UPDATE (config) ON issuer TO certdesk_web;
-- Credentials are encrypted to the worker's key and only added; that there is one, since when and by whom, may be seen.
GRANT SELECT (id, public_key, created_at) ON sealing_key TO certdesk_web;
GRANT INSERT, SELECT (id, issuer_id, name, created_by_name, created_at) ON issuer_credential TO certdesk_web;
-- One-time challenges of remote CAs the same: added, counted, and thrown away.
GRANT INSERT (id, issuer_id, sealing_key_id, sealed, binding, created_by_name),
  SELECT (id, issuer_id, binding, created_by_name, created_at, taken_at, discarded_at), UPDATE (discarded_at) ON issuer_challenge TO certdesk_web;
GRANT SELECT ON connection, connection_test TO certdesk_web;
GRANT INSERT (id, connection, accept_sha256, requested_by_name) ON connection_test TO certdesk_web;
GRANT UPDATE (repeats) ON callback TO certdesk_web;
-- Wanting a bundle; what is in it, and the key that signs it, are the worker's.
GRANT SELECT, INSERT (id, enrollment_id, content, requested_by_name) ON evidence_bundle TO certdesk_web;
GRANT SELECT (id, spki, created_at) ON bundle_key TO certdesk_web;

-- Whether a CA answers SCEP, and nothing of who may ask: that is said on the portal's own machine (certdesk scep).
GRANT SELECT ON scep_server TO certdesk_web;

-- ── Worker ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT ON
  "user", profile, profile_version, enrollment, enrollment_link, idempotency_key, command, command_key, callback, answer, evidence,
  phone, enrollment_key, certificate, revocation_request, issuer, issuer_secret, crl, policy_version, blocked_key, incident,
  sealing_key, issuer_credential, connection, connection_test, rehearsal
  TO certdesk_worker;
GRANT UPDATE ON enrollment, enrollment_link, revocation_request TO certdesk_worker;
GRANT SELECT, INSERT, UPDATE ON revocation_proof TO certdesk_worker;
GRANT SELECT, UPDATE (command_id, keyid, taken_at) ON issuer_challenge TO certdesk_worker;
GRANT UPDATE (state, outcome, command_id, processed_at) ON callback TO certdesk_worker;
GRANT INSERT, UPDATE ON command, command_key, answer, phone, enrollment_key, certificate, issuer TO certdesk_worker;
GRANT INSERT, UPDATE ON connection, connection_test TO certdesk_worker;
GRANT INSERT ON evidence, issuer_secret, sealing_key, policy_version, blocked_key, incident TO certdesk_worker;
GRANT UPDATE (code, reason) ON blocked_key TO certdesk_worker;
GRANT INSERT, DELETE ON crl TO certdesk_worker;
GRANT SELECT, DELETE, UPDATE (answered_at, reply, problem) ON pki_request TO certdesk_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ocsp_response TO certdesk_worker;
GRANT SELECT, INSERT, DELETE ON service_certificate TO certdesk_worker;
GRANT SELECT, INSERT ON restored_certificate TO certdesk_worker;
GRANT SELECT, INSERT ON bundle_key TO certdesk_worker;
GRANT SELECT, DELETE, UPDATE (body, sha256, made_at) ON evidence_bundle TO certdesk_worker;
GRANT DELETE ON idempotency_key, rehearsal TO certdesk_worker;
GRANT UPDATE (done, total, finished_at, result, failure) ON rehearsal TO certdesk_worker;
GRANT DELETE ON idempotency_key TO certdesk_worker;
GRANT SELECT ON scep_server, scep_challenge, scep_authority, scep_transaction TO certdesk_worker;
GRANT INSERT ON scep_transaction TO certdesk_worker;
GRANT UPDATE (used_at) ON scep_challenge TO certdesk_worker;
GRANT UPDATE (der, issued_at) ON scep_transaction TO certdesk_worker;

-- ── The job queue ──────────────────────────────────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON SCHEMA graphile_worker FROM PUBLIC, certdesk_web;
REVOKE ALL ON ALL TABLES IN SCHEMA graphile_worker FROM PUBLIC, certdesk_web;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA graphile_worker FROM PUBLIC, certdesk_web;
GRANT USAGE ON SCHEMA graphile_worker TO certdesk_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO certdesk_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO certdesk_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO certdesk_worker;
-- Graphile Worker turns row security on and makes no policies: without one, nobody but the owner sees a row.
DO $$
DECLARE
  queue_table record;
BEGIN
  FOR queue_table IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'graphile_worker' AND rowsecurity LOOP
    EXECUTE format('DROP POLICY IF EXISTS certdesk_worker ON graphile_worker.%I', queue_table.name);
    EXECUTE format('CREATE POLICY certdesk_worker ON graphile_worker.%I TO certdesk_worker USING (true) WITH CHECK (true)', queue_table.name);
  END LOOP;
END $$;
