/**
 * Reading enrolments: the list, one with everything its page shows, and its messages. Everything about one enrolment is read by one
 * statement, so that a page never shows the state of one moment beside the timeline of another.
 *
 * What one may not see does not exist: null, never a refusal. The offer is given only to those who may manage enrolments.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { EnrollmentRow, EnrollmentView, Page } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import {
  type EnrollmentFilter,
  type EnrollmentReader,
  filterSql,
  type RawEnrollmentRow,
  ROW_COLUMNS,
  ROW_JOINS,
  toEnrollmentRow,
} from './enrollment-rows.ts'
import { type RawEnrollment, selectEnrollment, toEnrollmentView } from './enrollment-view.ts'
import { isId } from './new-id.ts'

export { getExchange } from './enrollment-exchange.ts'

/** Counting stops here: nobody pages further, and a true count of millions costs more than the page. */
const TOTAL_CAP = 10_000

const SORTS = {
  newest: Prisma.sql`e.created_at DESC, e.id DESC`,
  oldest: Prisma.sql`e.created_at, e.id`,
  changed: Prisma.sql`e.state_changed_at DESC, e.id DESC`,
} as const
export type EnrollmentSort = keyof typeof SORTS

export interface EnrollmentListQuery extends EnrollmentFilter {
  sort?: EnrollmentSort
  /** From 1. */
  page?: number
  /** At most 100. */
  limit?: number
}

export async function listEnrollments(_grant: EnrollmentReader, query: EnrollmentListQuery = {}): Promise<Page<EnrollmentRow>> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 100)
  const page = Math.min(Math.max(query.page ?? 1, 1), Math.ceil(TOTAL_CAP / limit))
  const where = filterSql(query)
  const [rows, totals] = await Promise.all([
    db().$queryRaw<RawEnrollmentRow[]>`
      SELECT ${ROW_COLUMNS} FROM ${ROW_JOINS} WHERE ${where}
      ORDER BY ${SORTS[query.sort ?? 'newest']} LIMIT ${limit}::int OFFSET ${(page - 1) * limit}::int`,
    db().$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM (
        SELECT 1 FROM enrollment e JOIN "user" u ON u.id = e.user_id WHERE ${where} LIMIT ${TOTAL_CAP + 1}::int
      ) AS counted`,
  ])
  const n = totals[0]?.n ?? 0
  return { items: rows.map(toEnrollmentRow), total: Math.min(n, TOTAL_CAP), totalCapped: n > TOTAL_CAP, nextCursor: null }
}

/** @returns null for an id that is none, is unknown, or is not the actor's to see */
export async function getEnrollment(
  grant: Grant<'enrollment:read' | 'enrollment:manage' | 'self:enroll'>,
  id: string,
): Promise<EnrollmentView | null> {
  if (!isId(id)) return null
  const rows = await db().$queryRaw<RawEnrollment[]>(selectEnrollment(grant, id))
  const row = rows[0]
  return row ? toEnrollmentView(grant, row) : null
}
