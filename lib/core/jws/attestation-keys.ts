/**
 * The attestation keys an operator trusts: `{"ATTESTATION": [JWK, …], …}` by key-set name (protocol note 6.2).
 *
 * The private half is inside the app; the public half is trusted because it is configured, never because a message carries it. Each
 * key is judged here once (shape, hygiene) and made ready for verifying, so that checking an answer neither parses nor judges it
 * again. A wrong file is a configuration error with a sentence that names the place.
 */
import type { KeyObject } from 'node:crypto'
import type { Bytes } from '../asn1/der.ts'
import { findKeyWeakness } from '../x509/key-hygiene.ts'
import {
  encodeSpki,
  isJwkProblem,
  jwkThumbprint,
  PRIVATE_JWK_MEMBERS,
  type PublicKeyParts,
  publicKeyOf,
  readJwk,
  readSpki,
  spkiSha256,
} from '../x509/spki.ts'
import { isJsonObject, JsonError, type JsonObject, type JsonValue, parseJson } from './json.ts'

export interface AttestationKey {
  /** As configured, for people; or the thumbprint. */
  kid: string
  /** RFC 7638, of the canonical key. */
  thumbprint: string
  spki: Buffer<ArrayBuffer>
  spkiSha256: string
  /** Ready for verifying RS256. */
  key: KeyObject
}

export type AttestationKeySets = Readonly<Record<string, readonly AttestationKey[]>>

/** The configuration is wrong; the message says where and why. */
export class AttestationKeysError extends Error {}

/** Reads the key sets. Throws AttestationKeysError. */
export function parseAttestationKeys(text: string): AttestationKeySets {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (error instanceof JsonError)
      throw new AttestationKeysError(`the attestation keys are not acceptable JSON: ${error.message}`)
    throw error
  }
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    throw new AttestationKeysError('the attestation keys must be a JSON object: {"ATTESTATION": [JWK, …]}')
  }
  const sets: Record<string, AttestationKey[]> = Object.create(null)
  for (const [name, list] of Object.entries(value)) {
    if (!Array.isArray(list) || list.length === 0)
      throw new AttestationKeysError(`key set ${name} must be a list of at least one JWK`)
    const keys = list.map((jwk, i) => readAttestationKey(jwk, `key ${i + 1} of set ${name}`)).filter((key) => key !== null)
    if (keys.length === 0) throw new AttestationKeysError(`key set ${name} has no active key`)
    sets[name] = keys
  }
  return sets
}

/** Null for a key that is switched off (`keystate` other than active). @param where begins the sentence of what is wrong with it */
export function readAttestationKey(jwk: JsonValue, where: string): AttestationKey | null {
  if (!isJsonObject(jwk)) throw new AttestationKeysError(`${where} is not a JWK`)
  if (typeof jwk.keystate === 'string' && jwk.keystate.toLowerCase() !== 'active') return null
  const secret = PRIVATE_JWK_MEMBERS.find((member) => member in jwk)
  if (secret !== undefined)
    throw new AttestationKeysError(`${where} holds a private key (member ${secret}); only the public half belongs here`)
  if (jwk.kty !== 'RSA' || (jwk.alg !== undefined && jwk.alg !== 'RS256'))
    throw new AttestationKeysError(`${where} is not an RSA key for RS256`)
  // RFC 7517 4.2, 4.3; the app writes the use in capitals.
  if (jwk.use !== undefined && !(typeof jwk.use === 'string' && jwk.use.toLowerCase() === 'sig'))
    throw new AttestationKeysError(`${where} is not a key for signatures (use)`)
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    throw new AttestationKeysError(`${where} is not a key for verifying (key_ops)`)
  return makeKey(jwk, where)
}

function makeKey(jwk: JsonObject, where: string): AttestationKey {
  const parts = readJwk(jwk)
  if (isJwkProblem(parts)) throw new AttestationKeysError(`${where}: ${parts.detail}`)
  const weakness = findKeyWeakness(parts)
  if (weakness !== null) throw new AttestationKeysError(`${where} is too weak: ${weakness}`)
  return keyOf(parts, typeof jwk.kid === 'string' ? jwk.kid : jwkThumbprint(parts))
}

/** A key that was trusted once, again from its record. Throws DerError, or what OpenSSL says of a key it does not take. */
export const makeAttestationKey = (kid: string, spki: Bytes): AttestationKey => keyOf(readSpki(spki), kid)

function keyOf(parts: PublicKeyParts, kid: string): AttestationKey {
  const spki = encodeSpki(parts)
  return { kid, thumbprint: jwkThumbprint(parts), spki, spkiSha256: spkiSha256(spki), key: publicKeyOf(spki) }
}
