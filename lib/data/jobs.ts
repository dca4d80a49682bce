/**
 * The jobs there are, and adding one.
 *
 * A job is added in the transaction that makes it necessary, through `certdesk_add_job` (a SECURITY DEFINER wrapper of
 * graphile_worker.add_job with job_key_mode 'replace'), so a crash leaves either both or neither. The key of a job comes from the table
 * below and from nowhere else: the same need has one job, however often it is said. While a job runs, adding it again makes a new one
 * and keeps the running one from being retried; every job is written to bear that.
 */
import { Prisma } from '#lib/generated/prisma/client.ts'
import type { Tx } from './transaction.ts'

export interface JobPayloads {
  /** `attempt`: 1 for the first of a row of tries, counted up by the job itself. */
  'send-provision': { enrollmentId: string; attempt?: number }
  'expire-offer': { commandId: string }
  'expire-confirmation': { enrollmentId: string }
  'process-callback': { callbackId: string }
  'check-answer': { enrollmentId: string }
  'issue-certificates': { enrollmentId: string }
  'deliver-certificates': { enrollmentId: string; attempt?: number }
  'expire-delivery': { commandId: string }
  'revoke-certificate': { certificateId: string }
  'prove-revocation': { requestId: string }
  'publish-crl': Record<string, never>
  'test-connection': { testId: string }
  'check-connections': Record<string, never>
  'answer-pki-request': { requestId: string }
  rehearse: { rehearsalId: string }
  'make-bundle': { bundleId: string }
  sweep: Record<string, never>
}
export type TaskName = keyof JobPayloads

/** The key of each job: what it is about. */
export const JOB_KEYS: { readonly [T in TaskName]: (payload: JobPayloads[T]) => string } = {
  'send-provision': (p) => `provision:${p.enrollmentId}`,
  'expire-offer': (p) => `expire:${p.commandId}`,
  'expire-confirmation': (p) => `confirmation:${p.enrollmentId}`,
  'process-callback': (p) => `callback:${p.callbackId}`,
  'check-answer': (p) => `check:${p.enrollmentId}`,
  'issue-certificates': (p) => `issue:${p.enrollmentId}`,
  'deliver-certificates': (p) => `deliver:${p.enrollmentId}`,
  'expire-delivery': (p) => `expire:${p.commandId}`,
  'revoke-certificate': (p) => `revoke:${p.certificateId}`,
  'prove-revocation': (p) => `prove:${p.requestId}`,
  'publish-crl': () => 'publish-crl',
  'check-connections': () => 'check-connections',
  'test-connection': (p) => `test:${p.testId}`,
  'answer-pki-request': (p) => `pki-request:${p.requestId}`,
  rehearse: (p) => `rehearse:${p.rehearsalId}`,
  'make-bundle': (p) => `bundle:${p.bundleId}`,
  sweep: () => 'sweep',
}

/** A job to add, as workflows pass it along. Made by `job()`, so that task and payload belong together. */
export interface NewJob {
  readonly task: TaskName
  readonly payload: JobPayloads[TaskName]
  readonly key: string
  readonly delayS: number
}

/** @param delayS seconds from now by the database's clock. */
export const job = <T extends TaskName>(task: T, payload: JobPayloads[T], delayS = 0): NewJob => ({
  task,
  payload,
  key: JOB_KEYS[task](payload),
  delayS,
})

/** The call of `certdesk_add_job` as an SQL expression, for statements that do more than that. */
export const addJobSql = (j: NewJob): Prisma.Sql =>
  Prisma.sql`certdesk_add_job(${j.task}::text, ${JSON.stringify(j.payload)}::json, ${j.key}::text, ${
    j.delayS > 0 ? Prisma.sql`clock_timestamp() + make_interval(secs => ${j.delayS}::float8)` : Prisma.sql`NULL::timestamptz`
  })`

/** Adds (or replaces, by key) a job in the caller's transaction. */
export async function addJob<T extends TaskName>(tx: Tx, task: T, payload: JobPayloads[T], delayS = 0): Promise<void> {
  await tx.$queryRaw`SELECT ${addJobSql(job(task, payload, delayS))} IS NULL AS added`
}
