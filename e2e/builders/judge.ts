/** Says of an answer what the checks say, in a form that tests compare at a glance. */
import { type CheckAnswerInput, type CheckedAnswer, checkAnswer } from '#lib/core/enrollment/checks/index.ts'

export interface Judgement {
  code: CheckedAnswer['failureCode']
  /** Ids of the failed checks, e.g. "C10 C11". */
  failed: string
}

export function judge(input: CheckAnswerInput): Judgement {
  const { failureCode, checks } = checkAnswer(input)
  return { code: failureCode, failed: idsOf(checks, 'fail') }
}

export const idsOf = (checks: CheckedAnswer['checks'], outcome: string): string =>
  checks
    .filter((check) => check.outcome === outcome)
    .map((check) => check.id)
    .join(' ')
