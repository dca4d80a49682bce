/**
 * C7–C11: that a trusted app wrote the answer. The key is chosen from configuration; what the header says of key and algorithm is
 * compared with that choice and never followed (protocol note 6.2).
 */

import type { AttestationKey } from '../../jws/attestation-keys.ts'
import { verifySegments } from '../../jws/compact.ts'
import type { JsonObject } from '../../jws/json.ts'
import { PRIVATE_JWK_MEMBERS } from '../../x509/spki.ts'
import { isMessageKey } from './read-answer.ts'
import { type Check, type CheckContext, fail, failBlocked, pass, skip } from './types.ts'

/** The algorithm of attestation keys: the only documented one. */
export const ATTESTATION_ALG = 'RS256'
/** Members of the published example's header; any other has a meaning we did not agree to (crit, b64, jku, x5u, x5c, kid, zip …). */
const HEADER_MEMBERS: readonly string[] = ['alg', 'fqdn', 'sch', 'jwk', 'nonce']

/** C7: RFC 7515 section 7.1; header and payload JSON objects. */
export const checkOuterSyntax: Check = ({ reading: { outer } }) => {
  if (outer === null) return skip('C3')
  const expected = 'three segments of canonical base64url; header and payload JSON objects'
  if (outer.problem === null) return pass(expected, 'as expected')
  return fail(
    outer.problem.code,
    expected,
    outer.problemIn === 'segments' ? outer.problem.detail : `${outer.problemIn}: ${outer.problem.detail}`,
  )
}

/** C8: RFC 7515 4.1.11: an extension not understood is not to be ignored. */
export const checkOuterHeader: Check = ({ reading: { outer } }) => {
  if (!outer?.header) return skip('C7')
  const expected = `no members but ${HEADER_MEMBERS.join(', ')}`
  const members = Object.keys(outer.header)
  const extra = members.filter((member) => !HEADER_MEMBERS.includes(member))
  return extra.length === 0 ? pass(expected, members.join(', ')) : fail('jws_header', expected, `also ${extra.join(', ')}`)
}

/** C9: RFC 8725 3.1. Spelling counts. */
export const checkOuterAlg: Check = ({ reading: { outer } }) => {
  if (!outer?.header) return skip('C7')
  const { alg } = outer.header
  return alg === ATTESTATION_ALG ? pass(ATTESTATION_ALG, ATTESTATION_ALG) : fail('jws_alg', ATTESTATION_ALG, say(alg))
}

/** C10: the header's key is sound, public and, compared as a canonical key, one of the configured ones. */
export const checkAttestationKey: Check = (context) => {
  const { policy, facts, reading } = context
  if (!reading.outer?.header) return skip('C7')
  const names = policy.trustedKeys.map((key) => `${key.kid} (${key.thumbprint})`).join(', ')
  const expected =
    names === '' ? 'a configured attestation key (none is configured for this key set)' : `a sound key, one of: ${names}`
  const jwk = reading.outer.header.jwk
  if (reading.headerKey === null) return fail('schema', expected, jwk === undefined ? 'no key in the header' : 'jwk is no object')
  const secret = PRIVATE_JWK_MEMBERS.find((member) => member in (jwk as JsonObject))
  if (secret !== undefined)
    return fail('private_key_leaked', expected, `the key carries the private member ${secret}`, 'private_key_leaked')
  if (!isMessageKey(reading.headerKey)) return fail(reading.headerKey.code, expected, reading.headerKey.detail)
  const known = facts.knownKeys.get(reading.headerKey.spkiSha256)
  if (known?.kind === 'blocked') return failBlocked(known, expected)
  // A configured key was judged when the configuration was read.
  const trusted = findTrusted(context)
  if (trusted !== undefined) return pass(expected, `${trusted.kid} (${trusted.thumbprint})`)
  const weakness = reading.headerKey.weakness()
  if (weakness !== null) return fail('weak_key', expected, weakness)
  return fail('attestation_key', expected, `another key, SHA-256 ${reading.headerKey.spkiSha256}`)
}

/** C11: RFC 7515 5.2 under a configured key. If the header names none of them, each is tried: the evidence then says both truths. */
export const checkOuterSignature: Check = (context) => {
  const { policy, reading } = context
  const segments = reading.outer?.segments
  if (!segments) return skip('C7')
  if (reading.outer?.header?.alg !== ATTESTATION_ALG) return skip('C9')
  if (policy.trustedKeys.length === 0) return skip('C10')
  const named = findTrusted(context)
  const candidates = named === undefined ? policy.trustedKeys : [named]
  const expected = `RS256 by ${candidates.map((key) => key.kid).join(' or ')}`
  const signer = candidates.find((candidate) => verifySegments(segments, ATTESTATION_ALG, candidate.key))
  if (signer !== undefined) return pass(expected, `signed by ${signer.kid}`)
  return fail('jws_sig', expected, segments.signature.length === 0 ? 'no signature' : 'the signature does not verify')
}

function findTrusted({ policy, reading }: CheckContext): AttestationKey | undefined {
  const { headerKey } = reading
  return isMessageKey(headerKey) ? policy.trustedKeys.find((key) => key.spki.equals(headerKey.spki)) : undefined
}

/** A value of any type as text for the evidence. */
export function say(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
