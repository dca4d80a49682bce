import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ecKey, rsaKey, spkiOf } from '#e2e/builders/answer.ts'
import { closeFactors, divisibleBy, even, ones, primeModulus, rocaFingerprint, zeros } from '#e2e/builders/weak-keys.ts'
import { findKeyWeakness, isPrimeModulus, squareRoot } from './key-hygiene.ts'
import { readSpki } from './spki.ts'

const E = Buffer.from([1, 0, 1])
const rsa = (n: Buffer<ArrayBuffer>, e: Buffer<ArrayBuffer> = E) => findKeyWeakness({ kty: 'RSA', n, e })

describe('key hygiene', () => {
  it.each([2048, 3072, 4096])('fresh RSA keys of %i bits are fit', (bits) => {
    expect(findKeyWeakness(readSpki(spkiOf(rsaKey('fresh', bits).publicKey)))).toBeNull()
  })

  it.each(['P-256', 'P-384'])('fresh %s keys are fit', (curve) => {
    expect(findKeyWeakness(readSpki(spkiOf(ecKey('fresh', curve).publicKey)))).toBeNull()
  })

  it.each([
    ['exponent 1', () => rsa(ones(256), Buffer.from([1])), /exponent/],
    ['exponent 65539', () => rsa(ones(256), Buffer.from([1, 0, 3])), /exponent/],
    ['2047 bits', () => rsa(Buffer.concat([Uint8Array.of(0x7f), ones(255)])), /2047 bits/],
    ['2056 bits', () => rsa(ones(257)), /2056 bits/],
    ['zero', () => rsa(zeros()), /0 bits/],
    ['even', () => rsa(even()), /divisible by 2/],
    ['a factor of 3', () => rsa(divisibleBy(3n)), /divisible by 3/],
    ['a factor of 751', () => rsa(divisibleBy(751n)), /divisible by/],
    ['ROCA', () => rsa(rocaFingerprint()), /ROCA/],
    ['close factors', () => rsa(closeFactors()), /close together/],
    ['a square', () => rsa(square()), /close together/],
  ])('weak: %s', (_name, find, what) => expect(find()).toMatch(what))

  it('a prime modulus is told from a good one', async () => {
    expect(await isPrimeModulus({ kty: 'RSA', n: primeModulus(), e: E })).toBe(true)
    expect(await isPrimeModulus(readSpki(spkiOf(rsaKey('fresh').publicKey)))).toBe(false)
  })
})

describe('integer square root', () => {
  it('is the whole part, with what is left', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 1n << 2048n }), fc.bigInt({ min: 0n, max: 1n << 60n })), (n) => {
        const { root, rest } = squareRoot(n)
        expect(root * root + rest).toBe(n)
        expect(rest >= 0n && rest <= 2n * root).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([2n ** 2048n - 1n, 2n ** 2047n, 2n ** 52n - 1n, 2n ** 52n, 2n ** 2046n])('of %i and its neighbours', (n) => {
    for (const one of [n - 1n, n, n + 1n, n * n, n * n - 1n, n * n + 1n]) {
      const { root, rest } = squareRoot(one)
      expect(root * root + rest).toBe(one)
      expect(rest >= 0n && rest <= 2n * root).toBe(true)
    }
  })
})

/** A prime squared: the first round of Fermat. */
function square(): Buffer<ArrayBuffer> {
  const p = BigInt(
    `0x${rsaKey('fresh').privateKey.export({ format: 'jwk' }).p === undefined ? '0' : Buffer.from(String(rsaKey('fresh').privateKey.export({ format: 'jwk' }).p), 'base64url').toString('hex')}`,
  )
  return Buffer.from((p * p).toString(16).padStart(512, '0'), 'hex')
}
