/**
 * Cancelling an enrolment for which nothing has been issued. Of a cancellation, an answer and an expiry at the same moment exactly one
 * wins: all three lock the enrolment and compare its state (durability K17). An answer that comes after this is kept and changes nothing.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { CANCELLABLE } from '#lib/core/enrollment/state.ts'
import { RequestError } from '#lib/core/errors.ts'
import { endCommand } from '#lib/data/commands.ts'
import { enrollmentsIn, lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

/** @throws RequestError not_found, wrong_state */
export function cancelEnrollment(grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>, id: string): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    if (!CANCELLABLE.includes(enrollment.state)) throw new RequestError('wrong_state', texts.notCancellable(enrollment.state))
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    await transition(tx, grant, {
      enrollmentId: id,
      from: enrollment.state,
      version: enrollment.version,
      to: 'cancelled',
      set: { failureCode: 'cancelled' },
    })
  })
}

/**
 * Every enrolment of a person that can be cancelled. One that a phone answers, or somebody else cancels, meanwhile goes its own way.
 *
 * @returns how many were cancelled
 */
export async function cancelEnrollmentsOf(grant: Grant<'enrollment:manage'>, userId: string): Promise<number> {
  let cancelled = 0
  for (const id of await enrollmentsIn(grant, userId, CANCELLABLE)) {
    try {
      await cancelEnrollment(grant, id)
      cancelled += 1
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'wrong_state')) throw error
    }
  }
  return cancelled
}
