import { describe, expect, it } from 'vitest'
import { buildAnswer } from '#e2e/builders/answer.ts'
import { vendorExample } from '#e2e/builders/vendor-example.ts'
import { checkAnswer } from './check-answer.ts'
import { RecordError, readRecordedInput, recordInput } from './record.ts'
import type { CheckAnswerInput, KnownKey } from './types.ts'

/** As it comes back from a jsonb column. */
const stored = (input: CheckAnswerInput): unknown => JSON.parse(JSON.stringify(recordInput(input)))
const again = (input: CheckAnswerInput) => checkAnswer(readRecordedInput(stored(input), input.body))

describe('what the checks were given can be given to them again', () => {
  it('the vendor’s example', () => expect(again(vendorExample())).toEqual(checkAnswer(vendorExample())))

  it('a key, a profile and an app that are known', () => {
    const key = checkAnswer(buildAnswer()).read.keys[0]?.spkiSha256 ?? ''
    const known = new Map<string, KnownKey>([[key, { kind: 'certified', userid: 'eva' }]])
    const input = buildAnswer({
      input: (good) => ({
        ...good,
        facts: { ...good.facts, knownKeys: known, knownProfileRefs: new Set(['x']), earlierAttestation: ['another'] },
      }),
    })
    const first = checkAnswer(input)
    expect(first.failureCode).toBe('key_reuse')
    expect(again(input)).toEqual(first)
  })

  it('another key in the record, another verdict', () => {
    const input = vendorExample()
    const other = buildAnswer().policy.trustedKeys
    const record = JSON.parse(JSON.stringify(recordInput({ ...input, policy: { ...input.policy, trustedKeys: other } })))
    expect(checkAnswer(readRecordedInput(record, input.body)).failureCode).toBe('attestation_key')
  })

  it.each([null, {}, { version: 2 }, { version: 1, expectation: {} }])('%j is no record', (record) => {
    expect(() => readRecordedInput(record, vendorExample().body)).toThrow(RecordError)
  })
})
