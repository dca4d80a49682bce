-- R1–R8 of "nothing lost, nothing twice" as one function that must always give no rows. Run again by every `npm run migrate`; read by
-- tests, by the bench after its load, and by whoever has to find out after an outage.
CREATE OR REPLACE FUNCTION durability_violations() RETURNS TABLE (rule text, subject text, detail text)
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  -- R1 one certificate for one key of one enrolment
  SELECT 'R1', enrollment_key_id::text, count(*) || ' certificates' FROM certificate GROUP BY enrollment_key_id HAVING count(*) > 1
  UNION ALL
  -- R2 a serial number once per issuer
  SELECT 'R2', issuer_id || ' ' || serial_number, count(*) || ' certificates' FROM certificate
  WHERE serial_number IS NOT NULL GROUP BY issuer_id, serial_number HAVING count(*) > 1
  UNION ALL
  -- R3 one key, one user
  SELECT 'R3', encode(spki_sha256, 'hex'), count(DISTINCT user_id) || ' users' FROM enrollment_key GROUP BY spki_sha256 HAVING count(*) > 1
  UNION ALL
  -- R4 what was signed is what was stored before. Of a remote CA the message to it is stored, and the certificate is for the key in it.
  SELECT 'R4', c.id::text, 'signed bytes are not the stored ones'
  FROM certificate c JOIN issuer i ON i.id = c.issuer_id WHERE i.kind = 'embedded' AND c.der IS NOT NULL AND position(c.tbs IN c.der) = 0
  UNION ALL
  SELECT 'R4', c.id::text, 'the certificate is for another key than the enrolment''s'
  FROM certificate c JOIN issuer i ON i.id = c.issuer_id JOIN enrollment_key k ON k.id = c.enrollment_key_id
  WHERE i.kind <> 'embedded' AND c.der IS NOT NULL AND position(k.spki IN c.der) = 0
  UNION ALL
  -- R5 nothing stuck: our move for over two minutes and no job for it, or an offer or delivery two minutes past its time
  SELECT 'R5', e.id::text, e.state || ' since ' || e.state_changed_at
  FROM enrollment e
  WHERE e.state IN ('requesting', 'answered', 'issuing') AND e.state_changed_at < now() - interval '2 minutes'
    AND NOT EXISTS (
      SELECT FROM graphile_worker.jobs j
      WHERE j.attempts < j.max_attempts
        AND (j.key IN ('provision:' || e.id, 'issue:' || e.id)
          OR j.key IN (SELECT 'check:' || a.id FROM answer a WHERE a.enrollment_id = e.id))
    )
  UNION ALL
  SELECT 'R5', e.id::text, e.state || ' past ' || c.expires_at
  FROM enrollment e JOIN command c ON c.id = e.current_command_id
  WHERE e.state IN ('offered', 'delivering') AND c.expires_at < now() - interval '2 minutes'
  UNION ALL
  -- R6 nothing lost: delivering means that a delivery was given out or is about to be
  SELECT 'R6', e.id::text, 'delivering without a certificate command or a job'
  FROM enrollment e
  WHERE e.state = 'delivering'
    AND NOT EXISTS (SELECT FROM command c WHERE c.enrollment_id = e.id AND c.kind = 'certificate')
    AND NOT EXISTS (SELECT FROM graphile_worker.jobs j WHERE j.key = 'deliver:' || e.id AND j.attempts < j.max_attempts)
  UNION ALL
  -- R7 every state was written down, in a chain without gaps
  SELECT 'R7', e.id::text, 'no audit row for ' || e.state
  FROM enrollment e
  WHERE NOT EXISTS (
    SELECT FROM audit_entry a
    WHERE a.enrollment_id = e.id AND (a.action = 'enrollment.' || e.state OR (a.action = 'enrollment.started' AND a.detail ->> 'to' = e.state::text))
  )
  UNION ALL
  SELECT 'R7', seq::text, 'the entry before it is missing or another'
  FROM (SELECT seq, prev_hash, lag(seq, 1, 0::bigint) OVER w AS prev_seq, lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS expected
        FROM audit_entry WINDOW w AS (ORDER BY seq)) links
  WHERE seq <> prev_seq + 1 OR prev_hash <> expected
  UNION ALL
  SELECT 'R7', seq::text, 'the entry was changed' FROM audit_entry a WHERE hash <> sha256(prev_hash || convert_to(audit_text(a), 'UTF8'))
  UNION ALL
  SELECT 'R7', h.seq::text, 'the newest entries are missing'
  FROM audit_head h WHERE h.seq <> (SELECT coalesce(max(seq), 0) FROM audit_entry)
  UNION ALL
  -- R8 completed: the phone said so in answer to our command
  SELECT 'R8', e.id::text, 'completed without an answered certificate command'
  FROM enrollment e
  WHERE e.state = 'completed' AND NOT EXISTS (
    SELECT FROM command c WHERE c.enrollment_id = e.id AND c.kind = 'certificate' AND c.state = 'answered' AND c.failure_code IS NULL
  )
$$;
