import { describe, expect, it } from 'vitest'
import { b64u, buildAnswer } from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { ones, primeModulus } from '#e2e/builders/weak-keys.ts'
import { checkAnswer } from './check-answer.ts'
import { findPrimeKeys } from './read-answer.ts'
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
