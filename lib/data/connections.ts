/** How each connection did lately (table connection): written by tests and, a little delayed, by real work. */
import type { Grant } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'

/** Success is written once in this time, a failure or a change at once: it stands in the way of nobody's certificate. */
const REPEAT_MS = 10_000
const MAX_DETAIL = 500

const written = new Map<string, { ok: boolean; atMs: number }>()

/**
 * @param connection "hermod" or an issuer's id
 * @param seen.detail in words, for staff; no secret
 */
export async function noteConnection(
  _grant: Grant<'system:work'>,
  connection: string,
  seen: { ok: boolean; detail: string },
): Promise<void> {
  const before = written.get(connection)
  const nowMs = performance.now()
  if (before?.ok === seen.ok && nowMs - before.atMs < REPEAT_MS) return
  written.set(connection, { ok: seen.ok, atMs: nowMs })
  const detail = seen.ok ? null : seen.detail.slice(0, MAX_DETAIL)
  await db().$executeRaw`
    INSERT INTO connection AS c (id, last_success_at, last_error_at, last_error)
    VALUES (${connection}, CASE WHEN ${seen.ok}::boolean THEN clock_timestamp() END, CASE WHEN NOT ${seen.ok}::boolean THEN clock_timestamp() END,
            ${detail})
    ON CONFLICT (id) DO UPDATE SET last_success_at = coalesce(excluded.last_success_at, c.last_success_at),
      last_error_at = coalesce(excluded.last_error_at, c.last_error_at), last_error = coalesce(excluded.last_error, c.last_error)`
}
