/**
 * Making something of a stored callback: find the command it names, decide (judge-callback.ts), and write decision, transition and the
 * callback's own fate in one statement.
 *
 * A command is found by kind and externalId, and its commandId must be Hermod's one where we know it: a callback may come before the
 * reply to our POST (K15), and then the external id, which only Hermod and we know, stands alone. What cannot be read as an envelope
 * can name nobody and moves nothing. Equal or different callbacks for one command at the same moment: one moves the enrolment, the
 * others find that it has changed, decide again, and see the command answered.
 *
 * An answer goes straight on in the same job: checks, certificate, delivery (advance-enrollment.ts). The job stays in the queue until that is
 * done, so a crash anywhere comes back here, finds the callback processed, and goes on where the enrolment stands (K6–K9, K13).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type CallbackEnvelope, MAX_MESSAGE_BYTES, readCallback } from '#lib/core/hermod/messages.ts'
import { isJsonObject, JsonError, type JsonObject, parseJsonBytes } from '#lib/core/jws/json.ts'
import type { AnswerToCheck } from '#lib/data/answers.ts'
import { findCallback, type StoredCallback, setCallbackAside } from '#lib/data/callbacks.ts'
import { applyCallback, type CallbackEffect, type CalledCommand, findCalledCommand } from '#lib/data/called-commands.ts'
import { noteTestCallback } from '#lib/data/connection-tests.ts'
import { newId } from '#lib/data/new-id.ts'
import { advanceEnrollment, goOnAfterAnswer } from './advance-enrollment.ts'
import { type CallbackDecision, type CallbackIdentity, judgeCallback } from './judge-callback.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

/** Stands on the timeline and in the audit: nothing is refused for it, but nobody should pass over it. */
const QUICK = 'within a second of the code, faster than a person'

const PHONE = { kind: 'phone', name: 'Phone' } as const
const HERMOD = { kind: 'hermod', name: 'Messaging server' } as const

/** How often others may change the enrolment between reading and writing before something else must be wrong. */
const MAX_ROUNDS = 10

export async function processCallback(
  grant: System,
  context: WorkerContext,
  { callbackId }: { callbackId: string },
): Promise<void> {
  const callback = await findCallback(grant, callbackId)
  if (!callback) return
  if (callback.state !== 'received') {
    if (callback.enrollmentId) await advanceEnrollment(grant, context, callback.enrollmentId)
    return
  }
  const answer = await takeUp(grant, callback)
  if (answer) await goOnAfterAnswer(grant, context, answer)
}

/** @returns the answer to check, if it is one. */
async function takeUp(grant: System, callback: StoredCallback): Promise<AnswerToCheck | null> {
  const read = readEnvelope(callback.body)
  if (!read.identity) {
    await setCallbackAside(grant, HERMOD, { id: callback.id, state: 'quarantined', why: `It cannot be read: ${read.problem}` })
    return null
  }
  const { identity, envelope, problem } = read
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const called = await findCalledCommand(grant, identity.kind, identity.externalId, callback.receivedAt)
    if (!called) {
      if (await noteTestCallback(grant, identity.externalId)) {
        await setCallbackAside(grant, HERMOD, { id: callback.id, state: 'ignored', why: 'It answers a test of the connection.' })
        return null
      }
      const why = 'No command of ours has this externalId.'
      await setCallbackAside(grant, HERMOD, { id: callback.id, state: 'quarantined', why })
      return null
    }
    const { profileRef, mailbox } = called
    const standing = { state: called.enrollment.state, profileRef, mailbox }
    const decision = judgeCallback(identity, envelope, problem, called, standing)
    if (decision.do === 'quarantine' || decision.do === 'ignore') {
      const state = decision.do === 'ignore' ? 'ignored' : 'quarantined'
      const { id: enrollmentId } = called.enrollment
      await setCallbackAside(grant, HERMOD, { id: callback.id, state, why: decision.why, commandId: called.id, enrollmentId })
      return null
    }
    const effect = effectOf(decision, called, callback, identity, envelope)
    if (await applyCallback(grant, called, effect)) return effect.answer ? answerOf(called, callback, effect.answer.id) : null
  }
  throw new Error(`callback ${callback.id}: the enrolment changed at every attempt`)
}

/** The three names are read by themselves: a body of ours that is otherwise misshapen ends its attempt with evidence (F-S7, F-S9). */
type ReadEnvelope =
  | { identity: CallbackIdentity; envelope: CallbackEnvelope | null; problem: string }
  | { identity: null; problem: string }

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

type Deciding = Exclude<CallbackDecision, { do: 'quarantine' } | { do: 'ignore' }>

function effectOf(
  decision: Deciding,
  called: CalledCommand,
  callback: StoredCallback,
  identity: CallbackIdentity,
  envelope: CallbackEnvelope | null,
): CallbackEffect {
  const late = decision.do === 'expire' && decision.because === 'late'
  // The JWS is kept as text beside the callback's bytes; a misshapen answer has none.
  const jws = envelope?.provResponse?.result?.data ?? ''
  return {
    callback: { id: callback.id, state: late ? 'ignored' : 'processed', outcome: decision.why },
    command: { state: decision.do === 'expire' ? 'timed_out' : 'answered', hermodCommandId: identity.commandId },
    ...(decision.do === 'check' ? { answer: { id: newId(), jws, receivedAt: callback.receivedAt } } : {}),
    delivered: decision.do === 'complete',
    move: moveFor(decision, called),
  }
}

function moveFor(decision: Deciding, command: CalledCommand): CallbackEffect['move'] {
  const delivery = command.kind === 'certificate'
  switch (decision.do) {
    case 'check':
      return { to: 'answered', by: PHONE, ...(command.quick ? { detail: { quick: QUICK } } : {}) }
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
        ...(decision.because === 'told' ? { by: HERMOD } : { detail: { why: decision.why } }),
      }
  }
}

const answerOf = ({ enrollment, material }: CalledCommand, { body, receivedAt }: StoredCallback, id: string): AnswerToCheck => ({
  ...material,
  id,
  enrollmentId: enrollment.id,
  state: 'answered',
  body,
  receivedAt,
})
