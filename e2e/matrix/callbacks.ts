/** Cases of callbacks: what the unsigned envelope may do to the command it names (F-S2 to F-S11, F-B3, P-10), as judgeCallback decides. */
import type { CallbackEnvelope } from '#lib/core/hermod/messages.ts'
import {
  type CallbackDecision,
  type CallbackIdentity,
  type JudgedCommand,
  type JudgedEnrollment,
  judgeCallback,
} from '#lib/workflows/judge-callback.ts'

export interface CallbackCase {
  id: string
  title: string
  decides: CallbackDecision['do']
  decide: () => CallbackDecision
}

const PROV: CallbackIdentity = { kind: 'provision', commandId: '18092', externalId: 'x' }
const CERT: CallbackIdentity = { kind: 'certificate', commandId: '18093', externalId: 'y' }
const OFFERED: JudgedCommand = { kind: 'provision', state: 'sent', hermodCommandId: '18092', isCurrent: true, late: false }
const SENT: JudgedCommand = { kind: 'certificate', state: 'sent', hermodCommandId: '18093', isCurrent: true, late: false }
const ANSWER = { provResponse: { code: 0, result: { contenttype: 'jws', data: 'a.b.c' } } }
const STORED = { certResponse: { code: 0 } }
const NO_HEADER = { responseHeader: undefined }

type State = JudgedEnrollment['state']
type Over = Partial<CallbackEnvelope>
/** Row, what is odd, the decision, what the envelope says, how the command stands, how the enrolment stands. */
type Row = [
  id: string,
  title: string,
  decides: CallbackDecision['do'],
  over: Over | null,
  command?: Partial<JudgedCommand>,
  state?: State,
]

const provision: Row[] = [
  [
    'P-10',
    'an answer before Hermod’s reply, matched by its externalId',
    'check',
    ANSWER,
    { state: 'sending', hermodCommandId: null },
    'requesting',
  ],
  ['P-6', 'an answer as it should be', 'check', ANSWER],
  ['F-S6', 'commandId of another command', 'quarantine', ANSWER, { hermodCommandId: '1' }],
  [
    'F-S6',
    'commandId of another command, saying that the phone declined',
    'quarantine',
    { provResponse: { code: 5 } },
    { hermodCommandId: '1' },
  ],
  [
    'F-S6',
    'commandId of another command, saying that the time is over',
    'quarantine',
    { state: 'TIMEOUT', ...NO_HEADER },
    { hermodCommandId: '1' },
  ],
  ['F-S3', 'an answer after it was answered', 'ignore', ANSWER, { state: 'answered' }, 'issuing'],
  [
    'F-S3',
    'an answer while the certificate is delivered',
    'ignore',
    ANSWER,
    { state: 'answered', isCurrent: false },
    'delivering',
  ],
  ['F-S3', 'an answer after completion', 'ignore', ANSWER, { state: 'answered', isCurrent: false }, 'completed'],
  ['F-S3', 'an answer after it was rejected', 'ignore', ANSWER, { state: 'answered' }, 'rejected'],
  ['F-S4', 'an answer after a newer offer', 'ignore', ANSWER, { state: 'superseded', isCurrent: false }],
  ['F-S4', 'an answer after the enrolment was cancelled', 'ignore', ANSWER, { state: 'superseded' }, 'cancelled'],
  ['F-S4', 'an answer after its time', 'ignore', ANSWER, { state: 'timed_out' }, 'expired'],
  ['F-S4', 'an answer in the grace of an offer that has expired', 'ignore', ANSWER, { state: 'timed_out' }, 'offered'],
  ['F-B3', 'an answer to a superseded attempt', 'ignore', ANSWER, { state: 'superseded', isCurrent: false }, 'offered'],
  ['F-B3', 'an answer to a cancelled attempt', 'ignore', ANSWER, { state: 'sent' }, 'cancelled'],
  ['F-B3', 'an answer to an expired attempt', 'ignore', ANSWER, { state: 'sent' }, 'expired'],
  ['F-B3', 'an answer to a finished attempt', 'ignore', ANSWER, { state: 'sent' }, 'completed'],
  ['F-B3', 'an answer to an attempt that was given up', 'ignore', ANSWER, { state: 'failed', isCurrent: false }],
  ['F-B3', 'an answer that is late, before the expiry job ran', 'expire', ANSWER, { late: true }],
  ['F-S8', 'still in progress', 'ignore', { state: 'IN_PROGRESS', ...NO_HEADER }],
  ['F-S8', 'still in progress, with an answer', 'ignore', { ...ANSWER, state: 'IN_PROGRESS' }],
  ...['TIMEOUT', 'TIMED_OUT', 'TIMEDOUT', 'EXPIRED', 'timeout'].map(
    (state): Row => ['F-S8', `${state}, says Hermod`, 'expire', { state, ...NO_HEADER }],
  ),
  ['F-S8', 'timed out, with an answer', 'check', { ...ANSWER, state: 'TIMEOUT' }],
  ['F-S8', 'a word nobody documented', 'check', { state: 'WEIRD', ...NO_HEADER }],
  ['F-S8', 'no word at all', 'check', { ...ANSWER, state: undefined }],
  ['F-S9', 'code 5', 'refuse', { provResponse: { code: 5 } }],
  ['F-S9', 'code −1', 'refuse', { provResponse: { code: -1 } }],
  ['F-S9', 'code 5 with an answer', 'refuse', { provResponse: { ...ANSWER.provResponse, code: 5 } }],
  ['F-S9', 'status 500 and an answer', 'check', { ...ANSWER, responseHeader: { status: 500 } }],
  ['F-S9', 'status 500 and code 5', 'check', { provResponse: { code: 5 }, responseHeader: { status: 500 } }],
  ['F-S7', 'a certResponse in a provisioning callback', 'check', STORED],
  ['F-S7', 'both responses in a provisioning callback', 'check', { ...STORED, provResponse: { code: 5 } }],
  ['F-S7', 'neither response', 'check', {}],
  // There must be evidence of whatever comes for a live offer.
  ['F-S7', 'a form nobody documented, to the checks', 'check', null],
  ['F-S7', 'a form nobody documented, late', 'expire', null, { late: true }],
  ['F-S7', 'a form nobody documented, after it was answered', 'ignore', null, { state: 'answered' }, 'issuing'],
]

const delivery: Row[] = [
  ['P-6', 'a certificate response as it should be', 'complete', STORED],
  ['P-6', 'a certificate response for our profile', 'complete', { ...STORED, destinations: [{ pid: 'profile-1' }] }],
  [
    'P-6',
    'a certificate response of several phones, ours among them',
    'complete',
    { ...STORED, destinations: [{ pid: 'profile-2' }, { pid: 'profile-1' }] },
  ],
  ['P-10', 'a certificate response before Hermod’s reply', 'complete', STORED, { state: 'sending', hermodCommandId: null }],
  ['F-S2', 'a certificate response while the certificate is still made', 'ignore', STORED, { state: 'sending' }, 'issuing'],
  ['F-S2', 'a certificate response while the code is shown', 'ignore', STORED, { state: 'sending' }, 'offered'],
  ['F-S3', 'a certificate response after completion', 'ignore', STORED, { state: 'answered' }, 'completed'],
  [
    'F-S3',
    'a certificate response of a command that was sent again',
    'ignore',
    STORED,
    { state: 'superseded', isCurrent: false },
  ],
  ['F-S6', 'a certificate response with the commandId of another command', 'quarantine', STORED, { hermodCommandId: '1' }],
  ['F-S11', 'for another profile', 'quarantine', { ...STORED, destinations: [{ pid: 'profile-2' }] }],
  [
    'F-S11',
    'for another profile, saying that it was refused',
    'quarantine',
    { certResponse: { code: 7 }, destinations: [{ pid: 'profile-2' }] },
  ],
  ['F-S11', 'for a profile without a name', 'quarantine', { ...STORED, destinations: [{ pid: '' }] }],
  [
    'F-S11',
    'from another mailbox than the phone’s, no profile named',
    'quarantine',
    { ...STORED, destinations: [{ bid: 'box-2' }] },
  ],
  [
    'F-S11',
    'from another mailbox and for another profile',
    'quarantine',
    { ...STORED, destinations: [{ bid: 'box-2', pid: 'profile-2' }] },
  ],
  ['F-S11', 'from the phone’s mailbox, no profile named', 'complete', { ...STORED, destinations: [{ bid: 'box-1' }] }],
  [
    'F-S11',
    'for our profile, which has moved to another mailbox',
    'complete',
    { ...STORED, destinations: [{ bid: 'box-2', pid: 'profile-1' }] },
  ],
  ['F-S10', 'refused by the phone', 'undeliver', { certResponse: { code: 7 } }],
  ['F-S10', 'refused by the phone, code −1', 'undeliver', { certResponse: { code: -1 } }],
  ['F-S10', 'status 500', 'undeliver', { ...STORED, responseHeader: { status: 500 } }],
  ['F-S10', 'no status', 'undeliver', { ...STORED, ...NO_HEADER }],
  ['F-S8', 'the delivery timed out', 'expire', { state: 'EXPIRED', ...NO_HEADER }],
  ['F-S8', 'a word nobody documented, of a delivery', 'undeliver', { ...STORED, state: 'WEIRD' }],
  ['F-S8', 'a delivery in progress', 'ignore', { ...STORED, state: 'IN_PROGRESS' }],
  ['F-S7', 'a provResponse in a certificate callback', 'quarantine', ANSWER],
  ['F-S7', 'a form nobody documented completes nothing', 'undeliver', null],
  ['F-S4', 'a certificate response that is late', 'expire', STORED, { late: true }],
]

const toCase =
  (identity: CallbackIdentity, command: JudgedCommand, standing: State) =>
  ([id, title, decides, over, change, state]: Row): CallbackCase => ({
    id,
    title,
    decides,
    decide: () =>
      judgeCallback(
        identity,
        over === null ? null : envelopeOf(identity, over),
        'provResponse.code: expected number',
        { ...command, ...change },
        {
          state: state ?? standing,
          ...(identity.kind === 'provision'
            ? { profileRef: null, mailbox: null }
            : { profileRef: 'profile-1', mailbox: 'box-1' }),
        },
      ),
  })

const envelopeOf = (identity: CallbackIdentity, over: Over): CallbackEnvelope => ({
  commandId: identity.commandId,
  externalId: identity.externalId,
  commandType: identity.kind === 'provision' ? 'PROV' : 'CERT',
  state: 'COMPLETED',
  destinations: [],
  responseHeader: { status: 200 },
  ...over,
})

export const CALLBACK_CASES: readonly CallbackCase[] = [
  ...provision.map(toCase(PROV, OFFERED, 'offered')),
  ...delivery.map(toCase(CERT, SENT, 'delivering')),
]
