/**
 * Giving Hermod a command whose row is committed, and what its reply or its silence means. Shared by provision and certificate commands.
 *
 * Hermod documents no idempotency key, so a command that was not answered is never sent again: it is closed, and the next attempt is a new
 * row with a new externalId (and nonce), as a new job after a pause, so that a dead messaging server holds no worker. Everything
 * that is written here names the command: if it was answered (a callback can be faster than the reply), superseded or cancelled
 * meanwhile, the reply only fills what is empty, and a failure is nobody's any more.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { type CommandKind, failCommand, fillLateReply, GRACE_S, keepReply, type ReplyColumns } from '#lib/data/commands.ts'
import { noteConnection } from '#lib/data/connections.ts'
import { lockEnrollment, setWaitReason } from '#lib/data/enrollment-writes.ts'
import { addJob, job } from '#lib/data/jobs.ts'
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
  /** The states in which the enrolment waits for this command to be taken, and the one it goes to when no attempt was. */
  waitsIn: readonly Extract<EnrollmentState, 'requesting' | 'offered' | 'delivering'>[]
  giveUp: Extract<EnrollmentState, 'failed' | 'undelivered'>
  again: 'send-provision' | 'deliver-certificates'
  expiry: 'expire-offer' | 'expire-delivery'
}

const LOOK_AGAIN_S = 5
const isSilence = (code: NotTaken['code']): boolean => code === 'hermod_unreachable' || code === 'hermod_timeout'

export async function giveCommand(grant: Grant<'system:work'>, context: WorkerContext, command: GivenCommand): Promise<void> {
  const outcome = await sendCommand(context.hermod, command.kind, command.body)
  if (outcome.status === 'ok') {
    context.onHermod({ ok: true, detail: '' })
    await noteConnection(grant, HERMOD_CONNECTION, { ok: true, detail: '' })
    await storeReply(grant, command, outcome)
  } else {
    context.onHermod({ ok: false, detail: `${outcome.code}: ${outcome.detail}` })
    await noteConnection(grant, HERMOD_CONNECTION, {
      ok: false,
      detail: texts.hermodFailed(outcome.code, outcome.detail),
      unreachable: isSilence(outcome.code),
    })
    await inTransaction(grant, async (tx) => {
      await storeFailure(tx, grant, context, command, outcome)
      // Nobody may start while it is silent, so nobody's command would find out that it is back.
      if (isSilence(outcome.code)) await addJob(tx, 'check-connections', {}, LOOK_AGAIN_S)
    })
  }
}

type Taken = Extract<CommandOutcome, { status: 'ok' }>
type NotTaken = Extract<CommandOutcome, { status: 'error' }>

async function storeReply(grant: Grant<'system:work'>, command: GivenCommand, outcome: Taken): Promise<void> {
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
  // Its time runs from when the row was committed, which was just before the request.
  const expiry = job(command.expiry, { commandId: command.id }, command.timeoutS + GRACE_S - outcome.ms / 1000)
  const live = await keepReply(grant, command, reply, expiry)
  if (!live) await fillLateReply(grant, command.id, reply)
}

async function storeFailure(
  tx: Tx,
  grant: Grant<'system:work'>,
  context: WorkerContext,
  command: GivenCommand,
  outcome: NotTaken,
): Promise<void> {
  const enrollment = await lockEnrollment(tx, grant, command.enrollmentId)
  const ended = await failCommand(tx, grant, command.id, outcome)
  if (!enrollment || !ended || enrollment.currentCommandId !== command.id) return
  if (!command.waitsIn.some((state) => state === enrollment.state)) return
  const delayS = outcome.retryable ? retryDelayS(context, command.attempt) : null
  if (delayS === null) {
    await transition(tx, grant, {
      enrollmentId: enrollment.id,
      from: enrollment.state,
      to: command.giveUp,
      set: { failureCode: outcome.code, failureDetail: outcome.detail },
      detail: { attempts: command.attempt },
    })
    return
  }
  const reason = texts.askingHermodAgain(outcome.code, delayS, command.attempt, context.retryDelaysS.length + 1)
  await setWaitReason(tx, enrollment.id, enrollment.state, reason)
  await addJob(tx, command.again, { enrollmentId: enrollment.id, attempt: command.attempt + 1 }, delayS)
}
