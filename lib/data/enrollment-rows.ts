/**
 * An enrolment as a line of a list, in SQL: the columns and joins that every list of enrolments shares, and what may be asked of them.
 *
 * One statement a list. Whose enrolments they are stands in the WHERE. People look for a person, so the words typed are the person's.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { ENROLLMENT_STATES, type EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import type { Device, EnrollmentRow } from '#lib/core/views.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { isId } from './new-id.ts'
import { matchWords } from './search-words.ts'

/** Who may read enrolments: staff, and pages of staff that show a user with what is under way. */
export type EnrollmentReader = Grant<'enrollment:read' | 'enrollment:manage' | 'user:read'>

/** Text that Hermod or a phone sent: shown, so bounded; whatever it claims to be. */
const short = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 256) : '')

/** The device as the phone named it; null when it said nothing usable. */
export function readDevice(json: unknown): Device | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  const said = new Map(Object.entries(json))
  const device = {
    name: short(said.get('name')),
    model: short(said.get('model')),
    operatingsystem: short(said.get('operatingsystem')),
  }
  return device.name || device.model || device.operatingsystem ? device : null
}

export interface RawEnrollmentRow {
  id: string
  state: EnrollmentState
  userRowId: string
  userid: string
  userName: string
  profileName: string
  profileTitle: string
  device: unknown
  startedByName: string
  createdAt: Date
  stateChangedAt: Date
  failureCode: string | null
}

export const ROW_COLUMNS = Prisma.sql`
  e.id, e.state::text AS state, u.id AS "userRowId", u.userid, u.name AS "userName", p.name AS "profileName", p.title AS "profileTitle",
  a.device, e.started_by_name AS "startedByName", e.created_at AS "createdAt", e.state_changed_at AS "stateChangedAt",
  e.failure_code AS "failureCode"`

export const ROW_JOINS = Prisma.sql`
  enrollment e
  JOIN "user" u ON u.id = e.user_id
  JOIN profile_version v ON v.id = e.profile_version_id
  JOIN profile p ON p.id = v.profile_id
  LEFT JOIN answer a ON a.judged_for = e.id`

export const toEnrollmentRow = (r: RawEnrollmentRow): EnrollmentRow => ({
  id: r.id,
  state: r.state,
  user: { id: r.userRowId, userid: r.userid, name: r.userName },
  profile: { name: r.profileName, title: r.profileTitle },
  device: readDevice(r.device),
  startedByName: r.startedByName,
  createdAt: r.createdAt.toISOString(),
  stateChangedAt: r.stateChangedAt.toISOString(),
  failureCode: r.failureCode as FailureCode | null,
})

export const isEnrollmentState = (value: string): value is EnrollmentState => Object.hasOwn(ENROLLMENT_STATES, value)

export interface EnrollmentFilter {
  /** Words of a name, login, e-mail or department; or an enrolment's id. */
  q?: string | undefined
  /** One state or several; an empty list finds nothing. */
  state?: EnrollmentState | readonly EnrollmentState[] | undefined
  userId?: string | undefined
  /** State changed in the last so many hours. */
  withinHours?: number | undefined
}

/** The WHERE of a list, without the word. */
export function filterSql({ q = '', state, userId, withinHours }: EnrollmentFilter): Prisma.Sql {
  const conditions: Prisma.Sql[] = [Prisma.sql`true`]
  const states = state === undefined ? null : typeof state === 'string' ? [state] : [...state]
  if (states) conditions.push(Prisma.sql`e.state = ANY(${states}::enrollment_state[])`)
  if (userId !== undefined) conditions.push(isId(userId) ? Prisma.sql`e.user_id = ${userId}::uuid` : Prisma.sql`false`)
  if (withinHours !== undefined)
    conditions.push(Prisma.sql`e.state_changed_at > now() - make_interval(hours => ${withinHours}::int)`)
  const id = q.trim()
  if (isId(id)) conditions.push(Prisma.sql`e.id = ${id}::uuid`)
  else {
    const ofUser = matchWords(Prisma.sql`u.search`, q)
    if (ofUser) conditions.push(Prisma.sql`e.user_id IN (SELECT u.id FROM "user" u WHERE ${ofUser})`)
  }
  return Prisma.join(conditions, ' AND ')
}
