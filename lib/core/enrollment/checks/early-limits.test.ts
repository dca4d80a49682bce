/**
 * Rows that must be refused within a millisecond: a caller who sends what is dear to read must not be able to keep the portal busy. Measured
 * on the reader that has to stop it, so that no signature of another check hides what it costs.
 */
import { describe, expect, it } from 'vitest'
import { attestation, b64u } from '#e2e/builders/answer.ts'
import { ones } from '#e2e/builders/weak-keys.ts'
import * as der from '../../asn1/der.ts'
import { DerError } from '../../asn1/der.ts'
import { readCsr } from '../../x509/csr.ts'
import { findKeyWeakness } from '../../x509/key-hygiene.ts'
import { isJwkProblem, readJwk } from '../../x509/spki.ts'

const MAX_MS = 1
/** The shortest of so many: what the input costs, without what the machine does beside it. */
const TURNS = 50

function shortestMs(run: () => void): number {
  let shortest = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now()
    run()
    shortest = Math.min(shortest, performance.now() - start)
  }
  return shortest
}

/** What is wrong with the JWK, by shape or by hygiene. */
function findFault(jwk: { kty: string; n: string; e: string }): string | null {
  const parts = readJwk(jwk)
  return isJwkProblem(parts) ? parts.detail : findKeyWeakness(parts)
}

/** The code that the request is refused with. */
function codeOf(request: Buffer<ArrayBuffer>): string {
  try {
    readCsr(request)
    return 'accepted'
  } catch (error) {
    if (error instanceof DerError) return error.code
    throw error
  }
}

const n = String(attestation().publicKey.export({ format: 'jwk' }).n)
const indefinite = (octets: number): Buffer<ArrayBuffer> => Buffer.alloc(octets, Uint8Array.of(0x30, 0x80))
/** SEQUENCEs in one another, each with its right length, in the long form. */
const nested = (depth: number): Buffer<ArrayBuffer> =>
  Buffer.concat(
    Array.from({ length: depth }, (_, i) => {
      const rest = 5 * (depth - i - 1)
      return Uint8Array.of(0x30, 0x83, rest >> 16, (rest >> 8) & 0xff, rest & 0xff)
    }),
  )
const tiny = (octets: number, value: readonly number[]): Buffer<ArrayBuffer> =>
  der.seq(Buffer.alloc(octets, Uint8Array.from(value)))

describe('refused within a millisecond', () => {
  it.each([
    ['e of 2048 bits', b64u(ones(256))],
    ['e equal to the modulus', n],
    ['e of 40 kB', b64u(ones(30_000))],
    ['e even', 'AQAA'],
    ['e one', 'AQ'],
  ])('F-O6 %s', (_what, e) => {
    expect(findFault({ kty: 'RSA', n, e })).toMatch(/exponent|^e is not 65537/)
    expect(shortestMs(() => findFault({ kty: 'RSA', n, e }))).toBeLessThan(MAX_MS)
  })

  it.each<[string, Buffer<ArrayBuffer>, string]>([
    ['F-C16 10 000 deep', nested(10_000), 'size'],
    ['F-C16 10 000 deep, of indefinite length', indefinite(20_000), 'size'],
    ['F-C16 100 000 deep', nested(100_000), 'size'],
    ['F-C16 as deep as 8 KiB hold', nested(1_600), 'der'],
    ['F-C17 16 KiB of empty INTEGERs', tiny(16_384, [2, 0]), 'size'],
    ['F-C17 5 MB of NULLs', tiny(5_000_000, [5, 0]), 'size'],
    ['F-C17 8 KiB of NULLs', tiny(8_000, [5, 0]), 'size'],
    ['F-C17 8 KiB of empty INTEGERs', tiny(8_000, [2, 0]), 'der'],
  ])('%s', (_what, request, code) => {
    expect(codeOf(request)).toBe(code)
    expect(shortestMs(() => codeOf(request))).toBeLessThan(MAX_MS)
  })
})
