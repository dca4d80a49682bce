/**
 * Asking the CA again for what it refused, or gave wrongly, after whoever runs it has mended that. The same keys with the same prepared message:
 * the phone has nothing to do, and there is one certificate a key still (issue-certificates.ts).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { failedAtCa } from '#lib/core/enrollment/state.ts'
import { RequestError } from '#lib/core/errors.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { job } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

/** @throws RequestError not_found, wrong_state */
export function askCaAgain(grant: Grant<'enrollment:manage'>, id: string): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    if (!failedAtCa(enrollment.state, enrollment.failureCode))
      throw new RequestError('wrong_state', texts.notAtCa(enrollment.state))
    await transition(tx, grant, {
      enrollmentId: id,
      from: 'failed',
      version: enrollment.version,
      to: 'issuing',
      detail: { kind: 'again', after: enrollment.failureCode },
      job: job('issue-certificates', { enrollmentId: id }),
    })
  })
}
