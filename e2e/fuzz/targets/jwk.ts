/** Public keys as JWK: what is accepted as sound is the same key to OpenSSL and has the same thumbprint for jose. */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { isJsonObject, JsonError, type JsonObject, parseJsonBytes } from '#lib/core/jws/json.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { encodeSpki, isJwkProblem, jwkThumbprint, readJwk } from '#lib/core/x509/spki.ts'
import { appJwk, ecKey, spkiOf } from '../../builders/answer.ts'
import { compareJwk, differenceOf } from '../../corpora/other-readers.ts'
import { fixedEc, fixedRsa } from '../keys.ts'
import { mutateBase64, mutateBytes } from '../mutate-bytes.ts'
import { mutateJson } from '../mutate-json.ts'
import { refused, same, target, wrong } from '../target.ts'

const KEYS = {
  RSA: fixedRsa('phone signer').publicKey,
  'P-256': fixedEc('signer').publicKey,
  'P-384': ecKey('fuzz', 'P-384').publicKey,
}
type Name = keyof typeof KEYS
const jwkOf = (name: Name, leadingZero: boolean) => appJwk(KEYS[name], { kid: 'k', use: 'SIG', leadingZero })

interface Reading {
  code: string | null
  jwk: JsonObject | null
  spki: Buffer | null
  thumbprint: string | null
}
const none = (code: string): Reading => ({ code, jwk: null, spki: null, thumbprint: null })

export default target<Reading>({
  name: 'jwk',
  what: 'public keys as JWK, with the key hygiene',
  share: 2,
  mutate: (choices) => {
    const original = choices.of(Object.keys(KEYS) as Name[])
    const jwk = jwkOf(original, choices.onceIn(3))
    if (choices.onceIn(2)) {
      const member = choices.of(original === 'RSA' ? ['n', 'e'] : ['x', 'y'])
      const text = String(jwk[member])
      const changed = choices.onceIn(2) ? mutateBase64(text, choices) : mutateBytes(Buffer.from(text, 'base64url'), choices)
      const value = typeof changed.value === 'string' ? changed.value : changed.value.toString('base64url')
      return {
        bytes: Buffer.from(JSON.stringify({ ...jwk, [member]: value })),
        original,
        signedBy: null,
        how: `${member}: ${changed.how}`,
      }
    }
    const { value, how } = mutateJson(jwk, choices)
    return { bytes: value, original, signedBy: null, how }
  },
  read: ({ bytes }) => {
    try {
      const jwk = parseJsonBytes(bytes)
      if (!isJsonObject(jwk)) return none('schema')
      const parts = readJwk(jwk)
      if (isJwkProblem(parts)) return none(parts.code)
      if (findKeyWeakness(parts) !== null) return none('weak_key')
      return { code: null, jwk, spki: encodeSpki(parts), thumbprint: jwkThumbprint(parts) }
    } catch (error) {
      if (error instanceof JsonError) return none(error.code)
      throw error
    }
  },
  judge: ({ original }, { code, jwk, spki }) => {
    if (code !== null || jwk === null || spki === null) return refused(String(code))
    const { kty, n, e, crv, x, y } = jwk as unknown as JsonWebKey
    const theirs = spkiOf(createPublicKey({ key: { kty, n, e, crv, x, y }, format: 'jwk' }))
    if (!theirs.equals(spki)) return wrong('OpenSSL reads another key')
    // A changed modulus without a small factor is another key, and may be somebody's.
    return spki.equals(spkiOf(KEYS[original as Name])) ? same : { outcome: 'accepted: another key', problem: null }
  },
  agree: async (_mutant, { jwk, spki, thumbprint }) =>
    jwk === null || spki === null || thumbprint === null ? null : differenceOf(await compareJwk(jwk, { spki, thumbprint })),
})
