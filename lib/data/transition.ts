/**
 * The way an enrolment changes state: compare-and-set, with the audit row and the next job in the same transaction. (Releasing certificates
 * makes the same move for several enrolments in one statement: issuing-writes.ts.)
 *
 * The UPDATE names the states (and, where given, the version) it starts from, so of two that want to move the same enrolment exactly one
 * does (durability K17, K19: cancel against answer against expiry; a worker that woke up late). Which moves exist at all is said by
 * lib/core/enrollment/state.ts. Update, job and audit row are one SQL statement: one round trip, and the audit chain's lock is taken
 * by the transaction's last statement.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type EnrollmentState, mayMove } from '#lib/core/enrollment/state.ts'
import { CodedError, type FailureCode } from '#lib/core/errors.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { type AuditActor, type AuditDetail, actorColumns } from './audit.ts'
import { addJobSql, type NewJob } from './jobs.ts'
import { storableJson, storableText } from './storable.ts'
import type { Tx } from './transaction.ts'

/** The enrolment no longer stands where the caller thought: somebody else moved it. Nothing was written. */
export class StaleStateError extends CodedError<'stale_state'> {
  constructor(enrollmentId: string, from: readonly EnrollmentState[], to: EnrollmentState) {
    super('stale_state', `enrolment ${enrollmentId} is not ${from.join(' or ')}, so it cannot become ${to}`)
  }
}

/** Columns that may change together with the state; what is left out stays. Failure code and detail are cleared unless given. */
export interface TransitionColumns {
  currentCommandId?: string | null
  phoneId?: string | null
  failureCode?: FailureCode | null
  failureDetail?: string | null
}

/**
 * What else belongs to a move and is written by the same statement, so that the audit chain's lock is not held over another round trip and
 * no transaction stands open while we wait for one.
 */
export interface AlsoInTheMove {
  /** A further condition on the enrolment `e`. */
  only?: Prisma.Sql
  /** `name AS (data-modifying statement)`, each reading FROM moved (version, was, id, user_id, phone_id, link_id): no move, no write. */
  with?: readonly Prisma.Sql[]
  /** A SELECT of (action, object_kind, object_id, detail) from those: what happened on the way, audited before the move itself. */
  audit?: Prisma.Sql
}

export interface Transition {
  enrollmentId: string
  from: EnrollmentState | readonly EnrollmentState[]
  /** The version the caller read; left out where any version of that state will do. */
  version?: number
  to: EnrollmentState
  set?: TransitionColumns
  detail?: AuditDetail
  /** Who did it, if not the grant's actor: a job carries out what the phone said. */
  by?: AuditActor
  job?: NewJob
  also?: AlsoInTheMove
}

const DETAIL_LIMIT = 2000

/** Moves the enrolment, or tells that it stood elsewhere (false, nothing written). */
export async function tryTransition(tx: Tx, grant: Grant, t: Transition): Promise<boolean> {
  const from: readonly EnrollmentState[] = typeof t.from === 'string' ? [t.from] : t.from
  for (const state of from) if (!mayMove(state, t.to)) throw new Error(`no move from ${state} to ${t.to} in the table of states`)
  const { currentCommandId, phoneId, failureCode = null, failureDetail = null } = t.set ?? {}
  const sets: Prisma.Sql[] = [
    Prisma.sql`state = ${t.to}::enrollment_state`,
    Prisma.sql`version = version + 1`,
    Prisma.sql`state_changed_at = clock_timestamp()`,
    Prisma.sql`wait_reason = NULL`,
    Prisma.sql`failure_code = ${failureCode}::text`,
    Prisma.sql`failure_detail = ${failureDetail ? storableText(failureDetail).slice(0, DETAIL_LIMIT) : null}::text`,
  ]
  if (currentCommandId !== undefined) sets.push(Prisma.sql`current_command_id = ${currentCommandId}::uuid`)
  if (phoneId !== undefined) sets.push(Prisma.sql`phone_id = ${phoneId}::uuid`)

  // `before` locks the row and remembers which of the allowed states it was in: the audit row says so.
  const rows = await tx.$queryRaw<{ version: number }[]>`
    WITH before AS (
      SELECT e.id, e.state FROM enrollment e
      WHERE e.id = ${t.enrollmentId}::uuid AND e.state = ANY(${[...from]}::enrollment_state[])
        ${t.version === undefined ? Prisma.empty : Prisma.sql`AND e.version = ${t.version}`}
        ${t.also?.only ? Prisma.sql`AND ${t.also.only}` : Prisma.empty}
      FOR UPDATE
    ), moved AS (
      UPDATE enrollment e SET ${Prisma.join(sets)} FROM before WHERE e.id = before.id AND e.state = before.state
      RETURNING e.version, before.state AS was, e.id, e.user_id, e.phone_id, e.link_id
    ), added AS (
      ${t.job ? Prisma.sql`SELECT ${addJobSql(t.job)} IS NULL AS added FROM moved` : Prisma.sql`SELECT true AS added`}
    ), ${t.also?.with?.length ? Prisma.sql`${Prisma.join([...t.also.with])},` : Prisma.empty} audited AS (
      INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
      ${
        t.also?.audit
          ? Prisma.sql`SELECT ${actorColumns(t.by ?? grant.actor)}, a.action, a.object_kind, a.object_id, ${t.enrollmentId}::uuid, a.detail
            FROM (${t.also.audit}) AS a (action, object_kind, object_id, detail) UNION ALL`
          : Prisma.empty
      }
      SELECT ${actorColumns(t.by ?? grant.actor)}, ${`enrollment.${t.to}`}, 'enrollment', ${t.enrollmentId}, ${t.enrollmentId}::uuid,
             ${storableJson({ ...t.detail, ...(failureCode ? { code: failureCode } : {}) })}::jsonb
               || jsonb_build_object('from', was::text, 'to', ${t.to}::text)
      FROM moved, (SELECT count(*) FROM added) AS first
      RETURNING 1
    )
    SELECT version FROM moved, (SELECT count(*) FROM audited) AS done`
  return rows.length === 1
}

/** As `tryTransition`, for callers to whom a stale state is the end. @throws StaleStateError */
export async function transition(tx: Tx, grant: Grant, t: Transition): Promise<void> {
  if (await tryTransition(tx, grant, t)) return
  throw new StaleStateError(t.enrollmentId, typeof t.from === 'string' ? [t.from] : t.from, t.to)
}
