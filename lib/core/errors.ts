/**
 * Errors thrown on purpose, and the closed list of failure codes that an enrolment can end with.
 *
 * Each failure code has a sentence for the user, one for the helpdesk and a next step, so that no page ever has to say
 * "something went wrong". A code without its texts does not compile (`satisfies Record<FailureCode, …>`).
 */

/** Base of every error thrown on purpose. `code` is the stable contract; `message` is for operators. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code
  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** Codes of a failed check of an answer (design note hostile-inputs: FAIL:x). */
export const CHECK_FAILURE_CODES = [
  'json',
  'json_dup',
  'json_enc',
  'json_depth',
  'size',
  'schema',
  'envelope',
  'remote_state',
  'remote_code',
  'jws_syntax',
  'jws_header',
  'jws_alg',
  'jws_sig',
  'weak_key',
  'attestation_key',
  'nonce',
  'fqdn',
  'sch',
  'userid',
  'profile',
  'keyid',
  'key_use',
  'key_type',
  'key_reuse',
  'blocked_key',
  'private_key_leaked',
  'inner_sig',
  'b64',
  'der',
  'csr_alg',
  'csr_key',
  'csr_sig',
  'csr_subject',
  'csr_attr',
  'csr_ext',
  'csr_challenge',
  'attestation_changed',
  'stale_user',
  'user_inactive',
] as const
export type CheckFailureCode = (typeof CHECK_FAILURE_CODES)[number]

/** Codes of everything else that can end or hold up an enrolment. */
export const PROCESS_FAILURE_CODES = [
  'subject_not_renderable',
  'no_challenge',
  'hermod_unreachable',
  'hermod_timeout',
  'hermod_auth',
  'hermod_refused',
  'hermod_error',
  'hermod_garbage',
  'offer_expired',
  'phone_refused',
  'declined',
  'confirmation_denied',
  'confirmation_expired',
  'release_refused',
  'cancelled',
  'ca_unreachable',
  'ca_refused',
  'ca_answer',
  'ca_validity',
  'delivery_expired',
  'delivery_refused',
] as const
export type ProcessFailureCode = (typeof PROCESS_FAILURE_CODES)[number]

export type FailureCode = CheckFailureCode | ProcessFailureCode

/** Codes of a request that cannot be carried out; the edge translates them into HTTP statuses and sentences. */
export const REQUEST_ERROR_CODES = [
  'invalid_input',
  'not_found',
  'not_signed_in',
  'not_allowed',
  'conflict',
  'wrong_state',
  'userid_taken',
  'profile_disabled',
  'user_inactive',
  'idempotency_mismatch',
  'too_large',
  'unavailable',
] as const
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number]

/** A request refused for a reason the caller can understand and act on. `message` may be shown to the caller. */
export class RequestError extends CodedError<RequestErrorCode> {
  /** Field path → sentence, for `invalid_input`. */
  readonly fields: Record<string, string>
  constructor(code: RequestErrorCode, message: string, options?: { cause?: unknown; fields?: Record<string, string> }) {
    super(code, message, options)
    this.fields = options?.fields ?? {}
  }
}
