/** How each connection did lately (table connection): written by tests and, a little delayed, by real work. */
import type { Grant } from '#lib/auth/permissions.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import { db } from '#lib/db.ts'

/** The same is written once in this time, anything new at once: it stands in the way of nobody's certificate. */
const REPEAT_MS = 10_000
const MAX_DETAIL = 500

const written = new Map<string, { seen: string; atMs: number }>()

/**
 * @param connection "hermod" or an issuer's id
 * @param seen.detail in words, for staff; no secret
 */
export async function noteConnection(
  _grant: Grant<'system:work'>,
  connection: string,
  seen: { ok: boolean; detail: string; unreachable?: boolean },
): Promise<void> {
  const before = written.get(connection)
  const nowMs = performance.now()
  const detail = seen.ok ? null : seen.detail.slice(0, MAX_DETAIL)
  const same = detail ?? ''
  if (before?.seen === same && nowMs - before.atMs < REPEAT_MS) return
  written.set(connection, { seen: same, atMs: nowMs })
  await db().$executeRaw`
    INSERT INTO connection AS c (id, last_success_at, last_error_at, last_error, unreachable)
    VALUES (${connection}, CASE WHEN ${seen.ok}::boolean THEN clock_timestamp() END, CASE WHEN NOT ${seen.ok}::boolean THEN clock_timestamp() END,
            ${detail}, ${seen.unreachable ?? false}::boolean)
    ON CONFLICT (id) DO UPDATE SET last_success_at = coalesce(excluded.last_success_at, c.last_success_at),
      last_error_at = coalesce(excluded.last_error_at, c.last_error_at), last_error = coalesce(excluded.last_error, c.last_error),
      unreachable = CASE WHEN excluded.last_error IS NULL THEN c.unreachable ELSE excluded.unreachable END`
}

/** Connections that nobody has heard of for a while: what is known of them may not be true any more. */
export async function listQuietConnections(_grant: Grant<'system:work'>, quietS: number): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT known.id FROM (
      SELECT ${HERMOD_CONNECTION}::text AS id UNION ALL SELECT id::text FROM issuer WHERE kind <> 'embedded' AND certificate IS NOT NULL
    ) known LEFT JOIN connection c ON c.id = known.id
    WHERE coalesce(greatest(c.last_success_at, c.last_error_at), '-infinity') < clock_timestamp() - make_interval(secs => ${quietS})
       OR c.last_error_at > coalesce(c.last_success_at, '-infinity')
    LIMIT 200`
  return rows.map(({ id }) => id)
}

/** It answers. That ends an error that was only silence; a refused key or a wrong certificate stays what it is, until real work succeeds. */
export async function noteReached(_grant: Grant<'system:work'>, connection: string): Promise<void> {
  written.delete(connection)
  await db().$executeRaw`
    INSERT INTO connection AS c (id, last_success_at) VALUES (${connection}, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET
      last_success_at = CASE WHEN c.last_error_at > coalesce(c.last_success_at, '-infinity') AND NOT c.unreachable
                        THEN c.last_success_at ELSE clock_timestamp() END,
      last_error_at = CASE WHEN c.last_error_at > coalesce(c.last_success_at, '-infinity') AND NOT c.unreachable
                      THEN clock_timestamp() ELSE c.last_error_at END`
}
