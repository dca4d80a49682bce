/**
 * Rehearsal: what a change of rules would have done to answers that came. Each stored answer is judged again on the bytes that came and
 * on what the checks were given then (checks/record.ts), with nothing changed but the rule in question. What was known at the time (the
 * user's state, keys, profile ids) stays as it was known then, so the difference is the change and nothing else.
 *
 * Validity of keys is the exception: whether a key counts is asked for one moment of the administrator's choosing (now, or when a change
 * comes into force), because an answer of last week would never feel the end of a key.
 */
import { z } from 'zod'
import type { Bytes } from '../asn1/der.ts'
import { policyDraftSchema, type ReadyPolicy, trustedKeysAt } from './attestation-policy.ts'
import { type CheckAnswerInput, type CheckedAnswer, checkAnswer, RecordError, readRecordedInput } from './checks/index.ts'
import { findHolding } from './confirmation.ts'
import type { CheckId, CheckResult, Verdict } from './evidence.ts'
import { lenientChecks, MONITORABLE_CHECKS, type ProfileDefinition } from './profile.ts'
import { MAX_LISTED, MAX_REHEARSED } from './rehearsal-limits.ts'

export const REHEARSAL_DAYS = [7, 30, 90] as const

const periodSchema = z.union([
  z.strictObject({ days: z.union(REHEARSAL_DAYS.map((days) => z.literal(days))) }),
  z.strictObject({ last: z.number().int().min(1).max(MAX_REHEARSED) }),
])

export const rehearsalWishSchema = z.discriminatedUnion('change', [
  z.strictObject({
    change: z.literal('policy'),
    draft: policyDraftSchema,
    /** Number of the version that the draft changes. */
    basedOn: z.number().int().min(0),
    /** The moment for which validity is asked; null: when the rehearsal runs. */
    asOf: z.iso.datetime().nullable(),
    period: periodSchema,
  }),
  z.strictObject({
    change: z.literal('profile'),
    /** Profile name. */
    profile: z.string().min(1).max(100),
    monitoredChecks: z.array(z.enum(MONITORABLE_CHECKS)).max(MONITORABLE_CHECKS.length),
    heldChecks: z.array(z.enum(MONITORABLE_CHECKS)).max(MONITORABLE_CHECKS.length).default([]),
    /** The key set that answers are to be signed by; null: as it is. */
    attestationKeySet: z.string().min(1).max(64).nullable().default(null),
    period: periodSchema,
  }),
])
export type RehearsalWish = z.infer<typeof rehearsalWishSchema>
export type RehearsalPeriod = RehearsalWish['period']

export interface RehearsedVerdict {
  /** `held`: good but for a check that the profile leaves to staff. */
  verdict: Verdict | 'held'
  /** The first failed check, or the one that holds; null where none does. */
  check: CheckId | null
  code: string | null
}

export interface RehearsalChange {
  enrollmentId: string
  userid: string
  userName: string
  profile: string
  receivedAt: string
  before: RehearsedVerdict
  after: RehearsedVerdict
}

export interface RehearsalResult {
  /** By the verdict on record; what was held is among the accepted. */
  accepted: number
  refused: number
  /** Of the accepted ones, those that would be refused. */
  nowRefused: number
  /** Of the refused ones, those that would be accepted. */
  nowAccepted: number
  /** Of the refused ones, those that would be refused for another reason. */
  nowOtherwise: number
  /** Of all, those that would now wait for staff; and those that waited and would not any more. */
  nowHeld: number
  nowLetPass: number
  /** Judged before records were kept whole: cannot be replayed. */
  unreadable: number
  /** The period has more answers than are replayed. */
  capped: boolean
  changes: RehearsalChange[]
}

/** An answer as stored. */
export interface StoredJudgement {
  enrollmentId: string
  userid: string
  userName: string
  profile: string
  keySet: string
  receivedAt: Date
  body: Bytes
  verdict: Verdict
  checks: readonly CheckResult[]
  /** Of the profile's version that it was judged by. */
  heldChecks: readonly CheckId[]
  /** recordInput of then. */
  record: unknown
}

export interface Rules {
  input: CheckAnswerInput
  heldChecks: readonly CheckId[]
}
export type RuleChange = (input: CheckAnswerInput, answer: StoredJudgement) => Rules

/** The draft's keys and pins in place of those of then. */
export const changePolicy =
  (policy: ReadyPolicy, asOf: Date): RuleChange =>
  (input, { keySet, heldChecks }) => ({
    input: {
      ...input,
      policy: {
        ...input.policy,
        trustedKeys: trustedKeysAt(policy, keySet, asOf),
        schPins: policy.definition.schPins,
        // What was trusted then has stood in the set.
        formerKeys: [...(input.policy.formerKeys ?? []), ...input.policy.trustedKeys.map((key) => key.thumbprint)],
      },
    },
    heldChecks,
  })

/** A key set in place of the profile's: whose keys count now, and what it ever held. */
export interface OtherKeySet {
  trustedKeys: CheckAnswerInput['policy']['trustedKeys']
  formerKeys: readonly string[]
}

/** What a profile may change: which checks warn, which hold, and whose signature is wanted (null: as it was). */
export const changeProfile =
  (checks: Pick<ProfileDefinition, 'monitoredChecks' | 'heldChecks'>, keySet: OtherKeySet | null = null): RuleChange =>
  (input) => ({
    input: { ...input, policy: { ...input.policy, ...keySet, monitored: lenientChecks(checks) } },
    heldChecks: checks.heldChecks,
  })

export const newResult = (): RehearsalResult => ({
  accepted: 0,
  refused: 0,
  nowRefused: 0,
  nowAccepted: 0,
  nowOtherwise: 0,
  nowHeld: 0,
  nowLetPass: 0,
  unreadable: 0,
  capped: false,
  changes: [],
})

/** Judges one answer under the change and adds what comes of it to the result. */
export function rehearseAnswer(result: RehearsalResult, answer: StoredJudgement, change: RuleChange): void {
  const input = readInput(answer)
  if (input === null) {
    result.unreadable++
    return
  }
  const changed = change(input, answer)
  const before = verdictOf(answer, answer.heldChecks)
  const after = verdictOf(checkAnswer(changed.input), changed.heldChecks)
  if (before.verdict === 'failed') result.refused++
  else result.accepted++
  if (before.verdict === after.verdict && before.check === after.check && before.code === after.code) return
  result[counterOf(before.verdict, after.verdict)]++
  if (result.changes.length >= MAX_LISTED) return
  const { enrollmentId, userid, userName, profile, receivedAt } = answer
  result.changes.push({ enrollmentId, userid, userName, profile, receivedAt: receivedAt.toISOString(), before, after })
}

type Counter = 'nowRefused' | 'nowAccepted' | 'nowOtherwise' | 'nowHeld' | 'nowLetPass'

function counterOf(before: RehearsedVerdict['verdict'], after: RehearsedVerdict['verdict']): Counter {
  if (before === after) return 'nowOtherwise'
  if (after === 'held') return 'nowHeld'
  if (after === 'failed') return 'nowRefused'
  return before === 'held' ? 'nowLetPass' : 'nowAccepted'
}

/** Null for a record that another version of this program wrote: counted and shown, so that nobody takes it for replayed. */
function readInput({ record, body }: StoredJudgement): CheckAnswerInput | null {
  try {
    return readRecordedInput(record, body)
  } catch (error) {
    if (error instanceof RecordError) return null
    throw error
  }
}

function verdictOf(
  { verdict, checks }: Pick<CheckedAnswer, 'verdict'> & { checks: readonly CheckResult[] },
  heldChecks: readonly CheckId[],
): RehearsedVerdict {
  const told = verdict === 'failed' ? checks.find((check) => check.outcome === 'fail') : findHolding(checks, heldChecks)[0]
  return {
    verdict: verdict === 'passed' && told ? 'held' : verdict,
    check: told?.id ?? null,
    code: told?.code ?? null,
  }
}
