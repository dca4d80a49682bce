/** Which lines of the decoded exchange a check looked at. */
import { CHECK_PLACES, placeMatcher } from '#lib/core/enrollment/checks/places.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import type { AnswerPart } from './decode-answer.ts'

export interface Marks {
  paths: readonly string[]
  /** The place that tells most: the first of the check's list that this exchange has. */
  first: string | null
}

export const NO_MARKS: Marks = { paths: [], first: null }

/** A finding about one of several keys marks that key alone. */
export function findMarks(check: CheckResult, parts: readonly AnswerPart[]): Marks {
  const key = check.outcome === 'fail' || check.outcome === 'warn' ? indexOfKey(check.keyid, parts) : null
  const matchers = CHECK_PLACES[check.id].map((pattern) => placeMatcher(pattern, key))
  const all = [...new Set(parts.flatMap((part) => part.lines.map((line) => line.path)))]
  const found = matchers.map((matches) => all.filter(matches))
  const paths = all.filter((path) => found.some((some) => some.includes(path)))
  return { paths, first: found.find((some) => some.length > 0)?.[0] ?? null }
}

function indexOfKey(keyid: string | undefined, parts: readonly AnswerPart[]): number | null {
  if (keyid === undefined) return null
  const line = parts
    .flatMap((part) => part.lines)
    .find(({ path, value }) => value === keyid && /^keys\[\d+\]\.header\.kid$/.test(path))
  return line === undefined ? null : Number(/\d+/.exec(line.path)?.[0])
}

/** True of what lies inside a marked part. */
export const liesIn = (path: string, marks: readonly string[]): boolean =>
  marks.some((mark) => path.length > mark.length && path.startsWith(mark) && /[.[]/.test(path.charAt(mark.length)))
