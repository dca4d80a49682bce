/** Words of the pages about enrolments for staff. The words of checks and messages are in evidence.ts, those of the self-service in enroll.ts. */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { FailureCode } from '#lib/core/errors.ts'

export const enrollments = {
  title: 'Enrolments',
  new: 'New enrolment',
  headline: {
    awaiting_approval: 'Waiting for approval',
    requesting: 'Fetching a code',
    offered: 'Waiting for the phone to scan the code',
    answered: 'The phone has answered; checking',
    confirming: 'Waiting for somebody to confirm the phone',
    issuing: 'Making the certificate',
    delivering: 'Sending the certificate to the phone',
    undelivered: 'The certificate is not on the phone',
    completed: 'The certificate is on the phone',
    declined: 'The request was not approved',
    refused: 'The user declined on the phone',
    rejected: 'The answer was refused by the portal',
    expired: 'The code expired',
    cancelled: 'The enrolment was cancelled',
    failed: 'The enrolment failed',
    revoked_undelivered: 'The certificate was revoked before it reached the phone',
  } satisfies Record<EnrollmentState, string>,
  /** Where the enrolment makes several certificates. */
  headlineSeveral: {
    issuing: 'Making the certificates',
    delivering: 'Sending the certificates to the phone',
    undelivered: 'The certificates are not on the phone',
    completed: 'The certificates are on the phone',
    revoked_undelivered: 'The certificates were revoked before they reached the phone',
  } satisfies Partial<Record<EnrollmentState, string>> as Partial<Record<EnrollmentState, string>>,
  headlineNotConfirmed: 'The phone was not confirmed',
  headlineOfferExpired: 'The code expired',
  headlineDenied: 'The phone that answered is not the user’s',
  headlineNewCode: 'Fetching a new code',
  headlineNotStarted: 'The enrolment could not be started',
  headlineNotIssued: 'The certificate could not be made: the enrolment failed',

  whoseMove: {
    awaiting_approval: 'An approver has to decide before anything is sent to a phone.',
    requesting: 'The messaging server is being asked for a code. This takes about a second.',
    offered: 'Nothing has come back yet. The code can be scanned until it expires.',
    answered: 'The answer is being checked.',
    issuing: 'The issuer is making the certificate.',
    delivering: 'The certificate has been sent. The phone stores it when the app is open.',
  } satisfies Partial<Record<EnrollmentState, string>>,

  profileVersion: (n: number) => `version ${n}`,
  startedBy: (name: string) => `Started by ${name}`,
  id: 'enrolment id',
  parent: 'Enrolments',

  offer: {
    region: 'Code for the phone',
    qr: 'Offer as QR code',
    field: 'Offer link',
    instructions: 'Ask the caller to open the Smart ID app and scan this code.',
    getApp: 'No app yet? “Smart ID Mobile App” is in the App Store and on Google Play.',
    expiresIn: 'Expires in',
    expired: 'This code has expired',
    expiredText: 'Nobody can use it any more. The enrolment goes on with a new code.',
    expiredTextEnded: 'Nobody scanned it in time. A new code starts a new enrolment for the same person and profile.',
    newCode: 'New code',
    newCodeHint: 'The code shown now stops working at once.',
    copyLink: 'Copy link',
    trainingPhone: 'Open on the training phone',
    secret: 'Whoever has this code can use it. Send it to nobody but the caller.',
    fetching: 'Fetching a code…',
    auditor: 'The code is shown only to those who may manage enrolments.',
  },

  /** Somebody is asked before anything is issued. */
  confirm: {
    question: (person: string) => `Is this the phone of ${person}?`,
    questionHeld: 'Is this answer to be accepted?',
    text: {
      user: (name: string) =>
        `Ask ${name} which phone they hold, and compare with what is below. Do not read the name out first: somebody else may have scanned the code.`,
      staff: () => 'This profile wants staff to look at every phone before a certificate is made.',
    },
    textHeld:
      'It is good but for what stands here. The profile leaves that to staff; no certificate is made before you have decided.',
    ownPage: 'The person can answer on the page of the one-time link, too.',
    until: 'It expires',
    expected: 'Expected',
    observed: 'Seen',
    reason: 'Why',
    reasonOptional: 'Note (may be empty)',
    reasonHint: 'It stays in the audit with your name.',
    reasonMissing: 'Say in a few words why.',
    yes: { user: 'It is their phone', staff: 'Accept it: make the certificate' },
    no: { user: 'It is not theirs', staff: 'Refuse it' },
  },

  cancel: 'Cancel enrolment',
  cancelTitle: 'Cancel this enrolment?',
  cancelText: (name: string) =>
    `The code shown for ${name} stops working at once. Nothing has been issued, so nothing needs to be revoked.`,
  keep: 'Keep it',
  tryAgain: 'Start again',
  sendAgain: 'Send again',
  askCaAgain: 'Ask the CA again',
  releaseFirst: 'On hold: release first',
  startAnother: 'New enrolment',
  toUser: 'To the person',
  toEvidence: 'See what failed',

  steps: {
    region: 'Progress',
    shown: 'Code shown',
    answered: 'Scanned and answered',
    checked: 'Answer checked',
    issued: 'Certificate issued',
    stored: 'On the phone',
    status: { done: 'done', active: 'in progress', failed: 'failed', stopped: 'stopped', todo: 'to come' },
  },

  device: {
    title: 'Phone',
    subject: 'Subject asked for',
    fingerprint: 'Public key SHA-256',
    key: (keyid: string, usage: string | null) => `Key “${keyid}”${usage ? ` (${usage})` : ''}, SHA-256`,
    untrusted: 'As the phone says of itself.',
  },

  checks: {
    title: 'Checks',
    passed: (n: number) => `All ${n} checks passed`,
    passedWithNotes: (n: number, notes: number) => `${n} checks passed, ${notes} ${notes === 1 ? 'note' : 'notes'} to read`,
    failed: (n: number) => (n === 1 ? '1 check failed' : `${n} checks failed`),
    show: 'Show evidence',
  },

  outcome: {
    callerSay: 'Say to the caller',
    helpdesk: 'What happened',
    next: 'Next step',
    detail: 'Seen by the portal',
    reason: 'Reason given',
    completed: 'What now',
    completedText: (name: string, several: boolean) =>
      `${name} can use the ${several ? 'certificates' : 'certificate'} at once. The app asks for the PIN that was just chosen; nobody else knows it.`,
    completedTry: 'Ask the caller to sign in somewhere with the phone while they are on the line.',
    undeliveredText:
      'The certificate exists, but the phone has not said that it stored it. Ask the caller to open the app, then send it again. If the phone is lost, revoke it.',
    cancelledText: 'Nothing was issued. A code that somebody still sees does not work any more.',
    declinedText: 'Nothing was sent to a phone.',
    revokedText: 'The certificate never reached the phone and is on the revocation list.',
  },

  tabs: {
    label: 'Enrolment in detail',
    timeline: 'Timeline',
    evidence: 'Evidence',
    exchange: 'Exchange',
    certificate: 'Certificate',
    notFound: 'Enrolment not found',
  },

  timeline: {
    empty: 'Nothing has been written down yet.',
    by: 'by',
    actions: {
      'enrollment.started': 'Enrolment started',
      'enrollment.awaiting_approval': 'Waits for approval',
      'enrollment.requesting': 'Messaging server asked for a code',
      'enrollment.offered': 'Code shown',
      'enrollment.new_offer_wanted': 'New code asked for; the old one stopped working',
      'enrollment.new_offer': 'New code shown',
      'enrollment.waiting': 'Waiting',
      'enrollment.answered': 'The phone answered',
      'enrollment.confirming': 'All checks passed; waits for somebody to confirm the phone',
      'enrollment.confirming held': 'Held for staff',
      'enrollment.issuing confirmed': 'Phone confirmed; issuing',
      'enrollment.issuing released': 'Released by staff; issuing',
      'enrollment.issuing': 'All checks passed; issuing',
      'enrollment.issuing again': 'The CA is asked again',
      'enrollment.delivering': 'Certificate sent to the phone',
      'enrollment.completed': 'The phone stored the certificate',
      'enrollment.undelivered': 'The phone did not store the certificate',
      'enrollment.declined': 'Not approved',
      'enrollment.refused': 'Declined on the phone',
      'enrollment.rejected': 'Answer refused',
      'enrollment.rejected denied': 'Phone refused',
      'enrollment.expired confirmation': 'Nobody confirmed the phone in time',
      'enrollment.expired': 'Code expired',
      'enrollment.cancelled': 'Cancelled',
      'enrollment.failed': 'Failed',
      'enrollment.revoked_undelivered': 'Certificate revoked, never delivered',
      'callback.ignored': 'A late or repeated message came and changed nothing',
      'callback.quarantined': 'A message that fits nothing was set aside',
      'certificate.reserved': 'Serial number reserved',
      'certificate.issued': 'Certificate signed and checked',
      'certificate.revocation_wanted': 'Revocation asked for',
      'certificate.revocation_wanted hold': 'Hold asked for',
      'certificate.revocation_wanted release': 'Release from hold asked for',
      'certificate.revoked': 'Certificate revoked',
      'certificate.held': 'Certificate put on hold',
      'certificate.released': 'Certificate released from hold',
      'certificate.to_be_revoked_by_hand': 'To be revoked by hand at the certificate authority',
      'certificate.to_be_revoked_by_hand hold': 'To be put on hold by hand at the certificate authority',
      'certificate.to_be_revoked_by_hand release': 'To be released by hand at the certificate authority',
      'certificate.revocation_seen': 'Revocation seen where the certificate authority publishes it',
      'certificate.revocation_seen hold': 'Hold seen where the certificate authority publishes it',
      'certificate.revocation_seen release': 'Release seen where the certificate authority publishes it',
      'link.used': 'One-time link used up',
      'bundle.requested': 'Evidence bundle asked for',
      'bundle.exported': 'Evidence bundle taken away',
      'incident.opened': 'Incident opened',
      'incident.closed': 'Incident closed',
      'key.blocked': 'Key put on the block list',
    } as Readonly<Record<string, string>>,
  },

  // What stands in a tab before there is anything to load its page for.
  noEvidence: {
    title: 'No answer has been checked',
    text: 'Every check of the phone’s answer appears here, with what was expected and what was seen.',
    ended: 'The phone never answered, so there was nothing to check.',
  },
  noMessages: {
    title: 'No messages yet',
    text: 'Every message to and from the messaging server appears here as it was sent.',
    failed: 'The messages could not be read.',
  },
  noCertificate: {
    title: 'No certificate yet',
    text: 'The certificate appears here as soon as it has been issued.',
    ended: 'No certificate was issued in this enrolment.',
  },

  live: {
    stale: 'The portal cannot be reached just now. What you see may be old; it goes on by itself.',
    signedOut: 'You are signed out, so this page stands still. The enrolment goes on without it.',
    signIn: 'Sign in again',
    titleIncludes: (headline: string, name: string) => `${headline} · ${name}`,
  },

  errors: {
    connection: 'The portal could not be reached. Nothing was lost; try again.',
  },
} as const

/** What an audit row says; some actions read otherwise by what was wished (`detail.kind`). Undefined: not an action of enrolments. */
export const actionWords = (action: string, { kind }: Readonly<Record<string, unknown>>): string | undefined =>
  enrollments.timeline.actions[`${action} ${kind}`] ?? enrollments.timeline.actions[action]

const NOT_STARTED: readonly FailureCode[] = [
  'subject_not_renderable',
  'no_challenge',
  'hermod_unreachable',
  'hermod_timeout',
  'hermod_auth',
  'hermod_refused',
  'hermod_error',
  'hermod_garbage',
]

/** How a phone ends that somebody was asked about. */
export const NOT_CONFIRMED: readonly FailureCode[] = ['confirmation_denied', 'confirmation_expired', 'release_refused']

/** What stands at the top: the state in words, or what a failure means. */
/** @param keys how many keys the phone proved: each has its certificate */
export function headlineOf(state: EnrollmentState, failureCode: FailureCode | null, keys: number): string {
  if (failureCode === 'confirmation_denied') return enrollments.headlineDenied
  if (failureCode && NOT_CONFIRMED.includes(failureCode)) return enrollments.headlineNotConfirmed
  const several = keys > 1 ? enrollments.headlineSeveral[state] : undefined
  if (state !== 'failed' || !failureCode) return several ?? enrollments.headline[state]
  return NOT_STARTED.includes(failureCode) ? enrollments.headlineNotStarted : enrollments.headlineNotIssued
}
