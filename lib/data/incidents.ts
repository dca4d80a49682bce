/** Incidents (lib/core/incidents.ts): opened once for one thing, in the transaction that noticed it; closed by a person, with a word. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { IncidentKind } from '#lib/core/incidents.ts'
import type { IncidentRow, Page } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { type AuditDetail, writeAudit } from './audit.ts'
import { cappedCount, makeCursor, type PageQuery, toPage, windowOf } from './list-page.ts'
import { isId, newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import { inTransaction, type Tx } from './transaction.ts'

export interface NewIncident {
  kind: IncidentKind
  /** What it is about, e.g. `answer:${id}`: the same kind about the same thing is one incident. */
  about: string
  enrollmentId?: string | null
  userId?: string | null
  certificateId?: string | null
  detail?: AuditDetail
}

/**
 * The same inside a move (transition.ts, `also`): `opened`, one row for each that was not there yet. The enrolment and its user are the
 * moved ones.
 */
export const openIncidentsSql = (
  incidents: readonly Omit<NewIncident, 'enrollmentId' | 'userId' | 'certificateId'>[],
): Prisma.Sql => Prisma.sql`opened AS (
  INSERT INTO incident (id, kind, about, enrollment_id, user_id, detail, opened_at)
  SELECT i.id, i.kind, i.about, moved.id, moved.user_id, i.detail::jsonb, clock_timestamp()
  FROM moved, unnest(${incidents.map(() => newId())}::uuid[], ${incidents.map(({ kind }) => kind)}::text[],
    ${incidents.map(({ about }) => about)}::text[], ${incidents.map(({ detail = {} }) => storableJson(detail))}::text[])
    AS i (id, kind, about, detail)
  ON CONFLICT (kind, about) DO NOTHING RETURNING id, kind, about)`
export const OPENED_INCIDENTS_AUDIT = Prisma.sql`
  SELECT 'incident.opened', 'incident', id::text, jsonb_build_object('kind', kind, 'about', about) FROM opened`

/** @returns false if it stood there already, open or closed; then nothing was written */
export async function openIncident(tx: Tx, grant: Grant<'system:work'>, incident: NewIncident): Promise<boolean> {
  const { kind, about, enrollmentId = null, userId = null, certificateId = null, detail = {} } = incident
  const id = newId()
  const made = await tx.$executeRaw`
    INSERT INTO incident (id, kind, about, enrollment_id, user_id, certificate_id, detail)
    VALUES (${id}::uuid, ${kind}, ${about}, ${enrollmentId}::uuid, ${userId}::uuid, ${certificateId}::uuid, ${storableJson(detail)}::jsonb)
    ON CONFLICT (kind, about) DO NOTHING`
  if (made === 0) return false
  await writeAudit(tx, grant.actor, {
    action: 'incident.opened',
    objectKind: 'incident',
    objectId: id,
    enrollmentId,
    detail: { kind, about },
  })
  return true
}

// ── Reading and closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface RawIncident {
  id: string
  kind: IncidentKind
  enrollmentId: string | null
  userRowId: string | null
  userid: string | null
  userName: string | null
  certificateId: string | null
  detail: unknown
  openedAt: Date
  closedAt: Date | null
  closedByName: string | null
  closeNote: string | null
}

const COLUMNS = Prisma.sql`
  i.id, i.kind, i.enrollment_id AS "enrollmentId", u.id AS "userRowId", u.userid, u.name AS "userName",
  i.certificate_id AS "certificateId", i.detail, i.opened_at AS "openedAt", i.closed_at AS "closedAt",
  i.closed_by_name AS "closedByName", i.close_note AS "closeNote"`
const FROM = Prisma.sql`incident i LEFT JOIN "user" u ON u.id = i.user_id`

const toRow = ({
  userRowId,
  userid,
  userName,
  detail,
  openedAt,
  closedAt,
  closedByName,
  closeNote,
  ...row
}: RawIncident): IncidentRow => ({
  ...row,
  user: userRowId !== null && userid !== null ? { id: userRowId, userid, name: userName ?? userid } : null,
  detail: readDetail(detail),
  openedAt: openedAt.toISOString(),
  closed: closedAt === null ? null : { at: closedAt.toISOString(), by: closedByName ?? '', note: closeNote ?? '' },
})

/** Machine fields out of free-form JSON, as text. */
const readDetail = (detail: unknown): Record<string, string> =>
  typeof detail !== 'object' || detail === null
    ? {}
    : Object.fromEntries(
        Object.entries(detail).flatMap(([name, value]) =>
          value === null ? [] : [[name, Array.isArray(value) ? value.join(', ') : String(value)]],
        ),
      )

type Reader = Grant<'incident:read' | 'incident:close' | 'enrollment:read' | 'user:read' | 'user:manage' | 'enrollment:manage'>

export interface IncidentQuery extends PageQuery {
  standing?: 'open' | 'closed' | undefined
  kind?: IncidentKind | undefined
  enrollmentId?: string | undefined
  userId?: string | undefined
}

/** Newest first. */
export async function listIncidents(_grant: Reader, query: IncidentQuery = {}): Promise<Page<IncidentRow>> {
  const window = windowOf(query)
  const conditions = [
    Prisma.sql`true`,
    ...(query.standing
      ? [query.standing === 'open' ? Prisma.sql`i.closed_at IS NULL` : Prisma.sql`i.closed_at IS NOT NULL`]
      : []),
    ...(query.kind ? [Prisma.sql`i.kind = ${query.kind}`] : []),
    ...(query.enrollmentId ? [Prisma.sql`i.enrollment_id = ${query.enrollmentId}::uuid`] : []),
    ...(query.userId ? [Prisma.sql`i.user_id = ${query.userId}::uuid`] : []),
  ]
  const where = Prisma.join(conditions, ' AND ')
  const rows = await db().$queryRaw<RawIncident[]>`
    SELECT ${COLUMNS} FROM ${FROM} WHERE ${where} ORDER BY i.opened_at DESC, i.id DESC
    LIMIT ${window.limit + 1}::int OFFSET ${window.offset}::int`
  return toPage(
    rows,
    window,
    query,
    async () => (await db().$queryRaw<{ n: number }[]>(cappedCount(Prisma.sql`incident i`, where)))[0]?.n ?? 0,
    toRow,
    (row) => makeCursor('-opened', row.openedAt.toISOString(), row.id),
  )
}

export async function findIncident(_grant: Reader, id: string): Promise<IncidentRow | null> {
  if (!isId(id)) return null
  const rows = await db().$queryRaw<RawIncident[]>`SELECT ${COLUMNS} FROM ${FROM} WHERE i.id = ${id}::uuid`
  return rows[0] ? toRow(rows[0]) : null
}

export function closeOpenIncident(
  grant: Grant<'incident:close'>,
  { id, note }: { id: string; note: string },
): Promise<'closed' | 'closed_before' | 'not_found'> {
  if (!isId(id)) return Promise.resolve('not_found')
  return inTransaction(grant, async (tx) => {
    const closed = await tx.$queryRaw<{ kind: string; enrollmentId: string | null }[]>`
      UPDATE incident SET closed_at = clock_timestamp(), closed_by_name = ${grant.actor.name}, close_note = ${storableText(note)}
      WHERE id = ${id}::uuid AND closed_at IS NULL RETURNING kind, enrollment_id AS "enrollmentId"`
    const [row] = closed
    if (!row) {
      const [known] = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM incident WHERE id = ${id}::uuid`
      return known ? 'closed_before' : 'not_found'
    }
    await writeAudit(tx, grant.actor, {
      action: 'incident.closed',
      objectKind: 'incident',
      objectId: id,
      enrollmentId: row.enrollmentId,
      detail: { kind: row.kind, note },
    })
    return 'closed'
  })
}
