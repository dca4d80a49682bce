/** Why the phone cannot go on: a closed list, each with one sentence. No sentence carries an offer, a token or a nonce. */
export const PHONE_PROBLEMS = {
  offer_malformed: 'This is not an offer link: it must begin with com.nexusgroup.plugout: and carry an address and a token.',
  offer_unknown: 'This offer is not known to the messaging server any more. Ask for a new one.',
  offer_used: 'This offer has been opened already; it works once. Ask for a new one.',
  offer_expired: 'This offer has expired. Ask for a new one.',
  offer_unreadable: 'The offer holds something this phone does not understand.',
  key_type_unsupported: 'The offer asks for no kind of key that this phone can make; the messaging server has been told.',
  fault_needs_two_keys: 'This fault needs an offer of two keys, and must not be kept to the first. Nothing was answered.',
  fault_needs_ec_key: 'This fault needs an offer of an EC key. Nothing was answered.',
  fault_needs_unasked_kind: 'This fault needs an offer that does not ask for every kind of key. Nothing was answered.',
  not_simulator: 'This offer is not from the messaging simulator; a training phone cannot answer a real messaging server.',
  unreachable: 'The messaging server cannot be reached.',
  server_error: 'The messaging server answered with something unexpected.',
  too_late: 'The answer came too late: the offer had ended. Ask for a new one.',
  no_secure_context: 'Keys can be made only on a page that came over https or from this machine (localhost).',
  certificate_late: 'No certificate came in time.',
  certificate_unreadable: 'What came as a certificate is none.',
  certificate_wrong_key: 'The certificate that came is for another key; it was not stored.',
  box_unknown: 'The messaging server does not know this phone any more.',
} as const

export type PhoneProblemCode = keyof typeof PHONE_PROBLEMS

/** Thrown by everything in this folder that can go wrong outside of it. */
export class PhoneProblem extends Error {
  readonly code: PhoneProblemCode
  constructor(code: PhoneProblemCode, options?: { cause?: unknown; detail?: string }) {
    super(options?.detail ? `${PHONE_PROBLEMS[code]} (${options.detail})` : PHONE_PROBLEMS[code], { cause: options?.cause })
    this.name = 'PhoneProblem'
    this.code = code
  }
}
