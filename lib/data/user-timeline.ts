/** What happened to a person lately: what was done to the entry in the directory, and the enrolments, newest first. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { TimelineEntry } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { isEnrollmentState } from './enrollment-rows.ts'

const MAX_ENTRIES = 40

/** Steps that say nothing to somebody who looks at a person; the enrolment's own page shows them. */
const DETAILS_ONLY = [
  'enrollment.waiting',
  'certificate.reserved',
  'callback.ignored',
  'enrollment.answered',
  'enrollment.issuing',
]

interface RawEntry {
  at: Date
  action: string
  actorName: string
  detail: unknown
  enrollmentId: string | null
}

export async function userTimeline(_grant: Grant<'user:read' | 'user:manage'>, userId: string): Promise<TimelineEntry[]> {
  const rows = await db().$queryRaw<RawEntry[]>`
    SELECT at, action, actor_name AS "actorName", detail, enrollment_id AS "enrollmentId" FROM (
      (SELECT * FROM audit_entry WHERE object_kind = 'user' AND object_id = ${userId} ORDER BY seq DESC LIMIT ${MAX_ENTRIES}::int)
      UNION ALL
      (SELECT a.* FROM (SELECT id FROM enrollment WHERE user_id = ${userId}::uuid ORDER BY created_at DESC LIMIT 20) AS e
       JOIN audit_entry a ON a.enrollment_id = e.id
       WHERE a.action <> ALL(${DETAILS_ONLY}::text[]) ORDER BY a.seq DESC LIMIT ${MAX_ENTRIES}::int)
    ) AS both_kinds ORDER BY seq DESC LIMIT ${MAX_ENTRIES}::int`
  return rows.map((row) => {
    const detail = row.detail && typeof row.detail === 'object' ? (row.detail as Record<string, unknown>) : {}
    const to = row.action.startsWith('enrollment.') ? detail.to : undefined
    return {
      at: row.at.toISOString(),
      action: row.action,
      state: typeof to === 'string' && isEnrollmentState(to) ? to : null,
      actor: row.actorName,
      detail,
      enrollmentId: row.enrollmentId,
    }
  })
}
