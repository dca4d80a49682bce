/** Rehearsals (lib/core/enrollment/rehearsal.ts): the wish, the answers to replay, how far it is, and what came out. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { CheckResult, Verdict } from '#lib/core/enrollment/evidence.ts'
import {
  type RehearsalPeriod,
  type RehearsalResult,
  type RehearsalWish,
  rehearsalWishSchema,
  type StoredJudgement,
} from '#lib/core/enrollment/rehearsal.ts'
import { MAX_REHEARSED } from '#lib/core/enrollment/rehearsal-limits.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { addJob } from './jobs.ts'
import { isId, newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import { inTransaction } from './transaction.ts'

type System = Grant<'system:work'>

export interface RehearsalView {
  id: string
  wish: RehearsalWish
  done: number
  /** Null until it has begun. */
  total: number | null
  finished: boolean
  result: RehearsalResult | null
  failure: string | null
  /** Seconds since it was finished, by the database's clock; null while it is not. */
  ageS: number | null
  /** It was asked for before the newest version of the attestation policy came. */
  overtaken: boolean
}

/** Writes the wish and the job that grants it. */
export function insertRehearsal(grant: Grant<'settings:manage'>, wish: RehearsalWish): Promise<string> {
  const id = newId()
  return inTransaction(grant, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO rehearsal (id, wish, created_by_name) VALUES (${id}::uuid, ${storableJson(wish)}::jsonb, ${grant.actor.name})`
    await addJob(tx, 'rehearse', { rehearsalId: id })
    return id
  })
}

export async function findRehearsal(
  _grant: Grant<'settings:read' | 'settings:manage' | 'system:work'>,
  id: string,
): Promise<RehearsalView | null> {
  if (!isId(id)) return null
  const rows = await db().$queryRaw<
    {
      wish: unknown
      done: number
      total: number | null
      finished: boolean
      result: RehearsalResult | null
      failure: string | null
      ageS: number | null
      overtaken: boolean
    }[]
  >`SELECT wish, done, total, finished_at IS NOT NULL AS finished, result, failure,
      extract(epoch FROM clock_timestamp() - finished_at)::float8 AS "ageS",
      EXISTS (SELECT FROM policy_version v WHERE v.created_at > rehearsal.created_at) AS overtaken
    FROM rehearsal WHERE id = ${id}::uuid`
  const row = rows[0]
  return row ? { ...row, id, wish: rehearsalWishSchema.parse(row.wish) } : null
}

export interface RehearsedScope {
  period: RehearsalPeriod
  /** Profile name; null: all. */
  profile: string | null
}

/** Answer ids are UUIDs of version 7, so in the order of their making: the newest come first and no index is needed. */
const scopeSql = ({ period, profile }: RehearsedScope): Prisma.Sql => Prisma.sql`
  ${'days' in period ? Prisma.sql`a.received_at > now() - make_interval(days => ${period.days}::int)` : Prisma.sql`true`}
  AND ${profile === null ? Prisma.sql`true` : Prisma.sql`p.name = ${profile}`}`
const FROM = Prisma.sql`
  evidence v JOIN answer a ON a.id = v.answer_id JOIN enrollment e ON e.id = a.enrollment_id
  JOIN profile_version pv ON pv.id = e.profile_version_id JOIN profile p ON p.id = pv.profile_id`

const limitOf = (period: RehearsalPeriod): number => ('last' in period ? period.last : MAX_REHEARSED)

/** How many answers there are to replay, and whether the period has more than are replayed. */
export async function countRehearsed(_grant: System, scope: RehearsedScope): Promise<{ total: number; capped: boolean }> {
  const limit = limitOf(scope.period)
  const rows = await db().$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM ${FROM} WHERE ${scopeSql(scope)} LIMIT ${limit + 1}::int) AS found`
  const n = rows[0]?.n ?? 0
  return { total: Math.min(n, limit), capped: 'days' in scope.period && n > limit }
}

export interface RehearsedRow extends StoredJudgement {
  answerId: string
}

type RawRow = Omit<RehearsedRow, 'body' | 'checks' | 'verdict'> & { body: Uint8Array; checks: CheckResult[]; verdict: Verdict }

/** @param before the last answer of the batch before; null for the first batch */
export async function readRehearsedAnswers(
  _grant: System,
  scope: RehearsedScope,
  before: string | null,
  limit: number,
): Promise<RehearsedRow[]> {
  const rows = await db().$queryRaw<RawRow[]>`
    SELECT v.answer_id AS "answerId", a.enrollment_id AS "enrollmentId", u.userid, u.name AS "userName", p.name AS profile,
      pv.definition ->> 'attestationKeySet' AS "keySet", coalesce(pv.definition -> 'heldChecks', '[]'::jsonb) AS "heldChecks", a.received_at AS "receivedAt", b.body, v.verdict::text AS verdict, v.checks,
      v.policy AS record
    FROM ${FROM} JOIN "user" u ON u.id = e.user_id JOIN callback b ON b.id = a.callback_id
    WHERE ${scopeSql(scope)} AND ${before === null ? Prisma.sql`true` : Prisma.sql`v.answer_id < ${before}::uuid`}
    ORDER BY v.answer_id DESC LIMIT ${limit}::int`
  return rows.map((row) => ({ ...row, body: Buffer.from(row.body) }))
}

export async function noteRehearsalProgress(_grant: System, id: string, done: number, total: number): Promise<void> {
  await db().$executeRaw`UPDATE rehearsal SET done = ${done}, total = ${total} WHERE id = ${id}::uuid AND finished_at IS NULL`
}

export type RehearsalEnd = { result: RehearsalResult } | { failure: string }

export async function finishRehearsal(_grant: System, id: string, end: RehearsalEnd): Promise<void> {
  const result = 'result' in end ? storableJson(end.result) : null
  const failure = 'failure' in end ? storableText(end.failure).slice(0, 1000) : null
  await db().$executeRaw`
    UPDATE rehearsal SET result = ${result}::jsonb, failure = ${failure}, finished_at = clock_timestamp()
    WHERE id = ${id}::uuid AND finished_at IS NULL`
}

/** What has been decided on is of no use any more. */
export async function deleteOldRehearsals(_grant: System): Promise<void> {
  await db().$executeRaw`DELETE FROM rehearsal WHERE created_at < now() - interval '30 days'`
}
