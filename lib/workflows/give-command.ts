/**
 * Giving Hermod a command whose row is committed, and what its reply or its silence means. Shared by provision and certificate commands.
 *
 * Hermod documents no idempotency key, so a command that was not answered is never sent again: it is closed, and the next attempt is a new
 * row with a new externalId (and nonce), as a new job after a pause, so that a dead messaging server holds no worker. Everything
 * that is written here names the command: if it was answered (a callback can be faster than the reply), superseded or cancelled
 * meanwhile, the reply only fills what is empty, and a failure is nobody's any more.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { type CommandKind, failCommand, fillLateReply, GRACE_S, markSent, type ReplyColumns } from '#lib/data/commands.ts'
import { type LockedEnrollment, lockEnrollment, setWaitReason } from '#lib/data/enrollment-writes.ts'
import { addJob } from '#lib/data/jobs.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { type CommandOutcome, sendCommand } from '#lib/external/hermod.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'
import { retryDelayS, type WorkerContext } from './worker-context.ts'

export interface GivenCommand {
  id: string
  enrollmentId: string
  kind: CommandKind
  body: string
  timeoutS: number
  /** 1 for the first try of this round. */
  attempt: number
  /** The state in which the enrolment waits for this command to be taken, and the one it goes to when no attempt was. */
  giveUp: { from: readonly EnrollmentState[]; to: Extract<EnrollmentState, 'failed' | 'undelivered'> }
  again: 'send-provision' | 'deliver-certificates'
  /** In the transaction that stores the reply, with the enrolment locked and the command live. */
  onTaken(tx: Tx, enrollment: LockedEnrollment, endsInS: number): Promise<void>
}

export async function giveCommand(grant: Grant<'system:work'>, context: WorkerContext, command: GivenCommand): Promise<void> {
  const outcome = await sendCommand(context.hermod, command.kind, command.body)
  const taken = outcome.status === 'ok'
  context.onHermod(taken ? { ok: true, detail: '' } : { ok: false, detail: `${outcome.code}: ${outcome.detail}` })
  await inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, command.enrollmentId)
    if (!enrollment) return
    if (taken) await storeReply(tx, grant, command, enrollment, outcome)
    else await storeFailure(tx, grant, context, command, enrollment, outcome)
  })
}

type Taken = Extract<CommandOutcome, { status: 'ok' }>
type NotTaken = Extract<CommandOutcome, { status: 'error' }>

async function storeReply(
  tx: Tx,
  grant: Grant<'system:work'>,
  command: GivenCommand,
  enrollment: LockedEnrollment,
  outcome: Taken,
): Promise<void> {
  const destination = outcome.reply.destinations[0]
  const reply: ReplyColumns = {
    httpStatus: outcome.httpStatus,
    body: outcome.body,
    hermodCommandId: outcome.reply.commandId,
    offerUri: command.kind === 'provision' ? (destination?.uri ?? null) : null,
    bid: destination?.bid ?? null,
    mid: destination?.mid ?? null,
    location: destination?.location ?? null,
  }
  const live = enrollment.currentCommandId === command.id && (await markSent(tx, grant, command.id, reply))
  if (!live) return fillLateReply(tx, grant, command.id, reply)
  await command.onTaken(tx, enrollment, command.timeoutS + GRACE_S - outcome.ms / 1000)
}

async function storeFailure(
  tx: Tx,
  grant: Grant<'system:work'>,
  context: WorkerContext,
  command: GivenCommand,
  enrollment: LockedEnrollment,
  outcome: NotTaken,
): Promise<void> {
  const ended = await failCommand(tx, grant, command.id, outcome)
  if (!ended || enrollment.currentCommandId !== command.id || !command.giveUp.from.includes(enrollment.state)) return
  const delayS = outcome.retryable ? retryDelayS(context, command.attempt) : null
  if (delayS === null) {
    await transition(tx, grant, {
      enrollmentId: enrollment.id,
      from: enrollment.state,
      to: command.giveUp.to,
      set: { failureCode: outcome.code, failureDetail: outcome.detail },
      detail: { attempts: command.attempt },
    })
    return
  }
  await setWaitReason(
    tx,
    enrollment.id,
    enrollment.state,
    texts.askingHermodAgain(outcome.code, delayS, command.attempt, context.retryDelaysS.length + 1),
  )
  await addJob(tx, command.again, { enrollmentId: enrollment.id, attempt: command.attempt + 1 }, delayS)
}
