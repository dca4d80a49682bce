/**
 * The block list: public keys that no answer may carry any more, of a phone or of an app, by the SHA-256 of their SubjectPublicKeyInfo.
 *
 * Asked at every judgement (known-facts.ts), so that what is blocked now counts for the next answer. A key that leaked is put on it by the
 * judgement that saw it, in the same statement, and stays there; a person puts others on it, or takes them off, with a reason, which stays in
 * the audit.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { storableText } from './storable.ts'
import { inTransaction } from './transaction.ts'

export interface BlockedKeyRow {
  /** Lower-case hex. */
  spkiSha256: string
  code: 'blocked_key' | 'private_key_leaked'
  reason: string
  createdByName: string
  createdAt: string
  /** Enrolments whose answer carried it as a phone's key, newest first; at most three. */
  enrollments: { id: string; userid: string; userName: string }[]
}

const MAX_SHOWN = 500

type RawBlockedKey = Omit<BlockedKeyRow, 'createdAt' | 'enrollments'> & {
  createdAt: Date
  enrollments: BlockedKeyRow['enrollments'] | null
}

export async function listBlockedKeys(_grant: Grant<'settings:read' | 'settings:manage'>): Promise<BlockedKeyRow[]> {
  const rows = await db().$queryRaw<RawBlockedKey[]>`
    SELECT encode(b.spki_sha256, 'hex') AS "spkiSha256", b.code, b.reason, b.created_by_name AS "createdByName", b.created_at AS "createdAt",
      (SELECT json_agg(json_build_object('id', e.id, 'userid', u.userid, 'userName', u.name))
       FROM enrollment_key k JOIN enrollment e ON e.id = k.enrollment_id JOIN "user" u ON u.id = e.user_id
       WHERE k.spki_sha256 = b.spki_sha256) AS enrollments
    FROM blocked_key b ORDER BY b.created_at DESC, b.spki_sha256 LIMIT ${MAX_SHOWN}::int`
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString(), enrollments: row.enrollments ?? [] }))
}

/** Keys of phones that an enrolment's answers carried, also of refused ones. */
export async function keysOfAnswers(_grant: Grant<'settings:manage'>, enrollmentId: string): Promise<string[]> {
  const rows = await db().$queryRaw<{ hash: string }[]>`
    SELECT DISTINCT k.value ->> 'spkiSha256' AS hash FROM answer a, jsonb_array_elements(a.keys) AS k (value)
    WHERE a.enrollment_id = ${enrollmentId}::uuid AND jsonb_typeof(a.keys) = 'array' AND k.value ->> 'spkiSha256' ~ '^[0-9a-f]{64}$'`
  return rows.map(({ hash }) => hash)
}

/** @returns false if it stands there already */
export function blockKey(grant: Grant<'settings:manage'>, key: { spkiSha256: string; reason: string }): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const made = await tx.$executeRaw`
      INSERT INTO blocked_key (spki_sha256, code, reason, created_by_name)
      VALUES (${Buffer.from(key.spkiSha256, 'hex')}, 'blocked_key', ${storableText(key.reason)}, ${grant.actor.name})
      ON CONFLICT (spki_sha256) DO NOTHING`
    if (made === 0) return false
    await writeAudit(tx, grant.actor, {
      action: 'key.blocked',
      objectKind: 'key',
      objectId: key.spkiSha256,
      detail: { reason: key.reason, code: 'blocked_key' },
    })
    return true
  })
}

export type Unblocking = 'taken_off' | 'not_blocked' | 'leaked'

/** A leaked key is not taken off: whoever saw the message has its private half. */
export function unblockKey(grant: Grant<'settings:manage'>, key: { spkiSha256: string; reason: string }): Promise<Unblocking> {
  const hash = Buffer.from(key.spkiSha256, 'hex')
  return inTransaction(grant, async (tx) => {
    const taken = await tx.$executeRaw`DELETE FROM blocked_key WHERE spki_sha256 = ${hash} AND code <> 'private_key_leaked'`
    if (taken === 0) {
      const left = await tx.$queryRaw<unknown[]>`SELECT FROM blocked_key WHERE spki_sha256 = ${hash}`
      return left.length === 0 ? 'not_blocked' : 'leaked'
    }
    await writeAudit(tx, grant.actor, {
      action: 'key.unblocked',
      objectKind: 'key',
      objectId: key.spkiSha256,
      detail: { reason: key.reason },
    })
    return 'taken_off'
  })
}

/** Inside a move (transition.ts, `also`): `blocked`, one row for each key that was not there yet, or there as one that a person blocked. */
export const blockLeakedKeysSql = (spkiSha256: readonly string[], enrollmentId: string): Prisma.Sql => Prisma.sql`blocked AS (
  INSERT INTO blocked_key (spki_sha256, code, reason, created_by_name)
  SELECT DISTINCT decode(hash, 'hex'), 'private_key_leaked', ${`its private half came with an answer (enrolment ${enrollmentId})`}, 'Certdesk'
  FROM moved, unnest(${[...spkiSha256]}::text[]) AS hash
  ON CONFLICT (spki_sha256) DO UPDATE SET code = EXCLUDED.code, reason = EXCLUDED.reason || '; before: ' || blocked_key.reason
    WHERE blocked_key.code <> EXCLUDED.code
  RETURNING spki_sha256)`
export const BLOCKED_KEYS_AUDIT = Prisma.sql`
  SELECT 'key.blocked', 'key', encode(spki_sha256, 'hex'), jsonb_build_object('code', 'private_key_leaked') FROM blocked`
