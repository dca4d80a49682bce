import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHECK_IDS, type CheckOutcome } from '#lib/core/enrollment/evidence.ts'
import { CHECK_FAILURE_CODES } from '#lib/core/errors.ts'
import { FAILURE_TEXTS } from '#lib/core/failure-texts.ts'
import { describeFinding, NOTE_CODES, sayOfNotes } from './evidence-findings.ts'

const finding = (id: (typeof CHECK_IDS)[number], outcome: CheckOutcome, code: string | null) =>
  describeFinding({ id, group: 'csr', title: '', outcome, code, expected: '', observed: '' })

describe('words for every finding', () => {
  it.each(CHECK_IDS)('%s: whoever acts and what to say, for every outcome and code', (id) => {
    expect(finding(id, 'pass', null)).toMatchObject({ say: null, acts: 'Nobody has to act.' })
    expect(finding(id, 'skipped', null).say).toMatch(/no certificate was made/)
    for (const code of [...Object.keys(FAILURE_TEXTS), 'a code of a later version'])
      expect(Object.values(finding(id, 'fail', code)).every((text) => text !== '')).toBe(true)
    expect(finding(id, 'fail', 'nonce').say).toBe(FAILURE_TEXTS.nonce.user)
  })

  it('who acts is who the next step names', () => {
    for (const code of CHECK_FAILURE_CODES) {
      const { acts, next } = finding('C3', 'fail', code)
      const [administrator, security] = [/administrator/, /security officer/]
      expect([code, security.test(acts)]).toEqual([code, security.test(next ?? '')])
      // The block list is the administrator's, and whoever acts on a blocked key is the security officer all the same.
      if (code !== 'blocked_key') expect([code, administrator.test(acts)]).toEqual([code, administrator.test(next ?? '')])
    }
  })

  it('a note is not said to be accepted while somebody looks at it, or after somebody refused it', () => {
    expect(sayOfNotes('completed', null)).toMatch(/was accepted/)
    expect(sayOfNotes('confirming', null)).toMatch(/before the answer has been confirmed/)
    expect(sayOfNotes('rejected', 'release_refused')).toBe(FAILURE_TEXTS.release_refused.user)
    expect(sayOfNotes('expired', 'confirmation_expired')).toBe(FAILURE_TEXTS.confirmation_expired.user)
    expect(sayOfNotes('cancelled', null)).toMatch(/cancelled/)
  })

  it('what could not run sends to the check that failed before it', () => {
    const check = { id: 'C21', group: 'csr', title: '', outcome: 'skipped', code: null, expected: '', observed: '' } as const
    expect(describeFinding({ ...check, needs: ['C20'] }).acts).toContain('C20')
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
