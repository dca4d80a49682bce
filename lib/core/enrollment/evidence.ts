/**
 * Evidence: what each check of an answer expected and saw. Kept with the raw bytes, for refused answers too.
 * A check that could not run because an earlier one failed says so ("skipped", needs: ["C11"]); it never pretends.
 */
import type { CheckFailureCode } from '../errors.ts'
import type { IncidentKind } from '../incidents.ts'

export const CHECK_IDS = [
  'C1',
  'C2',
  'C3',
  'C4',
  'C5',
  'C6',
  'C7',
  'C8',
  'C9',
  'C10',
  'C11',
  'C12',
  'C13',
  'C14',
  'C15',
  'C16',
  'C17',
  'C18',
  'C19',
  'C20',
  'C21',
  'C22',
  'C23',
  'C24',
  'C25',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

export type CheckGroup = 'envelope' | 'outer_signature' | 'binding' | 'keys' | 'csr' | 'policy'

/** `warn`: passed, but staff should know (e.g. no `sch` pin configured). `skipped`: an earlier failure left nothing to look at. */
export type CheckOutcome = 'pass' | 'fail' | 'warn' | 'skipped'

export interface CheckResult {
  id: CheckId
  group: CheckGroup
  /** What the check is for, one plain sentence without a full stop: "The answer is signed by a trusted app". */
  title: string
  outcome: CheckOutcome
  /** The failure code where outcome is fail; a note's code where it is warn; else null. */
  code: CheckFailureCode | string | null
  /** What was required, in words or canonical values. No secrets beyond the nonce of an answered offer. */
  expected: string
  /** What was seen. Untrusted text from the phone: shown, never interpreted. At most 500 characters. */
  observed: string
  /** For several keys: which keyid the (first) finding is about. */
  keyid?: string
  /** For skipped: the checks it needed. */
  needs?: CheckId[]
  /** A warning that would have been a failure, had the profile not said that this check is only monitored. */
  monitored?: true
  /** What a person should look at: the incident that this finding opens. */
  incident?: IncidentKind
}

export type Verdict = 'passed' | 'failed'
