/**
 * The matrix of hostile and odd answers against the checks: for each case the exact code, the exact checks that fail, the exact checks
 * that could not be made and why, no exception, and no block of the event loop. Ends with a table of what was run.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ANSWER_CASES } from '#e2e/matrix/answers.ts'
import { CALLBACK_CASES } from '#e2e/matrix/callbacks.ts'
import { outcomeOf } from '#e2e/matrix/case.ts'
import { GROUPS, groupOf, ROW_IDS, rowsIn, TESTED_IN } from '#e2e/matrix/rows.ts'
import { TRANSPORT_CASES } from '#e2e/matrix/transport.ts'
import { CHECK_IDS } from '../evidence.ts'
import { type CheckedAnswer, checkAnswer } from './index.ts'

const MAX_BLOCK_MS = 50

/** What no input may cost. What takes longer is done again, so that a pause of the machine is not taken for one of the program. */
function timed(run: () => CheckedAnswer): { checked: CheckedAnswer; shortestMs: number } {
  let shortestMs = Number.POSITIVE_INFINITY
  for (let turn = 1; ; turn++) {
    const start = performance.now()
    const checked = run()
    shortestMs = Math.min(shortestMs, performance.now() - start)
    if (shortestMs < MAX_BLOCK_MS || turn === 5) return { checked, shortestMs }
  }
}

/** Every check named as needed failed, or could itself not be made for the sake of one that failed. */
function findFalseExcuses({ checks }: CheckedAnswer): string[] {
  const byId = new Map(checks.map((check) => [check.id, check]))
  const excused = (id: (typeof CHECK_IDS)[number]): boolean => {
    const check = byId.get(id)
    return (
      check?.outcome === 'fail' ||
      (check?.outcome === 'skipped' && (check.needs ?? []).length > 0 && (check.needs ?? []).some(excused))
    )
  }
  return checks
    .filter((check) => check.outcome === 'skipped' && !excused(check.id))
    .map((check) => `${check.id} needs ${check.needs}`)
}

describe('hostile and odd answers', () => {
  it.each(ANSWER_CASES.map((one) => [`${one.id} ${one.title} → ${one.code ?? 'accepted'}`, one] as const))(
    '%s',
    (_name, { code, outcome, input }) => {
      const given = input()
      const { checked, shortestMs } = timed(() => checkAnswer(given))
      expect({ code: checked.failureCode, outcome: outcomeOf(checked) }).toEqual({ code, outcome })
      expect(checked.verdict).toBe(code === null ? 'passed' : 'failed')
      expect(checked.checks.map((check) => check.id)).toEqual(CHECK_IDS)
      expect(findFalseExcuses(checked)).toEqual([])
      expect(shortestMs).toBeLessThan(MAX_BLOCK_MS)
      // What is shown and stored of a message is bounded, whatever the message.
      for (const check of checked.checks)
        expect(Math.max(check.expected.length, check.observed.length, check.keyid?.length ?? 0)).toBeLessThanOrEqual(500)
      // A key is only named as leaked where that is what the answer fails for.
      if (code !== 'private_key_leaked') expect(checked.leakedKeys).toEqual([])
    },
  )
})

/** In a name of a test, not in a comment. */
const namesRow = (source: string, row: string): boolean =>
  source.split('\n').some((line) => /['"`(]/.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) && rowsIn(line).includes(row))

describe('the matrix', () => {
  it('has at least 400 cases, each under a name of its own', () => {
    const names = [...ANSWER_CASES, ...CALLBACK_CASES, ...TRANSPORT_CASES].map(({ id, title }) => `${id} ${title}`)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(names.length).toBeGreaterThanOrEqual(400)
  })

  it('has a case for every row of the list', () => {
    const inTables = new Set([...ANSWER_CASES, ...CALLBACK_CASES, ...TRANSPORT_CASES].map(({ id }) => id))
    const elsewhere = Object.entries(TESTED_IN).filter(
      ([row, file]) => existsSync(file) && namesRow(readFileSync(file, 'utf8'), row),
    )
    const covered = new Set([...inTables, ...elsewhere.map(([row]) => row)])
    expect(ROW_IDS.filter((row) => !covered.has(row))).toEqual([])
    expect(Object.values(GROUPS).map((group) => group.rows.length)).toEqual([11, 22, 12, 16, 24, 22])
    expect(ROW_IDS.every((row) => GROUPS[groupOf(row)].rows.includes(row))).toBe(true)
  })
})
