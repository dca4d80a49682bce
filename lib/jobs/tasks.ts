/** The task list: each task is one workflow. A payload that is not ours is a defect and fails the job for good. */
import type { Task, TaskList } from 'graphile-worker'
import { z } from 'zod'
import { systemGrant } from '#lib/auth/permissions.ts'
import type { JobPayloads, TaskName } from '#lib/data/jobs.ts'
import { logger } from '#lib/log.ts'
import { advanceEnrollment } from '#lib/workflows/advance-enrollment.ts'
import { answerPkiRequest } from '#lib/workflows/answer-pki-request.ts'
import { checkConnections } from '#lib/workflows/check-connections.ts'
import { deliverCertificates } from '#lib/workflows/deliver-certificates.ts'
import { expireDelivery, expireOffer } from '#lib/workflows/expire-command.ts'
import { expireConfirmation } from '#lib/workflows/expire-confirmation.ts'
import { makeBundle } from '#lib/workflows/make-bundle.ts'
import { processCallback } from '#lib/workflows/process-callback.ts'
import { proveRevocation } from '#lib/workflows/prove-revocation.ts'
import { publishCrl } from '#lib/workflows/publish-crl.ts'
import { rehearse } from '#lib/workflows/rehearse.ts'
import { revokeCertificate } from '#lib/workflows/revoke-certificate.ts'
import { sendProvision } from '#lib/workflows/send-provision.ts'
import { renewServices } from '#lib/workflows/service-certificates.ts'
import { sweep } from '#lib/workflows/sweep.ts'
import { testConnection } from '#lib/workflows/test-connection.ts'
import type { WorkerContext } from '#lib/workflows/worker-context.ts'

/**
 * Of one worker process. A job waits most of its time, for PostgreSQL, Hermod or a CA; and the more certificates are under way, the more of them
 * share a commit (lib/data/grouped.ts).
 */
export const CONCURRENT_JOBS = 16

const id = z.uuid()
const attempt = z.number().int().min(1).optional()

const PAYLOADS = {
  'send-provision': z.object({ enrollmentId: id, attempt }),
  'expire-offer': z.object({ commandId: id }),
  'expire-confirmation': z.object({ enrollmentId: id }),
  'process-callback': z.object({ callbackId: id }),
  'check-answer': z.object({ enrollmentId: id }),
  'issue-certificates': z.object({ enrollmentId: id }),
  'deliver-certificates': z.object({ enrollmentId: id, attempt }),
  'expire-delivery': z.object({ commandId: id }),
  'revoke-certificate': z.object({ certificateId: id }),
  'prove-revocation': z.object({ requestId: id }),
  'publish-crl': z.object({}),
  'test-connection': z.object({ testId: id }),
  'check-connections': z.object({}),
  'answer-pki-request': z.object({ requestId: id }),
  rehearse: z.object({ rehearsalId: id }),
  'make-bundle': z.object({ bundleId: id }),
  sweep: z.object({}),
} satisfies { [T in TaskName]: z.ZodType<JobPayloads[T]> }

type Work = { readonly [T in TaskName]: (payload: JobPayloads[T]) => Promise<unknown> }

export function makeTasks(context: WorkerContext): TaskList {
  const grant = systemGrant()
  const work: Work = {
    'send-provision': (payload) => sendProvision(grant, context, payload),
    'expire-offer': (payload) => expireOffer(grant, payload),
    'expire-confirmation': (payload) => expireConfirmation(grant, payload),
    'process-callback': (payload) => processCallback(grant, context, payload),
    // Both go on from where the enrolment stands, whatever they were added for.
    'check-answer': (payload) => advanceEnrollment(grant, context, payload.enrollmentId),
    'issue-certificates': (payload) => advanceEnrollment(grant, context, payload.enrollmentId),
    'deliver-certificates': (payload) => deliverCertificates(grant, context, payload),
    'expire-delivery': (payload) => expireDelivery(grant, payload),
    'revoke-certificate': (payload) => revokeCertificate(grant, payload),
    'prove-revocation': (payload) => proveRevocation(grant, payload),
    'check-connections': () => checkConnections(grant, context),
    'test-connection': (payload) => testConnection(grant, context, payload),
    'publish-crl': async () => {
      await publishCrl(grant, context)
      await renewServices(grant, context)
    },
    'answer-pki-request': (payload) => answerPkiRequest(grant, context, payload),
    rehearse: (payload) => rehearse(grant, payload),
    'make-bundle': (payload) => makeBundle(grant, context, payload),
    sweep: async () => {
      const swept = await sweep(grant)
      if (swept.deadProcesses > 0 || swept.jobs.length > 0) logger('jobs').warn(swept, 'the sweep put something right')
    },
  }
  return Object.fromEntries(
    (Object.keys(work) as TaskName[]).map((name): [string, Task] => [name, (payload) => run(name, work, payload)]),
  )
}

async function run<T extends TaskName>(name: T, work: Work, payload: unknown): Promise<void> {
  // PAYLOADS[name] parses JobPayloads[name]; the index is lost on the way through the union of all schemas.
  const parsed = PAYLOADS[name].parse(payload) as JobPayloads[T]
  await work[name](parsed)
}
