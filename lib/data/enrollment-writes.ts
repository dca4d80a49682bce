/**
 * Writing enrolments: making one, locking one, and the small changes that are not transitions. State changes are in transition.ts.
 *
 * Whose enrolment it is stands in the WHERE: a one-time link reaches only what was started through it, a user's own account only that
 * user's, and what one may not reach does not exist (null), rather than being refused.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { actorColumns } from './audit.ts'
import { addJobSql, type NewJob } from './jobs.ts'
import { isId } from './new-id.ts'
import type { Tx } from './transaction.ts'

export type EnrollmentWriter = Grant<'enrollment:manage'> | Grant<'self:enroll'> | Grant<'system:work'>

/** Restricts `e` (an enrolment) to what the grant's actor may reach. */
export function reachableBy(grant: EnrollmentWriter): Prisma.Sql {
  const { actor } = grant
  if (actor.kind === 'link') return Prisma.sql`AND e.link_id = ${actor.id}::uuid`
  if (actor.kind === 'account' && grant.permission === 'self:enroll') return Prisma.sql`AND e.user_id = ${actor.userId}::uuid`
  return Prisma.empty
}

export interface LockedEnrollment {
  id: string
  state: EnrollmentState
  version: number
  userId: string
  profileVersionId: string
  linkId: string | null
  currentCommandId: string | null
  failureCode: FailureCode | null
}

const ENROLLMENT_COLUMNS = Prisma.sql`e.id, e.state::text AS state, e.version, e.user_id AS "userId", e.profile_version_id AS "profileVersionId",
  e.link_id AS "linkId", e.current_command_id AS "currentCommandId", e.failure_code AS "failureCode"`

/** The enrolment as it stands at this moment, unlocked: to see whether there is anything to do. */
export async function findEnrollment(grant: EnrollmentWriter, id: string): Promise<LockedEnrollment | null> {
  if (!isId(id)) return null
  const rows = await db().$queryRaw<LockedEnrollment[]>`
    SELECT ${ENROLLMENT_COLUMNS} FROM enrollment e WHERE e.id = ${id}::uuid ${reachableBy(grant)}`
  return rows[0] ?? null
}

/** Locks the enrolment until the transaction ends. Null: there is none, or none that this actor may reach. */
export async function lockEnrollment(tx: Tx, grant: EnrollmentWriter, id: string): Promise<LockedEnrollment | null> {
  if (!isId(id)) return null
  const rows = await tx.$queryRaw<LockedEnrollment[]>`
    SELECT ${ENROLLMENT_COLUMNS} FROM enrollment e WHERE e.id = ${id}::uuid ${reachableBy(grant)} FOR UPDATE`
  return rows[0] ?? null
}

/** A person's enrolments in one of these states, oldest first. */
export async function enrollmentsIn(
  _grant: Grant<'enrollment:manage'>,
  userId: string,
  states: readonly EnrollmentState[],
): Promise<string[]> {
  if (!isId(userId)) return []
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT id FROM enrollment WHERE user_id = ${userId}::uuid AND state = ANY(${states}::text[]::enrollment_state[]) ORDER BY created_at, id`
  return rows.map(({ id }) => id)
}

export interface NewEnrollment {
  id: string
  userId: string
  userid: string
  profileVersionId: string
  profileName: string
  state: Extract<EnrollmentState, 'awaiting_approval' | 'requesting'>
  linkId: string | null
  job: NewJob | null
}

/** Inserts the enrolment with its first job and audit row. */
export async function insertEnrollment(tx: Tx, grant: EnrollmentWriter, e: NewEnrollment): Promise<void> {
  const { actor } = grant
  const startedById = 'id' in actor && actor.kind !== 'link' ? actor.id : null
  await tx.$queryRaw`
    WITH made AS (
      INSERT INTO enrollment (id, user_id, profile_version_id, state, link_id, started_by_id, started_by_name, state_changed_at)
      VALUES (${e.id}::uuid, ${e.userId}::uuid, ${e.profileVersionId}::uuid, ${e.state}::enrollment_state, ${e.linkId}::uuid, ${startedById},
              ${actor.name}, clock_timestamp())
      RETURNING id
    ), added AS (
      ${e.job ? Prisma.sql`SELECT ${addJobSql(e.job)} IS NULL AS added FROM made` : Prisma.sql`SELECT true AS added`}
    ), audited AS (
      INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
      SELECT ${actorColumns(actor)}, 'enrollment.started', 'enrollment', ${e.id}, ${e.id}::uuid,
             ${JSON.stringify({ to: e.state, userid: e.userid, profile: e.profileName, viaLink: e.linkId !== null })}::jsonb
      FROM made, (SELECT count(*) FROM added) AS first
      RETURNING 1
    )
    SELECT count(*)::int AS done FROM audited`
}

/**
 * Says why the enrolment still stands where it stands, and counts the change, so that a page which shows it looks again.
 * Writes nothing (false) if the enrolment is not in that state any more.
 */
export async function setWaitReason(tx: Tx, id: string, state: EnrollmentState, reason: string | null): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE enrollment SET wait_reason = ${reason}, version = version + 1 WHERE id = ${id}::uuid AND state = ${state}::enrollment_state`
  return changed === 1
}

/** Takes the live command away from an enrolment that stays in its state (a new offer is on its way). */
export async function clearCurrentCommand(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE enrollment SET current_command_id = NULL, wait_reason = NULL, version = version + 1 WHERE id = ${id}::uuid`
}

export interface UsableLink {
  id: string
  userId: string
  profileVersionId: string
  usable: boolean
  /** An enrolment started through it that has not ended. */
  runningEnrollmentId: string | null
}

/** Locks a one-time link: of two pages open on it, one starts an enrolment and the other finds it. By the database's clock. */
export async function lockLink(tx: Tx, _grant: EnrollmentWriter, linkId: string): Promise<UsableLink | null> {
  const rows = await tx.$queryRaw<Omit<UsableLink, 'runningEnrollmentId'>[]>`
    SELECT id, user_id AS "userId", profile_version_id AS "profileVersionId",
           (used_at IS NULL AND revoked_at IS NULL AND expires_at > now()) AS usable
    FROM enrollment_link WHERE id = ${linkId}::uuid FOR UPDATE`
  const link = rows[0]
  if (!link) return null
  const running = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM enrollment
    WHERE link_id = ${linkId}::uuid AND state IN ('awaiting_approval','requesting','offered','answered','confirming','issuing','delivering','undelivered')
    ORDER BY created_at DESC LIMIT 1`
  return { ...link, runningEnrollmentId: running[0]?.id ?? null }
}
