/**
 * API tokens: `cdk_` and 256 random bits. Only their SHA-256 is kept, so whoever reads the database cannot use them; a slow hash would
 * add nothing, since nobody guesses 256 bits.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Actor, Grant, Role } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { inTransaction } from './transaction.ts'

/** Roles a program may have. `user` is for people on the self-service page. */
export const TOKEN_ROLES = ['admin', 'helpdesk', 'auditor'] as const satisfies readonly Role[]
export type TokenRole = (typeof TOKEN_ROLES)[number]

export interface NewToken {
  name: string
  role: TokenRole
  /** None: until revoked. */
  expiresAt?: Date
}

/** `lastUsedAt` is for people who tidy up; once a minute is often enough, and a thousand calls at once must not queue for one row. */
const LAST_USED_STEP_S = 60
const beingNoted = new Set<string>()

const hash = (token: string): Uint8Array<ArrayBuffer> => Uint8Array.from(createHash('sha256').update(token).digest())

/** Makes a token. The returned text is the only copy there will ever be. */
export async function createToken(
  grant: Grant<'account:manage'>,
  { name, role, expiresAt }: NewToken,
): Promise<{ id: string; token: string }> {
  const token = `cdk_${randomBytes(32).toString('base64url')}`
  const id = await inTransaction(grant, async (tx) => {
    const row = await tx.apiToken.create({
      data: { name, role, tokenHash: hash(token), expiresAt: expiresAt ?? null },
      select: { id: true },
    })
    await writeAudit(tx, grant.actor, { action: 'token.created', objectKind: 'token', objectId: row.id, detail: { name, role } })
    return row.id
  })
  return { id, token }
}

/** The actor behind a token; null if it is unknown, expired or revoked. Needs no grant: it is how a grant's actor is found. */
export async function findToken(token: string): Promise<Extract<Actor, { kind: 'token' }> | null> {
  const rows = await db().$queryRaw<{ id: string; name: string; role: Role; stale: boolean }[]>`
    SELECT id::text, name, role::text AS role, (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => ${LAST_USED_STEP_S})) AS stale
    FROM api_token
    WHERE token_hash = ${hash(token)} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`
  const row = rows[0]
  if (!row) return null
  if (row.stale) await noteUse(row.id)
  return { kind: 'token', id: row.id, name: row.name, role: row.role }
}

async function noteUse(id: string): Promise<void> {
  if (beingNoted.has(id)) return
  beingNoted.add(id)
  try {
    await db().$executeRaw`UPDATE api_token SET last_used_at = now() WHERE id = ${id}::uuid`
  } finally {
    beingNoted.delete(id)
  }
}

/** From the next request on the token is nobody's. @returns false if there is no such token, or it was revoked already. */
export async function revokeToken(grant: Grant<'account:manage'>, id: string): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const { count } = await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } })
    if (count === 1) await writeAudit(tx, grant.actor, { action: 'token.revoked', objectKind: 'token', objectId: id })
    return count === 1
  })
}
