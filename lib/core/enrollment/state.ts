/**
 * The states of an enrolment: whose move each is, and which moves there are.
 *
 * Glossary. *User*: a person in the directory who receives certificates. *Account*: a sign-in. *Profile*: what an enrolment makes.
 * *Enrolment* (code: enrollment): one attempt to put one profile's certificates on one phone for one user. *Command*: one message
 * given to Hermod. *Offer*: the URI of a live provision command, a bearer secret. *Answer*: the phone's provisioning response.
 * *Evidence*: the result of every check of an answer. *Issuer*: whatever signs certificates. *Delivery*: the certificate command and
 * the phone's response; only code 0 makes an enrolment completed.
 *
 * The table is the only place that says what may follow what. The database enforces it by compare-and-set on (state, version);
 * the audit row and the next job are written in the same transaction (lib/data/transition.ts).
 */

export const ENROLLMENT_STATES = {
  awaiting_approval: { mover: 'approver', next: ['requesting', 'declined', 'expired', 'cancelled'] },
  requesting: { mover: 'portal', next: ['offered', 'failed', 'cancelled'] },
  offered: { mover: 'user', next: ['answered', 'refused', 'expired', 'cancelled', 'failed'] },
  answered: { mover: 'portal', next: ['confirming', 'issuing', 'rejected'] },
  confirming: { mover: 'user', next: ['issuing', 'rejected', 'cancelled', 'expired'] },
  issuing: { mover: 'issuer', next: ['delivering', 'failed'] },
  delivering: { mover: 'phone', next: ['completed', 'undelivered'] },
  undelivered: { mover: 'helpdesk', next: ['delivering', 'revoked_undelivered'] },
  completed: { mover: 'nobody', next: [] },
  declined: { mover: 'nobody', next: [] },
  refused: { mover: 'nobody', next: [] },
  rejected: { mover: 'nobody', next: [] },
  expired: { mover: 'nobody', next: [] },
  cancelled: { mover: 'nobody', next: [] },
  // Only what failed at the CA, when staff ask it again.
  failed: { mover: 'nobody', next: ['issuing'] },
  revoked_undelivered: { mover: 'nobody', next: [] },
} as const satisfies Record<string, { mover: Mover; next: readonly string[] }>

export type Mover = 'approver' | 'portal' | 'user' | 'issuer' | 'phone' | 'helpdesk' | 'nobody'
export type EnrollmentState = keyof typeof ENROLLMENT_STATES

/** It is over: it is nobody's move. */
export const isTerminal = (state: EnrollmentState): boolean => ENROLLMENT_STATES[state].mover === 'nobody'

/** The phone's answer was good and the CA gave no usable certificate for it: the CA can be asked again. */
export const failedAtCa = (state: EnrollmentState, failureCode: string | null | undefined): boolean =>
  state === 'failed' && (failureCode?.startsWith('ca_') ?? false)

/** True if the table allows the move. `offered → offered` (a new offer) is not a transition. */
export const mayMove = (from: EnrollmentState, to: EnrollmentState): boolean =>
  (ENROLLMENT_STATES[from].next as readonly string[]).includes(to)

/** States in which the enrolment can be cancelled by staff: nothing has been issued yet. */
export const CANCELLABLE: readonly EnrollmentState[] = ['awaiting_approval', 'requesting', 'offered', 'confirming']

/** States in which an offer is to come or is open: its nonce is a secret yet. */
export const BEFORE_ANSWER: readonly EnrollmentState[] = ['awaiting_approval', 'requesting', 'offered']
