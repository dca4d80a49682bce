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
import type { CheckId, CheckResult, Verdict } from './evidence.ts'
import { MONITORABLE_CHECKS } from './profile.ts'
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
    period: periodSchema,
  }),
])
export type RehearsalWish = z.infer<typeof rehearsalWishSchema>
export type RehearsalPeriod = RehearsalWish['period']

export interface RehearsedVerdict {
  verdict: Verdict
  /** The first failed check; null where none failed. */
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
  /** By the verdict on record. */
  accepted: number
  refused: number
  /** Of the accepted ones, those that would be refused. */
  nowRefused: number
  /** Of the refused ones, those that would be accepted. */
  nowAccepted: number
  /** Of the refused ones, those that would be refused for another reason. */
  nowOtherwise: number
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
  /** recordInput of then. */
  record: unknown
}

export type RuleChange = (input: CheckAnswerInput, answer: StoredJudgement) => CheckAnswerInput

/** The draft's keys and pins in place of those of then. */
export const changePolicy =
  (policy: ReadyPolicy, asOf: Date): RuleChange =>
  (input, { keySet }) => ({
    ...input,
    policy: {
      ...input.policy,
      trustedKeys: trustedKeysAt(policy, keySet, asOf),
      schPins: policy.definition.schPins,
      // What was trusted then has stood in the set.
      formerKeys: [...(input.policy.formerKeys ?? []), ...input.policy.trustedKeys.map((key) => key.thumbprint)],
    },
  })

export const changeMonitored =
  (monitored: CheckAnswerInput['policy']['monitored']): RuleChange =>
  (input) => ({ ...input, policy: { ...input.policy, ...(monitored ? { monitored } : {}) } })

export const newResult = (): RehearsalResult => ({
  accepted: 0,
  refused: 0,
  nowRefused: 0,
  nowAccepted: 0,
  nowOtherwise: 0,
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
  const before = verdictOf(answer)
  const after = verdictOf(checkAnswer(change(input, answer)))
  if (before.verdict === 'passed') result.accepted++
  else result.refused++
  if (before.verdict === after.verdict && before.check === after.check && before.code === after.code) return
  if (before.verdict === after.verdict) result.nowOtherwise++
  else if (after.verdict === 'failed') result.nowRefused++
  else result.nowAccepted++
  if (result.changes.length >= MAX_LISTED) return
  const { enrollmentId, userid, userName, profile, receivedAt } = answer
  result.changes.push({ enrollmentId, userid, userName, profile, receivedAt: receivedAt.toISOString(), before, after })
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

function verdictOf({ verdict, checks }: Pick<CheckedAnswer, 'verdict'> & { checks: readonly CheckResult[] }): RehearsedVerdict {
  const failed = checks.find((check) => check.outcome === 'fail')
  return { verdict, check: failed?.id ?? null, code: failed?.code ?? null }
}
