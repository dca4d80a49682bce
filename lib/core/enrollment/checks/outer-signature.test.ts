import { describe, expect, it } from 'vitest'
import { attestation, buildAnswer } from '#e2e/builders/answer.ts'
import { alg, rawSignature } from '#e2e/builders/answer-bends.ts'
import { idsOf } from '#e2e/builders/judge.ts'
import { rightPadding, WRONG_PADDINGS } from '#e2e/builders/wrong-padding.ts'
import { checkAnswer } from './check-answer.ts'

describe('what the matrix builds on', () => {
  it('a block padded as RFC 8017 9.2 says verifies, so that each of the others fails for its own fault', () => {
    const { verdict } = checkAnswer(buildAnswer(alg('RS256', (input) => rawSignature(rightPadding(input), attestation()))))
    expect(verdict).toBe('passed')
    const good = rightPadding('x')
    for (const block of Object.values(WRONG_PADDINGS)) {
      expect(block('x')).toHaveLength(good.length)
      expect(block('x').equals(good)).toBe(false)
    }
  })

  it('a built answer passes every check', () => {
    expect(idsOf(checkAnswer(buildAnswer()).checks, 'pass').split(' ')).toHaveLength(25)
  })

  it('a check without input says which checks it needed, and claims nothing', () => {
    const { checks } = checkAnswer(buildAnswer({ body: () => 'x' }))
    expect(idsOf(checks, 'fail')).toBe('C2')
    expect(idsOf(checks, 'pass')).toBe('C1 C5 C25')
    expect(checks.filter((check) => check.outcome === 'skipped').every((check) => (check.needs ?? []).length > 0)).toBe(true)
  })
})
