/**
 * The signature algorithms of JWS (RFC 7518 section 3) and what a key asked for must then be. Tables, so that what is accepted is
 * decided by the caller's expectation and looked up here, never by what a message says of itself.
 */

export interface JwsAlgorithm {
  kty: 'RSA' | 'EC'
  hash: 'sha256' | 'sha384' | 'sha512'
  /** For EC: the curve (RFC 7518 3.4) and the length of R‖S. */
  crv?: 'P-256' | 'P-384'
  signatureLength?: number
}

export const JWS_ALGORITHMS = {
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  ES256: { kty: 'EC', hash: 'sha256', crv: 'P-256', signatureLength: 64 },
  ES384: { kty: 'EC', hash: 'sha384', crv: 'P-384', signatureLength: 96 },
} as const satisfies Record<string, JwsAlgorithm>
export type JwsAlg = keyof typeof JWS_ALGORITHMS

/** What a phone is asked for, by the name used in profiles, and what its key and signature must then be. */
export interface KeyRule {
  kty: 'RSA' | 'EC'
  /** RSA modulus. */
  bits?: 2048 | 3072 | 4096
  crv?: 'P-256' | 'P-384'
  alg: JwsAlg
}

/** Only RSA-2048 is documented on the wire; profiles mark the others (lib/core/enrollment/profile.ts). */
export const KEY_RULES = {
  'RSA-2048': { kty: 'RSA', bits: 2048, alg: 'RS256' },
  'RSA-3072': { kty: 'RSA', bits: 3072, alg: 'RS256' },
  'RSA-4096': { kty: 'RSA', bits: 4096, alg: 'RS256' },
  'EC-P256': { kty: 'EC', crv: 'P-256', alg: 'ES256' },
  'EC-P384': { kty: 'EC', crv: 'P-384', alg: 'ES384' },
} as const satisfies Record<string, KeyRule>
export type KeyRuleName = keyof typeof KEY_RULES
