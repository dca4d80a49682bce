/**
 * What a case of the matrix says: an answer with one thing bent, and everything the checks must say of it: the code the enrolment ends
 * with, the checks that fail, those that could not be made and what they needed, and those that pass with a note. Every check not named
 * passes. So a check that hides another's failure, or fails for another's reason, is found.
 */
import { type CheckAnswerInput, type CheckedAnswer, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import type { CheckFailureCode } from '#lib/core/errors.ts'
import { type AnswerOptions, type Bends, buildAnswer } from '../builders/answer.ts'

export interface AnswerCase {
  /** Row of the list, e.g. "F-O1". */
  id: string
  title: string
  /** Null: must be accepted. */
  code: CheckFailureCode | null
  /** "C9 C10 | C11(C9) | C14(sch_unpinned)": failed; skipped(what they needed); passed with a note. */
  outcome: string
  bends: Bends
  options: AnswerOptions
  input: () => CheckAnswerInput
}

/** id, title, code, outcome, what is bent, what was asked for. */
export type Row = [
  id: string,
  title: string,
  code: CheckFailureCode | null,
  outcome: string,
  bends: Bends,
  options?: AnswerOptions,
]

/**
 * What nobody can look at once a piece is missing, by the name a case gives it: each check, and the check that it needed. A check names
 * the nearest one it stands on; following the names always ends at a check that failed (the tests follow them).
 */
const NO_KEYS = 'C17(C16) C18(C17) C19(C17) C20(C17) C21(C17) C22(C17) C23(C17)'
const NO_JWS = `C8(C7) C9(C7) C10(C7) C11(C7) C12(C7) C13(C7) C14(C7) C15(C7) C16(C7) ${NO_KEYS} C24(C10)`
const MISSING: Record<string, string> = {
  'no JSON': `C3(C2) C4(C2) C6(C2) C7(C3) ${NO_JWS}`,
  'no envelope': 'C4(C3) C6(C3)',
  'no data': `C7(C3) ${NO_JWS}`,
  'no JWS': NO_JWS,
  'no header': 'C8(C7) C9(C7) C10(C7) C11(C9) C12(C7) C13(C7) C14(C7) C24(C10)',
  'no payload': `C15(C7) C16(C7) ${NO_KEYS}`,
  'no keys': NO_KEYS,
  'no key message': 'C16(C17) C18(C17) C19(C17) C20(C17) C21(C20) C22(C20) C23(C20)',
  'no kid': 'C18(C16) C19(C18) C23(C16)',
  'no request': 'C21(C20) C22(C20) C23(C20)',
}

/** "no header, no payload" spelt out, in the order of the checks. */
function spellOut(outcome: string): string {
  const [failed = '', skipped = '', warned = ''] = outcome.split(' | ')
  const checks = skipped.split(', ').flatMap((part) => (MISSING[part] ?? part).split(' '))
  const inOrder = checks
    .filter((check) => check !== '')
    .sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10))
  return joinParts(failed.trim(), inOrder.join(' '), warned)
}

const joinParts = (...parts: string[]): string => parts.join(' | ').replace(/( \| )+$/, '')

export const toCases = (rows: readonly Row[]): AnswerCase[] =>
  rows.map(([id, title, code, outcome, bends, options = {}]) => ({
    id,
    title,
    code,
    outcome: spellOut(outcome),
    bends,
    options,
    input: () => buildAnswer(bends, options),
  }))

/** True if the case is nothing but a message: it can be posted to a portal that asked for one RSA key and knows nothing special. */
export const isMessageOnly = ({ bends, options }: AnswerCase): boolean => bends.input === undefined && options.keys === undefined

/** Whoever cannot be read, or names no command of ours by both its names and its kind, moves nothing. */
export const isNobodys = ({ id, outcome }: AnswerCase): boolean =>
  /\bC2\b/.test(outcome) || (id.startsWith('F-S') && outcome === 'C4')

/** What the checks say, written as a case writes it. */
export function outcomeOf({ checks }: Pick<CheckedAnswer, 'checks'>): string {
  const list = (outcome: string, detail: (check: CheckedAnswer['checks'][number]) => string): string =>
    checks
      .filter((check) => check.outcome === outcome)
      .map((check) => `${check.id}${detail(check)}`)
      .join(' ')
  const failed = list('fail', () => '')
  const skipped = list('skipped', (check) => `(${(check.needs ?? []).join('+')})`)
  const warned = list('warn', (check) => `(${check.code})`)
  return joinParts(failed, skipped, warned)
}

/** What the checks say of an input: code and outcome, as a case has them. */
export function judgeInput(input: CheckAnswerInput): { code: CheckFailureCode | null; outcome: string; verdict: string } {
  const checked = checkAnswer(input)
  return { code: checked.failureCode, outcome: outcomeOf(checked), verdict: checked.verdict }
}
