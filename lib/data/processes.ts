/**
 * Which processes run, and what must be put right after one that does not any more.
 *
 * A worker writes every two seconds that it lives, with the id under which it locks jobs. Whoever has not been seen for 15 s is dead
 * (or so late that its writes are refused by compare-and-set): its job locks are freed at once instead of after Graphile Worker's four hours.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { CONFIRMATION_TIME_S } from '#lib/core/enrollment/confirmation.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'

export const DEAD_AFTER_S = 15

export interface ProcessBeat {
  id: string
  kind: 'web' | 'worker'
  host: string
  /** Graphile Worker's ids of this process. */
  workerIds: readonly string[]
  /** What it last knew of its surroundings. Plain JSON, no secrets. */
  health: Readonly<Record<string, unknown>>
}

/** Says that the process lives, by the database's clock; a worker also says how the job queue stands (the web may not look at it). */
export async function beat(_grant: Grant<'system:work'>, p: ProcessBeat): Promise<void> {
  const queue =
    p.kind === 'worker'
      ? Prisma.sql`(SELECT jsonb_build_object('jobs', jsonb_build_object(
          'waiting', count(*) FILTER (WHERE run_at <= clock_timestamp() AND locked_at IS NULL AND attempts < max_attempts),
          'failing', count(*) FILTER (WHERE last_error IS NOT NULL))) FROM graphile_worker.jobs)`
      : Prisma.sql`'{}'::jsonb`
  await db().$executeRaw`
    INSERT INTO process (id, kind, host, worker_ids, health, seen_at)
    VALUES (${p.id}::uuid, ${p.kind}, ${p.host}, ${[...p.workerIds]}::text[], ${JSON.stringify(p.health)}::jsonb || ${queue}, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), worker_ids = excluded.worker_ids, health = excluded.health`
}

/** The process ends in order: nothing of it has to be put right. */
export async function sayGoodbye(_grant: Grant<'system:work'>, id: string): Promise<void> {
  await db().$executeRaw`DELETE FROM process WHERE id = ${id}::uuid`
}

/**
 * Frees job locks that nobody alive holds, and forgets processes that have not been seen lately. A lock is nobody's if no process seen
 * lately has its id; a worker writes its id with its first beat, well before the lock is old enough to be looked at.
 * @returns how many lock holders were found dead.
 */
export async function freeDeadWorkers(_grant: Grant<'system:work'>): Promise<number> {
  const rows = await db().$queryRaw<{ dead: number }[]>`
    WITH gone AS (
      DELETE FROM process WHERE seen_at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S}) RETURNING id
    ), orphaned AS (
      SELECT array_agg(DISTINCT j.locked_by) AS ids FROM graphile_worker.jobs j
      WHERE j.locked_by IS NOT NULL AND j.locked_at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S})
        AND NOT EXISTS (SELECT 1 FROM process p WHERE j.locked_by = ANY(p.worker_ids)
                        AND p.seen_at >= clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S}))
    ), freed AS (
      SELECT cardinality(ids) AS count, graphile_worker.force_unlock_workers(ids) IS NULL AS freed FROM orphaned WHERE ids IS NOT NULL
    )
    SELECT coalesce((SELECT count FROM freed WHERE freed IS NOT NULL), 0)::int AS dead, (SELECT count(*) FROM gone)::int AS gone`
  return rows[0]?.dead ?? 0
}

/**
 * Adds the job again for everything that waits for us and has none (durability R5): a job that failed for good, or was lost with a
 * restored database. What has a job that will still run is left alone, so that a planned retry keeps its time.
 * @returns the keys of the jobs that were added.
 */
export async function addMissingJobs(_grant: Grant<'system:work'>): Promise<string[]> {
  const rows = await db().$queryRaw<{ key: string }[]>`
    WITH needed (task, payload, key, due) AS (
      SELECT 'send-provision', json_build_object('enrollmentId', e.id), 'provision:' || e.id, NULL::timestamptz
      FROM enrollment e LEFT JOIN command c ON c.id = e.current_command_id
      WHERE e.state_changed_at < now() - interval '10 seconds'
        AND (e.state = 'requesting' OR (e.state = 'offered' AND (c.id IS NULL OR c.state NOT IN ('sent', 'answered', 'timed_out'))))
      UNION ALL
      SELECT 'expire-offer', json_build_object('commandId', c.id), 'expire:' || c.id, c.expires_at + interval '15 seconds'
      FROM enrollment e JOIN command c ON c.id = e.current_command_id WHERE e.state = 'offered' AND c.state = 'sent'
      UNION ALL
      SELECT 'expire-confirmation', json_build_object('enrollmentId', e.id), 'confirmation:' || e.id,
        e.state_changed_at + make_interval(secs => ${CONFIRMATION_TIME_S.user})
      FROM enrollment e WHERE e.state = 'confirming' AND e.state_changed_at < now() - interval '10 seconds'
      UNION ALL
      SELECT 'check-answer', json_build_object('enrollmentId', e.id), 'check:' || e.id, NULL
      FROM enrollment e WHERE e.state = 'answered' AND e.state_changed_at < now() - interval '10 seconds'
      UNION ALL
      SELECT 'issue-certificates', json_build_object('enrollmentId', e.id), 'issue:' || e.id, NULL
      FROM enrollment e WHERE e.state = 'issuing' AND e.state_changed_at < now() - interval '10 seconds'
      UNION ALL
      SELECT 'deliver-certificates', json_build_object('enrollmentId', e.id), 'deliver:' || e.id, NULL
      FROM enrollment e LEFT JOIN command c ON c.id = e.current_command_id AND c.kind = 'certificate'
      WHERE e.state = 'delivering' AND e.state_changed_at < now() - interval '10 seconds' AND (c.id IS NULL OR c.state <> 'sent')
      UNION ALL
      SELECT 'expire-delivery', json_build_object('commandId', c.id), 'expire:' || c.id, c.expires_at + interval '15 seconds'
      FROM enrollment e JOIN command c ON c.id = e.current_command_id AND c.kind = 'certificate' WHERE e.state = 'delivering' AND c.state = 'sent'
      UNION ALL
      SELECT 'process-callback', json_build_object('callbackId', b.id), 'callback:' || b.id, NULL
      FROM callback b WHERE b.state = 'received' AND b.received_at < now() - interval '10 seconds'
      UNION ALL
      SELECT 'revoke-certificate', json_build_object('certificateId', r.certificate_id), 'revoke:' || r.certificate_id, NULL
      FROM revocation_request r WHERE r.state = 'wanted' AND r.requested_at < now() - interval '10 seconds'
      UNION ALL
      SELECT 'prove-revocation', json_build_object('requestId', p.request_id), 'prove:' || p.request_id, NULL
      FROM revocation_proof p WHERE p.first_seen_at IS NULL AND p.next_check_at < now() - interval '10 seconds' GROUP BY p.request_id
    ), missing AS (
      SELECT * FROM needed n
      WHERE NOT EXISTS (SELECT 1 FROM graphile_worker.jobs j WHERE j.key = n.key AND j.attempts < j.max_attempts)
        AND NOT EXISTS (
          SELECT 1 FROM graphile_worker.jobs j WHERE j.key = n.key AND j.updated_at > now() - interval '5 minutes')
    )
    SELECT key FROM missing, LATERAL (SELECT certdesk_add_job(task::text, payload, key::text, due) IS NULL AS added) AS done
    WHERE done.added IS NOT NULL`
  return rows.map((row) => row.key)
}
