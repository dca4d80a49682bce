import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHECK_IDS, type CheckOutcome } from '#lib/core/enrollment/evidence.ts'
import { FAILURE_TEXTS } from '#lib/core/failure-texts.ts'
import { describeFinding, NOTE_CODES } from './evidence-findings.ts'

const finding = (id: (typeof CHECK_IDS)[number], outcome: CheckOutcome, code: string | null) =>
  describeFinding({ id, group: 'csr', title: '', outcome, code, expected: '', observed: '' })

describe('words for every finding', () => {
  it.each(CHECK_IDS)('%s: whoever acts and what to say, for every outcome and code', (id) => {
    for (const outcome of ['pass', 'skipped'] as const) {
      const { say, acts } = finding(id, outcome, null)
      expect([say.length > 10, acts.length > 10]).toEqual([true, true])
    }
    for (const code of [...Object.keys(FAILURE_TEXTS), 'a code of a later version'])
      expect(Object.values(finding(id, 'fail', code)).every((text) => text !== '')).toBe(true)
    expect(finding(id, 'fail', 'nonce').say).toBe(FAILURE_TEXTS.nonce.user)
  })

  it('every note that a check can make has words', () => {
    const folder = new URL('../core/enrollment/checks/', import.meta.url)
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const codes = sources.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/\bwarn\('([a-z_]+)'/g)].map((match) => match[1] ?? ''),
    )
    expect(codes.length).toBeGreaterThan(2)
    expect([...new Set(codes)].filter((code) => !NOTE_CODES.includes(code) && !Object.hasOwn(FAILURE_TEXTS, code))).toEqual([])
  })
})
