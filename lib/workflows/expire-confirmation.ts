/** The end of waiting for somebody's word about a phone: `confirming` → `expired`, by the database's clock. Nothing was issued. */
import type { Grant } from '#lib/auth/permissions.ts'
import { secondsToConfirm } from '#lib/data/confirmations.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { addJob } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { tryTransition } from '#lib/data/transition.ts'

export async function expireConfirmation(grant: Grant<'system:work'>, { enrollmentId }: { enrollmentId: string }): Promise<void> {
  await inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (enrollment?.state !== 'confirming') return
    const left = (await secondsToConfirm(tx, grant, enrollmentId)) ?? 0
    if (left > 0) return addJob(tx, 'expire-confirmation', { enrollmentId }, left + 0.2)
    await tryTransition(tx, grant, {
      enrollmentId,
      from: 'confirming',
      version: enrollment.version,
      to: 'expired',
      set: { failureCode: 'confirmation_expired' },
      detail: { kind: 'confirmation' },
    })
  })
}
