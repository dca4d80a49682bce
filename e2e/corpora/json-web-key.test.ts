import { describe, expect, it } from 'vitest'
import { countBy, isAccepted, judgeJws, readCases } from './wycheproof.ts'

const cases = readCases('json_web_key_test.json')

describe('Wycheproof JSON Web Key: all 26', () => {
  it('none of the 21 invalid ones is accepted, each refused for its own reason', () => {
    const invalid = cases.filter(({ test }) => test.result === 'invalid')
    expect(invalid.filter(isAccepted).map(({ test }) => test.tcId)).toEqual([])
    expect(invalid.length).toBe(21)
    const reasons = Object.fromEntries(
      invalid
        .filter(({ keys }) => keys.some((key) => key.kty !== 'oct'))
        .map(({ test, keys }) => [test.tcId, keys.map((key) => judgeJws(test.jws, key)).join(' ')]),
    )
    expect(reasons).toEqual({
      // Two keys, symmetric and not: a MAC made with the public key of the other.
      1: 'key_alg alg',
      // RSA1_5 is an algorithm for encryption.
      6: 'key_alg',
      // ROCA (CVE-2017-15361), 1024 bits, public exponent 1.
      7: 'weak_key',
      8: 'weak_key',
      9: 'weak_key',
      // Algorithms that do not exist, a key for encryption, a point off the curve, another curve, another type.
      19: 'key_alg',
      20: 'key_alg',
      21: 'key_use',
      22: 'weak_key',
      23: 'key_shape',
      24: 'key_shape',
    })
  })

  it('of the five valid ones the RS256 key is accepted; the four symmetric ones are never asked for', () => {
    const valid = cases.filter(({ test }) => test.result === 'valid')
    expect(valid.filter(isAccepted).map(({ test }) => test.tcId)).toEqual([5])
    expect(
      countBy(
        valid.filter((one) => !isAccepted(one)),
        ({ keys }) => [...new Set(keys.map((key) => `${key.kty}`))].join(' '),
      ),
    ).toEqual({ oct: 4 })
    expect(cases.length).toBe(26)
  })
})
