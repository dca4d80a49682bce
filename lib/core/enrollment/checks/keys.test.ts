import { describe, expect, it } from 'vitest'
import { b64u, buildAnswer, ecKey, spkiOf } from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { ones, primeModulus } from '#e2e/builders/weak-keys.ts'
import { fixedRsa } from '#e2e/fuzz/keys.ts'
import { sharedPrimePair } from '../../x509/rsa-fixtures.ts'
import { spkiSha256 } from '../../x509/spki.ts'
import { checkAnswer } from './check-answer.ts'
import { findPrimeKeys, findSharedPrimeKeys } from './read-answer.ts'
import type { KnownKey } from './types.ts'

const two = { keys: ['signer', 'second'].map((keyid) => ({ keyid, usage: 'SIG', keyTypes: ['RSA-2048'] })) }

describe('new keys', () => {
  it('F-O8 a prime modulus is found apart from the checks and blocked', async () => {
    const n = b64u(primeModulus())
    const input = buildAnswer({ innerPayload: (p) => ({ ...p, n }) })
    const [prime] = await findPrimeKeys(input.body)
    expect(prime).toMatch(/^[0-9a-f]{64}$/)
    const blocked = new Map<string, KnownKey>([[prime ?? '', { kind: 'blocked', reason: 'the modulus is prime' }]])
    expect(judge({ ...input, facts: { ...input.facts, knownKeys: blocked } }).code).toBe('weak_key')
    expect(await findPrimeKeys(buildAnswer().body)).toEqual([])
  })

  it('F-O8 two new keys with a prime in common, or one with a known key, are found apart from the checks and blocked', () => {
    const [one, other] = sharedPrimePair()
    const both = buildAnswer({ key: (_good, keyid) => (keyid === 'second' ? other : one) }, two)
    expect(checkAnswer(both).verdict).toBe('passed')
    const found = findSharedPrimeKeys(both.body, [])
    expect([...found].sort()).toEqual([one, other].map((pair) => spkiSha256(spkiOf(pair.publicKey))).sort())
    const known = new Map(found.map((hash): [string, KnownKey] => [hash, { kind: 'blocked', reason: 'shares a prime' }]))
    expect(judge({ ...both, facts: { ...both.facts, knownKeys: known } })).toEqual({ code: 'weak_key', failed: 'C18' })

    const single = buildAnswer({ key: () => one })
    expect(findSharedPrimeKeys(single.body, [spkiOf(ecKey('stranger').publicKey), spkiOf(other.publicKey)])).toHaveLength(1)
    expect(findSharedPrimeKeys(single.body, [spkiOf(one.publicKey), spkiOf(fixedRsa('ca').publicKey)])).toEqual([])
    expect(findSharedPrimeKeys(single.body, [])).toEqual([])
  })

  it('the evidence names the key a finding is about', () => {
    const { checks } = checkAnswer(buildAnswer({ innerHeader: (h) => (h.kid === 'second' ? { ...h, nonce: '0' } : h) }, two))
    expect(checks.find((check) => check.id === 'C17')).toMatchObject({ outcome: 'fail', keyid: 'second' })
  })

  it('F-N10 what is wrong with one key hides nothing of the other: the incident has the code, both are in the words', () => {
    const { checks } = checkAnswer(
      buildAnswer({ innerPayload: (p, keyid) => (keyid === 'second' ? { ...p, d: 'AQAB' } : { ...p, n: b64u(ones(255)) }) }, two),
    )
    expect(checks.find((check) => check.id === 'C18')).toMatchObject({
      outcome: 'fail',
      code: 'private_key_leaked',
      keyid: 'second',
      incident: 'private_key_leaked',
      observed: 'the key carries the private member d; key “signer”: the modulus has 2040 bits',
    })
  })
})
