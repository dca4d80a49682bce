import { describe, expect, it } from 'vitest'
import { appJwk, rsaKey } from '#e2e/builders/answer.ts'
import { vendorAttestationKeys } from '#e2e/builders/vendor-example.ts'
import { parseAttestationKeys } from './attestation-keys.ts'

const jwk = appJwk(rsaKey('attestation').publicKey, { kid: 'a', use: 'sig' })
const read = (value: unknown) => parseAttestationKeys(JSON.stringify(value))

describe('attestation keys from configuration', () => {
  it('the vendor’s example key is known by its canonical thumbprint and SPKI digest', () => {
    const [key] = parseAttestationKeys(vendorAttestationKeys()).ATTESTATION ?? []
    expect(key).toMatchObject({
      kid: 'example-2018',
      thumbprint: 'PNBe0QlyVwES2jVS9QBy60FUj9QbWcOPUFd-zKmlvSQ',
      spkiSha256: '89aa2564629d1cdc25e1797891f3d395a2b0166eeffbbcaffd5d8481bf035e6c',
    })
  })

  it('several keys in several sets; keys that are switched off are left out', () => {
    const sets = read({ ATTESTATION: [jwk, { ...jwk, keystate: 'inactive' }], CUSTOM: [{ ...jwk, keystate: 'ACTIVE' }] })
    expect(Object.entries(sets).map(([name, keys]) => [name, keys.length])).toEqual([
      ['ATTESTATION', 1],
      ['CUSTOM', 1],
    ])
  })

  it('the use is known in the capitals the app writes', () => {
    expect(read({ A: [{ ...jwk, use: 'SIG', key_ops: ['verify'] }] }).A?.length).toBe(1)
  })

  it.each([
    ['no JSON', '{', /not acceptable JSON/],
    ['a list', '[]', /must be a JSON object/],
    ['nothing in it', '{}', /must be a JSON object/],
    ['an empty set', '{"A":[]}', /key set A/],
    ['no active key', JSON.stringify({ A: [{ ...jwk, keystate: 'revoked' }] }), /no active key/],
    ['not a JWK', '{"A":["x"]}', /key 1 of set A is not a JWK/],
    ['a private key', JSON.stringify({ A: [{ ...jwk, d: 'AQAB' }] }), /private key/],
    ['another algorithm', JSON.stringify({ A: [{ ...jwk, alg: 'PS256' }] }), /not an RSA key for RS256/],
    ['an EC key', JSON.stringify({ A: [{ kty: 'EC' }] }), /not an RSA key for RS256/],
    ['an exponent of one', JSON.stringify({ A: [{ ...jwk, e: 'AQ' }] }), /too weak/],
    ['a key for encryption', JSON.stringify({ A: [{ ...jwk, use: 'enc' }] }), /not a key for signatures/],
    ['a key for another operation', JSON.stringify({ A: [{ ...jwk, key_ops: ['encrypt'] }] }), /not a key for verifying/],
    ['a set named twice', `{"A":[${JSON.stringify(jwk)}],"A":[]}`, /twice/],
  ])('refused with a sentence: %s', (_name, text, sentence) => {
    expect(() => parseAttestationKeys(text)).toThrow(sentence)
  })
})
