/**
 * 10 000 mutations in every test run, another 10 000 each time. A failure names the seed and the shortest row of decisions that leads to it;
 * `CERTDESK_FUZZ_SEED=N` repeats a run. Millions: `npm run fuzz`.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attempt } from './attempt.ts'
import { choicesFrom } from './choices.ts'
import { TARGETS } from './targets.ts'

const MUTATIONS = 10_000
const seed = Number(process.env.CERTDESK_FUZZ_SEED ?? Date.now() % 1_000_000_000)
const whole = TARGETS.reduce((sum, { share }) => sum + share, 0)

/** Decisions of one mutation. Not biased to small numbers: each is taken modulo the number of possibilities. */
const decisions = fc.noBias(fc.array(fc.nat(0x7fffffff), { minLength: 40, maxLength: 40 }))

describe(`mutations of good messages (seed ${seed})`, () => {
  it.each(TARGETS.map((target) => [target.name, target.what, target] as const))(
    '%s: %s – no crash, no hang, nothing accepted that means something else',
    async (_name, _what, target) => {
      const outcomes = new Set<string>()
      await fc.assert(
        fc.asyncProperty(decisions, async (tape) => {
          const { mutant, problem, outcome } = await attempt(target, choicesFrom(tape))
          outcomes.add(outcome.replace(/:.*/, ''))
          expect(
            problem === null ? null : `${mutant.original}, ${mutant.how}: ${problem}\n${mutant.bytes.toString('base64')}`,
          ).toBeNull()
        }),
        { seed, numRuns: Math.ceil((MUTATIONS * target.share) / whole) },
      )
      // Mutations that are all refused, or all accepted, would show nothing.
      expect([...outcomes].sort()).toEqual(['accepted', 'refused'])
    },
    120_000,
  )
})
