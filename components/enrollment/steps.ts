/**
 * The five steps a person sees, out of the sixteen states the enrolment knows: what is done, what is going on, where it stopped, and how
 * long each took. Pure: the times are arguments.
 */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { EnrollmentView } from '#lib/core/views.ts'

export const STEPS = ['shown', 'answered', 'checked', 'issued', 'stored'] as const
export type StepName = (typeof STEPS)[number]
export type StepStatus = 'done' | 'active' | 'failed' | 'stopped' | 'todo'

export interface Step {
  name: StepName
  status: StepStatus
  /** When the one before was done: this one's time runs from here. */
  since: string | null
  /** When it was done or stopped. */
  until: string | null
}

export type StepInput = Pick<EnrollmentView, 'state' | 'createdAt' | 'stateChangedAt' | 'timeline' | 'enteredAt'>

/** When each state was entered for the first time: a certificate that is sent again was issued long before. */
function firstEntered(timeline: StepInput['timeline']): Partial<Record<EnrollmentState, string>> {
  const times: Partial<Record<EnrollmentState, string>> = {}
  for (const { state, at } of timeline) if (state) times[state] ??= at
  return times
}

/** The states whose entering says that the step is done. `confirming` stands between checks and issuing. */
const DONE_BY: Record<StepName, readonly EnrollmentState[]> = {
  shown: ['offered'],
  answered: ['answered'],
  checked: ['confirming', 'issuing'],
  issued: ['delivering'],
  stored: ['completed'],
}

const RUNNING: readonly EnrollmentState[] = [
  'awaiting_approval',
  'requesting',
  'offered',
  'answered',
  'confirming',
  'issuing',
  'delivering',
]
/** Ended by somebody's wish or by time, not by something wrong. */
const STOPPED: readonly EnrollmentState[] = ['cancelled', 'expired', 'declined']

export function stepsOf(input: StepInput): Step[] {
  const at = firstEntered(input.timeline)
  let before: string | null = input.createdAt
  let stopped = false
  return STEPS.map((name) => {
    if (stopped) return { name, status: 'todo', since: null, until: null }
    const until = DONE_BY[name].map((state) => at[state]).find((time) => time !== undefined)
    let since: string | null = before
    if (until) {
      before = until
      return { name, status: 'done', since, until }
    }
    stopped = true
    // Sent again: the time runs from this sending.
    if (name === 'stored') since = input.enteredAt.delivering ?? since
    if (RUNNING.includes(input.state)) return { name, status: 'active', since, until: null }
    return { name, status: STOPPED.includes(input.state) ? 'stopped' : 'failed', since, until: input.stateChangedAt }
  })
}

/** "0.3 s", "42 s", "3:05 min". Never negative: clocks differ. */
export function formatElapsed(ms: number): string {
  const s = Math.max(0, ms) / 1000
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 90) return `${Math.round(s)} s`
  const whole = Math.round(s)
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`
  const hours = whole / 3600
  return hours < 48 ? `${hours.toFixed(1)} h` : `${Math.round(hours / 24)} days`
}

/** "4:59"; never below 0:00. */
export function formatCountdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}
