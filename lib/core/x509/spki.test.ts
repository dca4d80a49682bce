import { createPublicKey } from 'node:crypto'
import * as jose from 'jose'
import { describe, expect, it } from 'vitest'
import { appJwk, ecKey, rsaKey, spkiOf } from '#e2e/builders/answer.ts'
import type { JsonObject } from '../jws/json.ts'
import { encodeJwk, encodeSpki, isJwkProblem, jwkThumbprint, publicKeyOf, readJwk, readSpki, spkiSha256 } from './spki.ts'

const read = (jwk: Record<string, unknown>) => {
  const parts = readJwk(jwk as JsonObject)
  if (isJwkProblem(parts)) throw new Error(parts.detail)
  return parts
}

describe('public keys', () => {
  it.each([
    ['RSA', rsaKey('phone signer').publicKey],
    ['P-256', ecKey('phone').publicKey],
    ['P-384', ecKey('phone', 'P-384').publicKey],
  ])('%s: JWK → SPKI → JWK, byte for byte what Node writes', async (_name, key) => {
    const jwk = key.export({ format: 'jwk' })
    const spki = encodeSpki(read(jwk))
    expect(spki).toEqual(spkiOf(key))
    expect(encodeJwk(readSpki(spki))).toEqual(jwk)
    expect(publicKeyOf(spki).equals(createPublicKey(key.export({ type: 'spki', format: 'pem' })))).toBe(true)
    expect(jwkThumbprint(read(jwk))).toBe(await jose.calculateJwkThumbprint(jwk as jose.JWK))
  })

  it('one leading zero octet and none are the same key', () => {
    const { publicKey } = rsaKey('attestation')
    const [a, b] = [true, false].map((leadingZero) => encodeSpki(read(appJwk(publicKey, { kid: 'x', use: 'sig', leadingZero }))))
    expect(a).toEqual(b)
    expect(spkiSha256(a as Buffer)).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['kty missing', {}, 'schema'],
    ['kty oct', { kty: 'oct', k: 'AA' }, 'schema'],
    ['n missing', { kty: 'RSA', e: 'AQAB' }, 'schema'],
    ['n not base64url', { kty: 'RSA', n: 'AA==', e: 'AQAB' }, 'schema'],
    ['n empty', { kty: 'RSA', n: '', e: 'AQAB' }, 'weak_key'],
    ['n too long', { kty: 'RSA', n: 'A'.repeat(2000), e: 'AQAB' }, 'weak_key'],
    ['curve secp256k1', { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }, 'weak_key'],
    ['x of another length', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'weak_key'],
  ])('refused: %s', (_name, jwk, code) => expect(readJwk(jwk as JsonObject)).toMatchObject({ code }))
})
