/**
 * A rehearsal is a look at the answers there were; what was decided on a look of last week, at a single answer, or at keys as they counted
 * once, was not looked at. So it counts for an hour and until the attestation policy is changed, and only if it shows what is to come.
 */
import type { RehearsalWish } from '#lib/core/enrollment/rehearsal.ts'
import type { RehearsalView } from '#lib/data/rehearsals.ts'

const COUNTS_FOR_S = 3_600
/** The page offers no fewer. */
const FEWEST_ANSWERS = 100

export const isStale = ({ ageS, overtaken }: Pick<RehearsalView, 'ageS' | 'overtaken'>): boolean =>
  overtaken || ageS === null || ageS > COUNTS_FOR_S

/** Whether enough was replayed, under keys as they count now or will. */
export function showsEnough(wish: RehearsalWish, now: Date): boolean {
  const enough = !('last' in wish.period) || wish.period.last >= FEWEST_ANSWERS
  const past = wish.change === 'policy' && wish.asOf !== null && Date.parse(wish.asOf) < now.getTime() - COUNTS_FOR_S * 1000
  return enough && !past
}
