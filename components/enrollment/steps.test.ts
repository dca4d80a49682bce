import { describe, expect, it } from 'vitest'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { formatCountdown, formatElapsed, type StepInput, stepsOf } from './steps.ts'

const at = (s: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, s)).toISOString()

/** An enrolment that entered these states, one every second, and stands in the last. */
function entered(...states: EnrollmentState[]): StepInput {
  const timeline = states.map((state, n) => ({
    at: at(n),
    action: `enrollment.${state}`,
    state,
    actor: '',
    detail: {},
    enrollmentId: null,
  }))
  const last = states.at(-1) ?? 'requesting'
  return {
    state: last,
    createdAt: at(0),
    stateChangedAt: at(states.length - 1),
    timeline,
    enteredAt: Object.fromEntries(timeline.map((entry) => [entry.state, entry.at])),
  }
}
const statuses = (...states: EnrollmentState[]) => stepsOf(entered(...states)).map((step) => step.status)

describe('the five steps', () => {
  it.each<[EnrollmentState[], string[]]>([
    [['requesting'], ['active', 'todo', 'todo', 'todo', 'todo']],
    [['awaiting_approval'], ['active', 'todo', 'todo', 'todo', 'todo']],
    [
      ['requesting', 'failed'],
      ['failed', 'todo', 'todo', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered'],
      ['done', 'active', 'todo', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered', 'expired'],
      ['done', 'stopped', 'todo', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered', 'refused'],
      ['done', 'failed', 'todo', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered'],
      ['done', 'done', 'active', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered', 'rejected'],
      ['done', 'done', 'failed', 'todo', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered', 'confirming'],
      ['done', 'done', 'done', 'active', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered', 'issuing'],
      ['done', 'done', 'done', 'active', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered', 'issuing', 'failed'],
      ['done', 'done', 'done', 'failed', 'todo'],
    ],
    [
      ['requesting', 'offered', 'answered', 'issuing', 'delivering'],
      ['done', 'done', 'done', 'done', 'active'],
    ],
    [
      ['requesting', 'offered', 'answered', 'issuing', 'delivering', 'undelivered'],
      ['done', 'done', 'done', 'done', 'failed'],
    ],
    [
      ['requesting', 'offered', 'answered', 'issuing', 'delivering', 'completed'],
      ['done', 'done', 'done', 'done', 'done'],
    ],
  ])('%s', (states, expected) => {
    expect(statuses(...states)).toEqual(expected)
  })

  it('counts each step from the end of the one before', () => {
    const [, answered] = stepsOf(entered('requesting', 'offered', 'answered'))
    expect([answered?.since, answered?.until]).toEqual([at(1), at(2)])
  })

  it('sent again: issuing keeps its time, the last step runs from the new sending', () => {
    const steps = stepsOf(entered('requesting', 'offered', 'answered', 'issuing', 'delivering', 'undelivered', 'delivering'))
    expect(steps[3]?.until).toBe(at(4))
    expect(steps[4]).toMatchObject({ status: 'active', since: at(6) })
  })
})

describe('times as people read them', () => {
  it.each([
    [-50, '0.0 s'],
    [340, '0.3 s'],
    [42_400, '42 s'],
    [185_000, '3:05 min'],
    [7_200_000, '2.0 h'],
    [300_000_000, '3 days'],
  ])('%d ms is %s', (ms, text) => expect(formatElapsed(ms)).toBe(text))
  it.each([
    [299_400, '5:00'],
    [1, '0:01'],
    [0, '0:00'],
    [-9, '0:00'],
  ])('%d ms left is %s', (ms, text) => expect(formatCountdown(ms)).toBe(text))
})
