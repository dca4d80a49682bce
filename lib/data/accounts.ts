/**
 * Sign-ins as rows: making one, finding one by its e-mail, and writing down that somebody came and went. Sessions themselves are
 * better-auth's (lib/auth/auth.ts); passwords arrive here hashed.
 */
import { randomUUID } from 'node:crypto'
import type { Actor, Grant, Role } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { db } from '#lib/db.ts'
import { type AuditAction, writeAudit } from './audit.ts'
import { inTransaction, isUniqueViolation } from './transaction.ts'

export interface NewAccount {
  email: string
  name: string
  role: Role
  /** As better-auth's hasher made it. */
  passwordHash: string
  /** The directory user a self-service account belongs to. */
  userId?: string | null
}

/** @throws RequestError conflict if the e-mail has an account */
export async function insertAccount(grant: Grant<'account:manage'>, account: NewAccount): Promise<{ id: string }> {
  const id = randomUUID()
  const email = account.email.toLowerCase()
  try {
    await inTransaction(grant, async (tx) => {
      await tx.account.create({
        data: { id, email, name: account.name, role: account.role, userId: account.userId ?? null, emailVerified: false },
      })
      await tx.accountCredential.create({
        data: {
          id: randomUUID(),
          accountId: id,
          providerAccountId: id,
          providerId: 'credential',
          password: account.passwordHash,
        },
      })
      await writeAudit(tx, grant.actor, {
        action: 'account.created',
        objectKind: 'account',
        objectId: id,
        detail: { name: account.name, role: account.role },
      })
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new RequestError('conflict', `There is an account for ${email} already.`, { cause: error })
    throw error
  }
  return { id }
}

export interface AccountRow {
  id: string
  name: string
  role: Role
  userId: string | null
}

/** Needs no grant: it is asked before anybody is signed in. Never shown to the one who asks. */
export async function findAccountByEmail(email: string): Promise<AccountRow | null> {
  return db().account.findUnique({
    where: { email: email.toLowerCase() },
    select: { id: true, name: true, role: true, userId: true },
  })
}

/** Writes down that somebody signed in or out, or tried to. */
export async function noteSignIn(account: AccountRow, action: Extract<AuditAction, `account.sign${string}`>): Promise<void> {
  const actor: Actor = { kind: 'account', ...account }
  await db().$transaction((tx) => writeAudit(tx, actor, { action, objectKind: 'account', objectId: account.id }))
}
