/**
 * The question between a good answer and its certificates (hostile-inputs F-B13, F-B15, F-B16): whose word is waited for, and how long.
 *
 * An answer proves that its phone holds the keys and that whoever scanned had the code; not that this was the person the code was for. A
 * profile can therefore have the person, or staff, look at the phone first. A check that the profile holds instead of refusing is for staff
 * whatever else the profile says: the person cannot judge it, and an attacker would wave it through.
 */
import type { CheckId, CheckResult } from './evidence.ts'
import type { ProfileDefinition } from './profile.ts'

export interface Confirmation {
  /** `user`: the person whose enrolment it is, or staff who have the person on the line. `staff`: staff alone. */
  by: 'user' | 'staff'
  /** Checks that would have refused the answer; empty where the profile asks about every phone. */
  heldBy: CheckId[]
}

/** How long is waited for the word, in seconds. Staff have their weekends; a person sits before the page. */
export const CONFIRMATION_TIME_S = { user: 86_400, staff: 7 * 86_400 } as const

/** The findings that would have refused the answer, had the profile not left them to staff. */
export const findHolding = <C extends Pick<CheckResult, 'id' | 'outcome' | 'monitored'>>(
  checks: readonly C[],
  heldChecks: readonly CheckId[],
): C[] => checks.filter((check) => check.monitored && check.outcome === 'warn' && heldChecks.includes(check.id))

/** @param checks of an answer that passed @returns null where nobody is asked */
export function findConfirmation(
  { confirmation, confirmedBy, heldChecks }: Pick<ProfileDefinition, 'confirmation' | 'confirmedBy' | 'heldChecks'>,
  checks: readonly Pick<CheckResult, 'id' | 'outcome' | 'monitored'>[],
): Confirmation | null {
  const heldBy = findHolding(checks, heldChecks).map(({ id }) => id)
  if (heldBy.length > 0) return { by: 'staff', heldBy }
  return confirmation ? { by: confirmedBy, heldBy } : null
}
