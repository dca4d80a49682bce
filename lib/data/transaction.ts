/**
 * One database transaction, opened only by somebody who holds a grant.
 *
 * READ COMMITTED everywhere: what must not happen twice is stopped by a unique constraint or by compare-and-set (transition.ts), never
 * by isolation. Order inside a transaction: lock the enrolment's row first, write, and do what writes audit rows last, because the
 * audit chain is one lock for the whole database and is held until commit.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { db, type Tx } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'

export type { Tx }

/** PostgreSQL ends a statement with these when two transactions stood in each other's way; the same work done again will pass. */
const TRANSIENT = new Set(['40001', '40P01'])

/**
 * Runs `work` in one transaction; what it throws rolls everything back. A deadlock or serialisation failure is tried again, at most
 * twice, so `work` must not have effects outside the database.
 */
export async function inTransaction<T>(_grant: Grant, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db().$transaction(work)
    } catch (error) {
      if (attempt > 2 || !TRANSIENT.has(sqlState(error) ?? '')) throw error
    }
  }
}

/** The SQLSTATE of a database error, wherever Prisma has put it; null if it is another kind of error. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === 'P2002') return '23505'
    if (error.code === 'P2034') return '40001'
    const meta: unknown = error.meta
    const found = /"(?:originalCode|code)":"([0-9A-Z]{5})"/.exec(JSON.stringify(meta ?? {}))?.[1]
    if (found) return found
  }
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && !error.code.startsWith('P2'))
    return error.code
  return error.cause === undefined ? null : sqlState(error.cause)
}

/** True if a UNIQUE constraint refused the row. */
export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === '23505'
