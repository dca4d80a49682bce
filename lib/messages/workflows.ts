/** Sentences with which the workflows refuse a request. Shown to whoever asked. */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { ProcessFailureCode } from '#lib/core/errors.ts'

/** Why Hermod has to be asked again. */
const hermodTrouble: Partial<Record<ProcessFailureCode, string>> = {
  hermod_unreachable: 'The messaging server could not be reached',
  hermod_timeout: 'The messaging server did not answer in time',
  hermod_error: 'The messaging server reported an error of its own',
  hermod_garbage: 'The messaging server’s answer could not be understood',
}

/** What an enrolment is doing, to go after "This enrolment". */
const standing: Record<EnrollmentState, string> = {
  awaiting_approval: 'waits for approval',
  requesting: 'is asking the messaging server for an offer',
  offered: 'waits for the phone',
  answered: 'is being checked',
  confirming: 'waits for somebody to confirm the phone',
  issuing: 'waits for the certificate authority',
  delivering: 'is being delivered to the phone',
  undelivered: 'has a certificate that is not on the phone',
  completed: 'is completed',
  declined: 'was declined',
  refused: 'was refused on the phone',
  rejected: 'was rejected',
  expired: 'has expired',
  cancelled: 'was cancelled',
  failed: 'has failed',
  revoked_undelivered: 'ended with its certificate revoked',
}

const minute = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`

export const workflowMessages = {
  askingHermodAgain: (code: ProcessFailureCode, delayS: number, attempt: number, of: number) =>
    `${hermodTrouble[code] ?? 'The messaging server did not take the command'}. Asking again in ${Math.max(1, Math.round(delayS))} s (attempt ${attempt + 1} of ${of}).`,
  /** `detail` is a sentence of its own everywhere here: what the CA said, or how it was silent. */
  caUnavailable: (detail: string, since: Date) => `Waiting for the certificate authority since ${minute(since)}. ${detail}`,
  caPending: (detail: string, since: Date) =>
    `Waiting for approval at the certificate authority since ${minute(since)}. ${detail}`,
  caIsAsked: (name: string) => `The certificate authority ${name} is being asked.`,
  caFailedHere: 'The certificate authority could not be asked because of an error in the portal; see the log.',
  caNeverAnswered: (detail: string, since: Date) =>
    `The certificate authority was asked since ${minute(since)} without success. ${detail}`,
  caNeverApproved: (detail: string, since: Date) =>
    `Nobody at the certificate authority has approved it since ${minute(since)}. ${detail}`,
  staleSubject: (now: string) =>
    `The user was changed before the certificate was made. Its subject would now be: ${now === '' ? 'nothing' : now}`,
  caGaveTwice: (name: string) => `${name} gave a certificate or a serial number that it had given before. It was not used.`,
  noChallengeLeft: (name: string, left: number, needed: number) =>
    `${name} wants a one-time challenge for each key; ${left === 0 ? 'none is' : `${left} of ${needed} ${left === 1 ? 'is' : 'are'}`} left.`,
  challengeUnreadable: (name: string) =>
    `A stored challenge of ${name} cannot be opened: it was stored for another connection, or is damaged. Enter new ones.`,
  hermodFailed: (code: ProcessFailureCode, detail: string) =>
    `${hermodTrouble[code] ?? 'The messaging server did not take the command'} (${detail}).`,
  noEnrollment: 'There is no such enrolment.',
  noUser: (userid: string) => `There is no user with the user id “${userid}”.`,
  noProfile: (name: string) => `There is no profile called “${name}”.`,
  userInactive: (name: string) => `${name} is disabled in the directory, so no enrolment can be started.`,
  profileDisabled: (title: string) => `The profile “${title}” is switched off.`,
  linkUnusable: 'This link has been used, withdrawn or has expired. Ask the helpdesk for a new one.',
  noNewOffer: (state: EnrollmentState) =>
    `A new offer can only be made while the phone is waited for. This enrolment ${standing[state]}.`,
  staffConfirms: 'The helpdesk has to look at this phone first.',
  whyWanted: 'Say in a few words why.',
  keyBlockedSince: 'A key of this phone was put on the block list meanwhile, so it gets no certificate.',
  notCancellable: (state: EnrollmentState) => `This enrolment ${standing[state]}, so it cannot be cancelled.`,
  nothingToConfirm: (state: EnrollmentState) =>
    `A phone can only be confirmed while that is waited for. This enrolment ${standing[state]}.`,
  notAtCa: (state: EnrollmentState) =>
    `A CA can only be asked again where it gave no usable certificate. This enrolment ${standing[state]}.`,
  notRedeliverable: (state: EnrollmentState) =>
    `A certificate can only be sent again after a delivery that did not succeed. This enrolment ${standing[state]}.`,
}
