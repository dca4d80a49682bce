/** Which lines of the decoded exchange a check looked at. */
import { CHECK_PLACES, type KeyEntry, placeMatcher } from '#lib/core/enrollment/checks/places.ts'
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
  const key = check.outcome === 'fail' || check.outcome === 'warn' ? findEntry(check.keyid, parts) : undefined
  const matchers = CHECK_PLACES[check.id].map((pattern) => placeMatcher(pattern, key))
  const all = [...new Set(parts.flatMap((part) => part.lines.map((line) => line.path)))]
  const found = matchers.map((matches) => all.filter(matches))
  const paths = all.filter((path) => found.some((some) => some.includes(path)))
  return { paths, first: found.find((some) => some.length > 0)?.[0] ?? null }
}

function findEntry(keyid: string | undefined, parts: readonly AnswerPart[]): KeyEntry | undefined {
  if (keyid === undefined) return undefined
  const lines = parts.flatMap((part) => part.lines).filter(({ value }) => value === keyid)
  const indexIn = (place: RegExp): number | null => {
    const found = lines.map(({ path }) => place.exec(path)?.[1]).find((index) => index !== undefined)
    return found === undefined ? null : Number(found)
  }
  return {
    answered: indexIn(/^keys\[(\d+)\]\.header\.kid$/),
    asked: indexIn(/^command\.provCommand\.profile\.keygenrequests\[(\d+)\]\.keyid$/),
  }
}

/** What each key of the answer calls itself, by the beginning of the paths of its parts: "keys[0]". */
export function nameKeys(parts: readonly AnswerPart[]): ReadonlyMap<string, string> {
  const names = parts
    .flatMap((part) => part.lines)
    .flatMap(({ path, value }) => {
      const key = /^(keys\[\d+\])\.header\.kid$/.exec(path)?.[1]
      return key === undefined || value === null ? [] : [[key, value] as const]
    })
  return new Map(names)
}

/** The parts that have marked places, in their order, with their number and the first of them. */
export function partsMarked(parts: readonly AnswerPart[], marks: readonly string[]) {
  return parts.flatMap(({ path, lines }) => {
    const marked = [...new Set(lines.map((line) => line.path).filter((line) => marks.includes(line)))]
    return marked[0] === undefined ? [] : [{ path, count: marked.length, first: marked[0] }]
  })
}

/** True of what lies inside a marked part. */
export const liesIn = (path: string, marks: readonly string[]): boolean =>
  marks.some((mark) => path.length > mark.length && path.startsWith(mark) && /[.[]/.test(path.charAt(mark.length)))
