/**
 * The command a callback names, and what a callback makes of it and of its enrolment: one query, one statement.
 *
 * Nothing is locked in between. The write names the enrolment's state and version as they were read, and every change of a live command
 * counts the version, so a decision made on what has changed meanwhile writes nothing and is made again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { type CheckMaterial, MATERIAL_COLUMNS, MATERIAL_JOINS, type RawMaterial, toMaterial } from './answers.ts'
import { type CommandKind, type CommandState, GRACE_S } from './commands.ts'
import { storableText } from './storable.ts'
import { inTransaction } from './transaction.ts'
import { type Transition, tryTransition } from './transition.ts'

type System = Grant<'system:work'>

export interface CalledCommand {
  id: string
  kind: CommandKind
  state: CommandState
  hermodCommandId: string | null
  isCurrent: boolean
  /** The callback was received after the command's end and grace, by the database's clock. */
  late: boolean
  /** It was received sooner after the command was given to Hermod than people can scan and type a PIN (hostile-inputs F-B14). */
  quick: boolean
  enrollment: { id: string; state: EnrollmentState; version: number }
  /** `profile.id` of the phone; null before there is one. */
  profileRef: string | null
  /** Last part of the address of the phone's mailbox. */
  mailbox: string | null
  material: CheckMaterial
}

const QUICK_S = 1

type CalledRow = Omit<CalledCommand, 'enrollment' | 'material'> & {
  enrollmentId: string
  enrollmentState: EnrollmentState
  version: number
} & RawMaterial

export async function findCalledCommand(
  _grant: System,
  kind: CommandKind,
  externalId: string,
  receivedAt: Date,
): Promise<CalledCommand | null> {
  const rows = await db().$queryRaw<CalledRow[]>`
    SELECT c.id, c.kind::text AS kind, c.state::text AS state, c.id IS NOT DISTINCT FROM e.current_command_id AS "isCurrent",
      ${receivedAt}::timestamptz > coalesce(c.expires_at, c.created_at + make_interval(secs => c.timeout_s)) + make_interval(secs => ${GRACE_S}) AS late,
      coalesce(${receivedAt}::timestamptz < c.sent_at + make_interval(secs => ${QUICK_S}), false) AS quick,
      e.id AS "enrollmentId", e.state::text AS "enrollmentState", e.version, ph.profile_ref AS "profileRef",
      substring(ph.box_url FROM '[^/]+$') AS mailbox, ${MATERIAL_COLUMNS}
    FROM command c JOIN enrollment e ON e.id = c.enrollment_id ${MATERIAL_JOINS} LEFT JOIN phone ph ON ph.id = e.phone_id
    WHERE c.kind = ${kind}::command_kind AND c.external_id = ${externalId}`
  const row = rows[0]
  if (!row) return null
  const { id, state, isCurrent, late, quick, hermodCommandId, profileRef, mailbox, enrollmentId, enrollmentState, version } = row
  const enrollment = { id: enrollmentId, state: enrollmentState, version }
  return { id, kind, state, isCurrent, late, quick, hermodCommandId, profileRef, mailbox, enrollment, material: toMaterial(row) }
}

export interface CallbackEffect {
  callback: { id: string; state: 'processed' | 'ignored'; outcome: string }
  /** How the command ends, and Hermod's id of it as the callback says. */
  command: { state: 'answered' | 'timed_out'; hermodCommandId: string }
  /** The phone's answer, if it is to be judged. */
  answer?: { id: string; jws: string; receivedAt: Date }
  /** The phone stored the certificates: they, the phone and the link are marked. */
  delivered?: boolean
  move: Pick<Transition, 'to' | 'set' | 'by' | 'detail'>
}

/** Carries the effect out, or writes nothing (false) if the enrolment has changed since the command was read. */
export function applyCallback(grant: System, called: CalledCommand, effect: CallbackEffect): Promise<boolean> {
  const { id: enrollmentId, state, version } = called.enrollment
  const also = { with: effectSql(called, effect) }
  if (state !== 'requesting') return tryTransition(db(), grant, { enrollmentId, from: state, version, ...effect.move, also })
  // The answer came before the reply to our POST: the offer was made, whether or not we know it yet.
  return inTransaction(grant, async (tx) => {
    if (!(await tryTransition(tx, grant, { enrollmentId, from: 'requesting', version, to: 'offered' }))) return false
    await tryTransition(tx, grant, { enrollmentId, from: 'offered', version: version + 1, ...effect.move, also })
    return true
  })
}

function effectSql(called: CalledCommand, { callback, command, answer, delivered }: CallbackEffect): Prisma.Sql[] {
  const parts = [
    Prisma.sql`closed AS (
      UPDATE command c SET state = ${command.state}::command_state, offer_uri = NULL, ended_at = clock_timestamp(),
        hermod_command_id = coalesce(c.hermod_command_id, ${command.hermodCommandId}), sent_at = coalesce(c.sent_at, c.created_at),
        expires_at = coalesce(c.expires_at, c.created_at + make_interval(secs => c.timeout_s))
      FROM moved WHERE c.id = ${called.id}::uuid AND c.state IN ('sending', 'sent'))`,
    Prisma.sql`taken AS (
      UPDATE callback b SET state = ${callback.state}::callback_state, outcome = ${storableText(callback.outcome).slice(0, 1000)},
        command_id = ${called.id}::uuid, processed_at = clock_timestamp()
      FROM moved WHERE b.id = ${callback.id}::uuid AND b.state = 'received')`,
  ]
  if (answer)
    parts.push(Prisma.sql`kept AS (
      INSERT INTO answer (id, enrollment_id, command_id, callback_id, judged_for, jws, received_at)
      SELECT ${answer.id}::uuid, moved.id, ${called.id}::uuid, ${callback.id}::uuid, moved.id, ${storableText(answer.jws)}, ${answer.receivedAt}::timestamptz
      FROM moved)`)
  if (delivered)
    parts.push(
      Prisma.sql`delivered AS (
        UPDATE certificate c SET delivered_at = clock_timestamp() FROM moved, enrollment_key k
        WHERE k.enrollment_id = moved.id AND c.enrollment_key_id = k.id AND c.delivered_at IS NULL)`,
      Prisma.sql`met AS (UPDATE phone p SET last_contact_at = clock_timestamp() FROM moved WHERE p.id = moved.phone_id)`,
      Prisma.sql`spent AS (
        UPDATE enrollment_link l SET used_at = clock_timestamp() FROM moved WHERE l.id = moved.link_id AND l.used_at IS NULL)`,
    )
  return parts
}
