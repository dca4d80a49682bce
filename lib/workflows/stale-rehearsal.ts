/**
 * A rehearsal is a look at the answers there were; what was decided on a look of last week was not looked at. So it counts for an hour, and
 * only until the attestation policy is changed.
 */
import type { RehearsalView } from '#lib/data/rehearsals.ts'

const COUNTS_FOR_S = 3_600

export const isStale = ({ ageS, overtaken }: Pick<RehearsalView, 'ageS' | 'overtaken'>): boolean =>
  overtaken || ageS === null || ageS > COUNTS_FOR_S
