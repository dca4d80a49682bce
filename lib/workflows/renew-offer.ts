/**
 * A new offer for an enrolment that waits for the phone: the old one is dead at once (its URI is taken away, an answer to it is late),
 * the new command with its new nonce is made by the worker. The enrolment stays `offered`; no transition, but an audit row.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { writeAudit } from '#lib/data/audit.ts'
import { endCommand } from '#lib/data/commands.ts'
import { clearCurrentCommand, lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { addJob } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

/** @throws RequestError not_found, wrong_state */
export function renewOffer(grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>, id: string): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    if (enrollment.state !== 'offered') throw new RequestError('wrong_state', texts.noNewOffer(enrollment.state))
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    await clearCurrentCommand(tx, id)
    await addJob(tx, 'send-provision', { enrollmentId: id })
    await writeAudit(tx, grant.actor, {
      action: 'enrollment.new_offer_wanted',
      objectKind: 'enrollment',
      objectId: id,
      enrollmentId: id,
    })
  })
}
