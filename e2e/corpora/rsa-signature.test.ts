import { describe, expect, it } from 'vitest'
import { verifySegments } from '#lib/core/jws/compact.ts'
import type { JsonObject } from '#lib/core/jws/json.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { encodeSpki, isJwkProblem, publicKeyOf, readJwk } from '#lib/core/x509/spki.ts'
import { vectorFile } from '../builders/vendor-example.ts'
import { countBy } from './wycheproof.ts'

interface RsaTest {
  tcId: number
  msg: string
  sig: string
  result: string
}

const { testGroups } = JSON.parse(vectorFile('wycheproof/rsa_signature_2048_sha256_test.json').toString('utf8')) as {
  testGroups: { keyJwk: JsonObject; tests: RsaTest[] }[]
}

/** The signature alone, then the key alone. */
const results = testGroups.flatMap(({ keyJwk, tests }) => {
  const parts = readJwk(keyJwk)
  if (isJwkProblem(parts)) throw new Error(parts.detail)
  const weakness = findKeyWeakness(parts)
  const key = publicKeyOf(encodeSpki(parts))
  return tests.map((test) => {
    const segments = { signingInput: Buffer.from(test.msg, 'hex'), signature: Buffer.from(test.sig, 'hex') }
    return { ...test, verified: verifySegments(segments, 'RS256', key), weakness }
  })
})

describe('Wycheproof RSASSA-PKCS1-v1_5, 2048 bits, SHA-256: all 259', () => {
  it('F-O10 none of the 249 invalid signatures verifies', () => {
    expect(results.filter((one) => one.result === 'invalid' && one.verified).map((one) => one.tcId)).toEqual([])
    expect(countBy(results, (one) => one.result)).toEqual({ invalid: 249, valid: 9, acceptable: 1 })
  })

  it('each of the 9 valid ones verifies; two are by a key that is refused for its exponent of 3', () => {
    const valid = results.filter((one) => one.result === 'valid')
    expect(valid.filter((one) => !one.verified)).toEqual([])
    expect(valid.filter((one) => one.weakness !== null).map((one) => [one.tcId, one.weakness])).toEqual([
      [258, 'the public exponent is not 65537'],
      [259, 'the public exponent is not 65537'],
    ])
  })

  it('the one called acceptable, a DigestInfo without NULL, is refused', () => {
    expect(results.filter((one) => one.result === 'acceptable').map((one) => [one.tcId, one.verified])).toEqual([[8, false]])
  })
})
