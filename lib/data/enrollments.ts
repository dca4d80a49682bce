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
import { cappedCount, cursorTime, makeCursor, type PageQuery, readCursor, toPage, windowOf } from './list-page.ts'
import { isId } from './new-id.ts'

export { getExchange } from './enrollment-exchange.ts'

export const ENROLLMENT_SORTS = ['-created', 'created', '-changed', 'changed'] as const
export type EnrollmentSort = (typeof ENROLLMENT_SORTS)[number]

export interface EnrollmentListQuery extends PageQuery, EnrollmentFilter {
  sort?: EnrollmentSort | undefined
}

const CREATED = Prisma.sql`e.created_at`
const CHANGED = Prisma.sql`e.state_changed_at`

const ORDERS = {
  '-created': { column: CREATED, descending: true, key: (r: RawEnrollmentRow) => r.createdAt.toISOString() },
  created: { column: CREATED, descending: false, key: (r: RawEnrollmentRow) => r.createdAt.toISOString() },
  '-changed': { column: CHANGED, descending: true, key: (r: RawEnrollmentRow) => r.stateChangedAt.toISOString() },
  changed: { column: CHANGED, descending: false, key: (r: RawEnrollmentRow) => r.stateChangedAt.toISOString() },
} satisfies Record<EnrollmentSort, unknown>

/** @throws RequestError invalid_input for a cursor of another list */
export async function listEnrollments(_grant: EnrollmentReader, query: EnrollmentListQuery = {}): Promise<Page<EnrollmentRow>> {
  const sort = query.sort ?? '-created'
  const { column, descending, key } = ORDERS[sort]
  const window = windowOf(query)
  const where = filterSql(query)
  let after = Prisma.empty
  if (query.cursor) {
    const from = readCursor(query.cursor, sort)
    const at = cursorTime(from.key)
    // Times are kept in milliseconds, as they travel: equal ones are told apart by the id.
    if (!isId(from.id)) after = Prisma.sql`AND false`
    else
      after = descending
        ? Prisma.sql`AND (${column}, e.id) < (${at}, ${from.id}::uuid)`
        : Prisma.sql`AND (${column}, e.id) > (${at}, ${from.id}::uuid)`
  }
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`
  const rows = await db().$queryRaw<RawEnrollmentRow[]>`
    SELECT ${ROW_COLUMNS} FROM ${ROW_JOINS} WHERE ${where} ${after}
    ORDER BY ${column} ${direction}, e.id ${direction} LIMIT ${window.limit + 1}::int OFFSET ${window.offset}::int`
  const count = async () => (await db().$queryRaw<{ n: number }[]>(cappedCount(Prisma.sql`enrollment e`, where)))[0]?.n ?? 0
  return toPage(rows, window, query, count, toEnrollmentRow, (row) => makeCursor(sort, key(row), row.id))
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

/** Whether there is such an enrolment for staff to see; for streams, which need to know no more. */
export async function hasEnrollment(_grant: Grant<'enrollment:read'>, id: string): Promise<boolean> {
  if (!isId(id)) return false
  return (await db().$queryRaw<unknown[]>`SELECT 1 FROM enrollment WHERE id = ${id}::uuid`).length === 1
}
