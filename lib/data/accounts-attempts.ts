/**
 * Counts failed sign-ins, in the database, so that all web processes share one count and no rollback forgets one (F-W21).
 *
 * The key is the account asked for, hashed: a thing the server knows, unlike an address from a header that the caller may have written
 * (F-W22). An attempt is counted before the password is looked at, so a hundred at once get no more than a hundred one after another.
 * Browsers that have signed in to the account before have a count of their own: a stranger who guesses at somebody's account does not
 * lock that person out (F-W23).
 */
import { createHash } from 'node:crypto'
import { db } from '#lib/db.ts'

export const ATTEMPTS = { max: 8, windowMs: 10 * 60_000 } as const

export interface AttemptKey {
  email: string
  /** The browser carries our mark of an earlier sign-in to this very account. */
  knownBrowser: boolean
}

const keyText = ({ email, knownBrowser }: AttemptKey): string =>
  `sign-in:${knownBrowser ? 'known' : 'new'}:${createHash('sha256').update(email.toLowerCase()).digest('base64url')}`

/** Takes one attempt of the window. @returns 0 if it may go on, else the seconds until it may. */
export async function takeAttempt(
  key: AttemptKey,
  now: Date,
  limit: { max: number; windowMs: number } = ATTEMPTS,
): Promise<number> {
  const text = keyText(key)
  const nowMs = now.getTime()
  const cutoff = nowMs - limit.windowMs
  // last_request is the beginning of the window. Rows whose window is over are nobody's and are cleared away here.
  await db().$executeRaw`DELETE FROM rate_limit WHERE key LIKE 'sign-in:%' AND last_request <= ${cutoff}`
  const rows = await db().$queryRaw<{ count: number; since: bigint }[]>`
    INSERT INTO rate_limit (id, key, count, last_request) VALUES (gen_random_uuid()::text, ${text}, 1, ${nowMs})
    ON CONFLICT (key) DO UPDATE SET count = rate_limit.count + 1
    RETURNING count, last_request AS since`
  const row = rows[0]
  if (!row || row.count <= limit.max) return 0
  return Math.max(1, Math.ceil((Number(row.since) + limit.windowMs - nowMs) / 1000))
}

/** A right password forgives the wrong ones before it. */
export async function forgetAttempts(key: AttemptKey): Promise<void> {
  await db().$executeRaw`DELETE FROM rate_limit WHERE key = ${keyText(key)}`
}
