/** What has to be known when somebody says whether the phone that answered is the right one, and the two moves that follow. */
import type { Grant } from '#lib/auth/permissions.ts'
import { readRecordedInput } from '#lib/core/enrollment/checks/index.ts'
import { CONFIRMATION_TIME_S, type Confirmation, findConfirmation } from '#lib/core/enrollment/confirmation.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { Tx } from './transaction.ts'

export interface OpenConfirmation {
  asks: Confirmation
  /** A key of the answer, the phone's or the app's, was put on the block list since. */
  blocked: boolean
  /** The link that it was started through was withdrawn since. */
  linkRevoked: boolean
}

interface RawConfirmation {
  definition: unknown
  checks: CheckResult[]
  record: unknown
  /** Thumbprint of the app's key. */
  app: string | null
  keys: string[] | null
  linkRevoked: boolean
}

type Asker = Grant<'enrollment:manage'> | Grant<'self:enroll'>

/** Of an enrolment that is `confirming` and locked. @throws Error if nobody is asked about it: a defect */
export async function readOpenConfirmation(tx: Tx, _grant: Asker, enrollmentId: string): Promise<OpenConfirmation> {
  const rows = await tx.$queryRaw<RawConfirmation[]>`
    SELECT pv.definition, ev.checks,
      ev.policy AS record, a.attestation_thumbprint AS app,
      (SELECT json_agg(encode(k.spki_sha256, 'hex')) FROM enrollment_key k WHERE k.enrollment_id = e.id) AS keys,
      coalesce((SELECT l.revoked_at IS NOT NULL FROM enrollment_link l WHERE l.id = e.link_id), false) AS "linkRevoked"
    FROM enrollment e JOIN answer a ON a.judged_for = e.id JOIN evidence ev ON ev.answer_id = a.id
      JOIN profile_version pv ON pv.id = e.profile_version_id
    WHERE e.id = ${enrollmentId}::uuid`
  const row = rows[0]
  const asks = row ? findConfirmation(profileDefinitionSchema.parse(row.definition), row.checks) : null
  if (!row || !asks) throw new Error(`enrolment ${enrollmentId} waits for a word that nobody was asked for`)
  return {
    asks,
    blocked: await isAnyBlocked(tx, keysOf(row)),
    linkRevoked: row.linkRevoked,
  }
}

/** SHA-256 of the keys that the answer was taken for: the phone's, and the app's. */
function keysOf({ keys, record, app }: RawConfirmation): string[] {
  const { trustedKeys } = readRecordedInput(record, new Uint8Array()).policy
  return [...(keys ?? []), ...trustedKeys.filter((key) => key.thumbprint === app).map((key) => key.spkiSha256)]
}

async function isAnyBlocked(tx: Tx, spkiSha256: readonly string[]): Promise<boolean> {
  const rows = await tx.$queryRaw<{ blocked: boolean }[]>`
    SELECT EXISTS (SELECT FROM blocked_key WHERE spki_sha256 = ANY(${spkiSha256.map((hex) => Buffer.from(hex, 'hex'))}::bytea[])) AS blocked`
  return rows[0]?.blocked ?? false
}

/** Seconds until the word comes too late, by the database's clock; null if it is not waited for any more. */
export async function secondsToConfirm(tx: Tx, _grant: Grant<'system:work'>, enrollmentId: string): Promise<number | null> {
  const rows = await tx.$queryRaw<{ definition: unknown; checks: CheckResult[]; passed: number }[]>`
    SELECT pv.definition, ev.checks, extract(epoch FROM clock_timestamp() - e.state_changed_at)::float8 AS passed
    FROM enrollment e JOIN answer a ON a.judged_for = e.id JOIN evidence ev ON ev.answer_id = a.id
      JOIN profile_version pv ON pv.id = e.profile_version_id
    WHERE e.id = ${enrollmentId}::uuid AND e.state = 'confirming'`
  const row = rows[0]
  if (!row) return null
  const asks = findConfirmation(profileDefinitionSchema.parse(row.definition), row.checks)
  return CONFIRMATION_TIME_S[asks?.by ?? 'user'] - row.passed
}
