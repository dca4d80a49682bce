/**
 * Making something of a stored callback: find the command it names, decide (judge-callback.ts), and write decision, transition and the
 * callback's own fate in one transaction.
 *
 * A command is found by kind and externalId, and its commandId must be Hermod's one where we know it: a callback may come before the
 * reply to our POST (K15), and then the external id, which only Hermod and we know, stands alone. `requesting` → `offered` → `answered`
 * happens in one transaction then. What cannot be read as an envelope can name nobody and moves nothing.
 *
 * An answer goes straight on to the checks in the same job: the job stays in the queue until they are done, so a crash between the two
 * comes back here, finds the callback processed and its answer unjudged, and goes on (K6, K7). Equal or different callbacks for
 * one command at the same moment meet at the enrolment's row: one moves it, the others find the command answered.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type CallbackEnvelope, MAX_MESSAGE_BYTES, readCallback } from '#lib/core/hermod/messages.ts'
import { isJsonObject, JsonError, type JsonObject, parseJsonBytes } from '#lib/core/jws/json.ts'
import { type CalledCommand, closeCommand, insertAnswer, lockByExternalId, readCalledCommand } from '#lib/data/answers.ts'
import { writeAudit } from '#lib/data/audit.ts'
import { closeCallback, findCallback, type StoredCallback } from '#lib/data/callbacks.ts'
import { markDelivered } from '#lib/data/deliveries.ts'
import type { LockedEnrollment } from '#lib/data/enrollment-writes.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { type Transition, transition } from '#lib/data/transition.ts'
import { checkStoredAnswer } from './check-answer.ts'
import { type CallbackDecision, type CallbackIdentity, judgeCallback } from './judge-callback.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

const PHONE = { kind: 'phone', name: 'Phone' } as const
const HERMOD = { kind: 'hermod', name: 'Messaging server' } as const

export async function processCallback(
  grant: System,
  context: WorkerContext,
  { callbackId }: { callbackId: string },
): Promise<void> {
  const callback = await findCallback(grant, callbackId)
  if (!callback) return
  const answerId = callback.state === 'received' ? await takeUp(grant, callback) : callback.answerId
  if (answerId) await checkStoredAnswer(grant, context, { answerId })
}

/** @returns the answer to check, if it is one. */
async function takeUp(grant: System, callback: StoredCallback): Promise<string | null> {
  const read = readEnvelope(callback.body)
  if (!read.identity) return quarantine(grant, callback, `It cannot be read: ${read.problem}`)
  const { identity, envelope, problem } = read
  const { kind, externalId } = identity
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockByExternalId(tx, grant, kind, externalId)
    const command = enrollment && (await readCalledCommand(tx, grant, kind, externalId, callback.receivedAt))
    if (!enrollment || !command) {
      await setAside(tx, grant, callback, 'quarantined', 'No command of ours has this externalId.', null, null)
      return null
    }
    const decision = judgeCallback(
      identity,
      envelope,
      problem,
      { ...command, isCurrent: enrollment.currentCommandId === command.id },
      { state: enrollment.state, profileRef: command.profileRef },
    )
    return carryOut(tx, grant, { callback, identity, envelope, enrollment, command }, decision)
  })
}

type ReadEnvelope =
  | { identity: CallbackIdentity; envelope: CallbackEnvelope | null; problem: string }
  | { identity: null; problem: string }

/** The three names are read by themselves: a body of ours that is otherwise misshapen ends its attempt with evidence (F-S7, F-S9). */
function readEnvelope(body: Buffer): ReadEnvelope {
  if (body.length > MAX_MESSAGE_BYTES) return { identity: null, problem: `it has ${body.length} bytes` }
  let value: JsonObject
  try {
    const parsed = parseJsonBytes(body)
    if (!isJsonObject(parsed)) return { identity: null, problem: 'it is not a JSON object' }
    value = parsed
  } catch (error) {
    if (error instanceof JsonError) return { identity: null, problem: `it is not acceptable JSON (${error.message})` }
    throw error
  }
  const { commandId, externalId, commandType } = value
  const kind = commandType === 'PROV' ? 'provision' : commandType === 'CERT' ? 'certificate' : null
  if (!kind) return { identity: null, problem: 'its commandType is neither PROV nor CERT' }
  if (typeof commandId !== 'string' || typeof externalId !== 'string' || commandId.length > 256 || externalId.length > 256)
    return { identity: null, problem: 'it has no commandId and externalId' }
  const envelope = readCallback(value)
  const identity = { kind, commandId, externalId } as const
  return envelope.ok
    ? { identity, envelope: envelope.value, problem: '' }
    : { identity, envelope: null, problem: envelope.problem }
}

interface Called {
  callback: StoredCallback
  identity: CallbackIdentity
  envelope: CallbackEnvelope | null
  enrollment: LockedEnrollment
  command: CalledCommand
}

async function carryOut(tx: Tx, grant: System, called: Called, decision: CallbackDecision): Promise<string | null> {
  const { callback, identity, enrollment, command } = called
  const aside = (state: 'ignored' | 'quarantined') =>
    setAside(tx, grant, callback, state, decision.why, command.id, enrollment.id)
  if (decision.do === 'quarantine' || decision.do === 'ignore') {
    await aside(decision.do === 'ignore' ? 'ignored' : 'quarantined')
    return null
  }
  const expired = decision.do === 'expire'
  await closeCommand(tx, grant, command.id, expired ? 'timed_out' : 'answered', identity.commandId)
  if (expired && decision.because === 'late') await aside('ignored')
  else await closeCallback(tx, grant, callback.id, 'processed', decision.why, command.id)
  const answerId = decision.do === 'check' ? await keepAnswer(tx, grant, called) : null
  if (decision.do === 'complete') await markDelivered(tx, grant, enrollment.id)

  // The answer came before the reply to our POST: the offer was made, whether or not we know it yet.
  const early = enrollment.state === 'requesting'
  if (early) await transition(tx, grant, { enrollmentId: enrollment.id, from: 'requesting', to: 'offered' })
  await transition(tx, grant, {
    enrollmentId: enrollment.id,
    from: early ? 'offered' : enrollment.state,
    ...moveFor(decision, command),
  })
  return answerId
}

type Deciding = Exclude<CallbackDecision, { do: 'quarantine' } | { do: 'ignore' }>

function moveFor(decision: Deciding, command: CalledCommand): Pick<Transition, 'to' | 'set' | 'by' | 'detail'> {
  const delivery = command.kind === 'certificate'
  switch (decision.do) {
    case 'check':
      return { to: 'answered', by: PHONE }
    case 'refuse':
      return { to: 'refused', by: PHONE, set: { failureCode: 'phone_refused', failureDetail: decision.detail } }
    case 'complete':
      return { to: 'completed', by: PHONE }
    case 'undeliver':
      return { to: 'undelivered', by: PHONE, set: { failureCode: 'delivery_refused', failureDetail: decision.detail } }
    case 'expire':
      return {
        to: delivery ? 'undelivered' : 'expired',
        set: { failureCode: delivery ? 'delivery_expired' : 'offer_expired' },
        ...(decision.because === 'told' ? { by: HERMOD } : {}),
      }
  }
}

/** The JWS is kept as text beside the callback's bytes; a misshapen answer has none. */
function keepAnswer(tx: Tx, grant: System, { callback, envelope, enrollment, command }: Called): Promise<string> {
  return insertAnswer(tx, grant, {
    enrollmentId: enrollment.id,
    commandId: command.id,
    callbackId: callback.id,
    jws: envelope?.provResponse?.result?.data ?? '',
    receivedAt: callback.receivedAt,
  })
}

const quarantine = async (grant: System, callback: StoredCallback, why: string): Promise<null> => {
  await inTransaction(grant, (tx) => setAside(tx, grant, callback, 'quarantined', why, null, null))
  return null
}

/** Kept, shown, and nothing else. The audit row is written by the run that closed it, not by one that came second. */
async function setAside(
  tx: Tx,
  grant: System,
  callback: StoredCallback,
  state: 'ignored' | 'quarantined',
  why: string,
  commandId: string | null,
  enrollmentId: string | null,
): Promise<void> {
  if (!(await closeCallback(tx, grant, callback.id, state, why, commandId))) return
  await writeAudit(tx, HERMOD, {
    action: `callback.${state}`,
    objectKind: 'callback',
    objectId: callback.id,
    enrollmentId,
    detail: { why },
  })
}
