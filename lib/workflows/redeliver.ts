/** Sending the same certificates to the phone again, after a delivery that did not succeed. Nothing is issued anew. */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { job } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

/** @throws RequestError not_found, wrong_state */
export function redeliverCertificates(grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>, id: string): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    if (enrollment.state !== 'undelivered') throw new RequestError('wrong_state', texts.notRedeliverable(enrollment.state))
    await transition(tx, grant, {
      enrollmentId: id,
      from: 'undelivered',
      version: enrollment.version,
      to: 'delivering',
      job: job('deliver-certificates', { enrollmentId: id }),
    })
  })
}
