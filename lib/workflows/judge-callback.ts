/**
 * What a callback means for the command it names: a pure function, so that every row of the table of hostile callbacks (hostile-inputs, S)
 * is one line of a test.
 *
 * The envelope is not signed. It can therefore end an attempt, bring an answer to be checked, or say that a certificate was stored, and
 * only for the command that carries both of its identifiers and is live and current; it can never make a certificate. Two kinds of
 * nothing: `ignore` is known and too late (or says nothing new), `quarantine` belongs to nobody we know.
 */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { CallbackEnvelope } from '#lib/core/hermod/messages.ts'
import type { CommandKind, CommandState } from '#lib/data/commands.ts'

/** What can be read of a callback without believing its shape. */
export interface CallbackIdentity {
  kind: CommandKind
  commandId: string
  externalId: string
}

export interface JudgedCommand {
  kind: CommandKind
  state: CommandState
  /** Null until Hermod's reply has been stored: then the external id alone names the command. */
  hermodCommandId: string | null
  isCurrent: boolean
  /** The callback was received after the command's end and grace, by the database's clock. */
  late: boolean
}

export interface JudgedEnrollment {
  state: EnrollmentState
  /** `profile.id` of the phone's answer; null before there is one. */
  profileRef: string | null
  /** Id of the phone's mailbox, the last part of `profile.boxurl`; null before there is one. */
  mailbox: string | null
}

export type CallbackDecision =
  | { do: 'quarantine'; why: string }
  | { do: 'ignore'; why: string }
  /** The offer's (delivery's) time is over. `because`: Hermod says so, or the callback came too late. */
  | { do: 'expire'; because: 'told' | 'late'; why: string }
  /** To the checks, whatever it is: there must always be evidence. */
  | { do: 'check'; why: string }
  | { do: 'refuse'; detail: string; why: string }
  | { do: 'undeliver'; detail: string; why: string }
  | { do: 'complete'; why: string }

const LIVE_STATES: Record<CommandKind, readonly EnrollmentState[]> = {
  provision: ['requesting', 'offered'],
  certificate: ['delivering'],
}

const ENDED: Partial<Record<CommandState, string>> = {
  answered: 'The command was answered before.',
  superseded: 'The command had been replaced by a newer one, or the enrolment cancelled, before this came.',
  timed_out: 'The command had run out of time before this came.',
  failed: 'The command had been given up before this came.',
}

/** Words for "time is over". None is documented; these are the ones that mean nothing else. */
const TIMEOUT_WORD = /^(?:TIMEOUT|TIMED_OUT|TIMEDOUT|EXPIRED)$/i

/** @param envelope null if the body does not have the documented shape; `problem` says how. */
export function judgeCallback(
  identity: CallbackIdentity,
  envelope: CallbackEnvelope | null,
  problem: string,
  command: JudgedCommand,
  enrollment: JudgedEnrollment,
): CallbackDecision {
  if (command.hermodCommandId !== null && command.hermodCommandId !== identity.commandId)
    return { do: 'quarantine', why: 'Its externalId is of one command, its commandId of another.' }
  if (envelope?.state === 'IN_PROGRESS') return { do: 'ignore', why: 'It says that the command is still in progress.' }
  if (!command.isCurrent || !LIVE_STATES[command.kind].includes(enrollment.state) || ENDED[command.state])
    return { do: 'ignore', why: ENDED[command.state] ?? `The enrolment was ${enrollment.state} when this came.` }
  if (command.late) return { do: 'expire', because: 'late', why: 'It came after the command’s time was over.' }
  return command.kind === 'provision' ? judgeAnswer(envelope, problem) : judgeStored(envelope, problem, enrollment)
}

function judgeAnswer(envelope: CallbackEnvelope | null, problem: string): CallbackDecision {
  if (!envelope) return { do: 'check', why: `An answer that does not have the documented form: ${problem}` }
  const { state, provResponse, certResponse } = envelope
  if (!provResponse && !certResponse && TIMEOUT_WORD.test(state ?? ''))
    return { do: 'expire', because: 'told', why: 'The messaging server says that the offer’s time is over.' }
  const status = envelope.responseHeader?.status
  if (state === 'COMPLETED' && status === 200 && provResponse && provResponse.code !== 0 && !certResponse)
    return { do: 'refuse', detail: `code ${provResponse.code}`, why: `The phone says no (code ${provResponse.code}).` }
  return { do: 'check', why: 'The phone’s answer.' }
}

function judgeStored(envelope: CallbackEnvelope | null, problem: string, enrollment: JudgedEnrollment): CallbackDecision {
  if (!envelope) return undelivered(`not of the documented form: ${problem}`)
  const { state, certResponse, provResponse, destinations } = envelope
  if (!isFromPhone(destinations, enrollment))
    return { do: 'quarantine', why: 'It is about another profile than the one the certificates were sent to.' }
  if (state !== 'COMPLETED') {
    if (!certResponse && !provResponse && TIMEOUT_WORD.test(state ?? ''))
      return { do: 'expire', because: 'told', why: 'The messaging server says that the delivery’s time is over.' }
    return undelivered(`state ${state ?? '(none)'}`)
  }
  if (!certResponse) return { do: 'quarantine', why: 'It names a certificate command, but holds no certResponse.' }
  const status = envelope.responseHeader?.status
  if (status !== 200 || certResponse.code !== 0) return undelivered(`status ${status ?? '(none)'}, code ${certResponse.code}`)
  return { do: 'complete', why: 'The phone stored the certificates.' }
}

/** F-S11. A profile is known by its id; where none is named, by its mailbox, which an app may have moved. Where nothing is named, by the command. */
function isFromPhone(destinations: CallbackEnvelope['destinations'], { profileRef, mailbox }: JudgedEnrollment): boolean {
  const profiles = destinations.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  if (profiles.length > 0) return profileRef !== null && profiles.includes(profileRef)
  const mailboxes = destinations.flatMap(({ bid }) => (bid === undefined ? [] : [bid]))
  return mailboxes.length === 0 || (mailbox !== null && mailboxes.includes(mailbox))
}

const undelivered = (detail: string): CallbackDecision => ({
  do: 'undeliver',
  detail,
  why: `The phone did not store the certificates (${detail}).`,
})
