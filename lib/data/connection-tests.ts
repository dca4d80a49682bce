/** Tests of connections: the wish (the web's), what the worker saw (the worker's), and the last one for whoever looks. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type ConnectionStep, connectionStepsSchema, outcomeOf } from '#lib/core/connection-test.ts'
import type { ConnectionTestView } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { addJob } from './jobs.ts'
import { isId, newId } from './new-id.ts'
import { storableJson } from './storable.ts'
import { inTransaction, type Tx } from './transaction.ts'

/**
 * Writes the wish down, with the job. One at a time for one connection: a second click finds the first one's test.
 * @returns its id
 */
export async function wishConnectionTest(
  tx: Tx,
  grant: Grant<'settings:manage'>,
  wish: { connection: string; acceptSha256?: Bytes | null },
): Promise<string> {
  const id = newId()
  const made = await tx.$executeRaw`
    INSERT INTO connection_test (id, connection, accept_sha256, requested_by_name)
    VALUES (${id}::uuid, ${wish.connection}, ${wish.acceptSha256 ?? null}::bytea, ${grant.actor.name})
    ON CONFLICT (connection) WHERE finished_at IS NULL DO NOTHING`
  if (made === 0) {
    const running = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM connection_test WHERE connection = ${wish.connection} AND finished_at IS NULL`
    return running[0]?.id ?? id
  }
  await addJob(tx, 'test-connection', { testId: id })
  return id
}

interface TestRow {
  id: string
  connection: string
  requestedBy: string
  requestedAt: Date
  finishedAt: Date | null
  outcome: ConnectionTestView['outcome']
  steps: unknown
  certificate: string | null
}

const COLUMNS = Prisma.sql`t.id, t.connection, t.requested_by_name AS "requestedBy", t.requested_at AS "requestedAt",
  t.finished_at AS "finishedAt", t.outcome, t.steps, encode(t.certificate, 'base64') AS certificate`

const toView = (row: TestRow): ConnectionTestView => ({
  ...row,
  requestedAt: row.requestedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  steps: connectionStepsSchema.parse(row.steps),
})

export async function findConnectionTest(_grant: Grant<'settings:read'>, id: string): Promise<ConnectionTestView | null> {
  if (!isId(id)) return null
  const rows = await db().$queryRaw<TestRow[]>`SELECT ${COLUMNS} FROM connection_test t WHERE t.id = ${id}::uuid`
  return rows[0] ? toView(rows[0]) : null
}

/** The newest test of each connection. */
export async function listLatestTests(_grant: Grant<'settings:read'>): Promise<ConnectionTestView[]> {
  const rows = await db().$queryRaw<TestRow[]>`
    SELECT DISTINCT ON (t.connection) ${COLUMNS} FROM connection_test t ORDER BY t.connection, t.requested_at DESC`
  return rows.map(toView)
}

/** Certificates that test enrolments got from that issuer: to be revoked there, since nothing here knows them otherwise. */
export async function listTestCertificates(
  _grant: Grant<'settings:read'>,
  issuerId: string,
): Promise<{ testId: string; der: Bytes }[]> {
  return await db().$queryRaw<{ testId: string; der: Bytes }[]>`
    SELECT id AS "testId", certificate AS der FROM connection_test
    WHERE connection = ${issuerId} AND certificate IS NOT NULL ORDER BY requested_at DESC LIMIT 20`
}

export interface TestToRun {
  id: string
  connection: string
  acceptSha256: Bytes | null
  requestedBy: string
  finishedAt: Date | null
  externalId: string | null
  /** When the test command was given to Hermod. */
  startedAt: Date | null
  calledBackAt: Date | null
  steps: ConnectionStep[]
  /** The database's clock. */
  now: Date
}

export async function readTestToRun(_grant: Grant<'system:work'>, id: string): Promise<TestToRun | null> {
  const rows = await db().$queryRaw<(Omit<TestToRun, 'steps'> & { steps: unknown })[]>`
    SELECT id, connection, accept_sha256 AS "acceptSha256", requested_by_name AS "requestedBy", finished_at AS "finishedAt",
           external_id AS "externalId", started_at AS "startedAt", called_back_at AS "calledBackAt", steps, clock_timestamp() AS now
    FROM connection_test WHERE id = ${id}::uuid`
  const row = rows[0]
  return row ? { ...row, steps: connectionStepsSchema.parse(row.steps) } : null
}

/** What was seen so far, for whoever looks on. */
export async function storeTestSteps(_grant: Grant<'system:work'>, id: string, steps: readonly ConnectionStep[]): Promise<void> {
  await db().$executeRaw`
    UPDATE connection_test SET steps = ${storableJson(steps)}::jsonb, started_at = coalesce(started_at, clock_timestamp())
    WHERE id = ${id}::uuid AND finished_at IS NULL`
}

export async function finishTest(
  _grant: Grant<'system:work'>,
  id: string,
  steps: readonly ConnectionStep[],
  certificate: Bytes | null = null,
): Promise<void> {
  await db().$executeRaw`
    UPDATE connection_test SET steps = ${storableJson(steps)}::jsonb, certificate = ${certificate}::bytea, outcome = ${outcomeOf(steps)},
      started_at = coalesce(started_at, clock_timestamp()), finished_at = clock_timestamp()
    WHERE id = ${id}::uuid AND finished_at IS NULL`
}

/** Marks the test command before it is given to Hermod. */
export async function beginHermodTest(_grant: Grant<'system:work'>, id: string, externalId: string): Promise<void> {
  await db().$executeRaw`
    UPDATE connection_test SET external_id = ${externalId}, started_at = clock_timestamp() WHERE id = ${id}::uuid AND finished_at IS NULL`
}

/** Looks again when its time is over; until then a callback may run the job earlier. */
export async function waitForTestCallback(
  grant: Grant<'system:work'>,
  id: string,
  delayS: number,
  steps: readonly ConnectionStep[] = [],
): Promise<void> {
  await inTransaction(grant, async (tx) => {
    if (steps.length > 0)
      await tx.$executeRaw`
        UPDATE connection_test SET steps = ${storableJson(steps)}::jsonb WHERE id = ${id}::uuid AND finished_at IS NULL`
    // The callback may have been faster than the reply, and its job would be replaced by this one.
    const called = await tx.$queryRaw<{ called: boolean }[]>`
      SELECT called_back_at IS NOT NULL AS called FROM connection_test WHERE id = ${id}::uuid FOR UPDATE`
    await addJob(tx, 'test-connection', { testId: id }, called[0]?.called ? 0 : delayS)
  })
}

/** A callback for the command of a test. @returns false if no test has that externalId */
export function noteTestCallback(grant: Grant<'system:work'>, externalId: string): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const rows = await tx.$queryRaw<{ id: string; waiting: boolean }[]>`
      UPDATE connection_test SET called_back_at = coalesce(called_back_at, clock_timestamp())
      WHERE external_id = ${externalId} RETURNING id, finished_at IS NULL AS waiting`
    const [test] = rows
    if (test === undefined) return false
    if (test.waiting) await addJob(tx, 'test-connection', { testId: test.id })
    return true
  })
}
