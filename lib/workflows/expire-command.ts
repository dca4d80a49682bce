/**
 * The end of a command's time, whether Hermod tells it or not (its callbacks may never come): `offered` → `expired`, `delivering` →
 * `undelivered`. Only the database's clock decides, and only while the command is still the current, live one; an answer, a
 * cancellation or a newer command has ended it otherwise (K17). Callbacks that wait to be looked at go first: a worker that was down for
 * a while comes back to the answer and to this at the same time, and the answer came in time.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { answersMayBeWaiting } from '#lib/data/callbacks.ts'
import { endCommand, findCommandEnrollment, secondsToEnd } from '#lib/data/commands.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { addJob } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { tryTransition } from '#lib/data/transition.ts'

type System = Grant<'system:work'>

const ENDS = {
  'expire-offer': { from: 'offered', to: 'expired', code: 'offer_expired' },
  'expire-delivery': { from: 'delivering', to: 'undelivered', code: 'delivery_expired' },
} as const

/** How long an expiry stands back for callbacks that have not been looked at. */
const STAND_BACK_S = 3

async function expireCommand(grant: System, task: keyof typeof ENDS, commandId: string): Promise<void> {
  const { from, to, code } = ENDS[task]
  const enrollmentId = await findCommandEnrollment(grant, commandId)
  if (!enrollmentId) return
  await inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (enrollment?.state !== from || enrollment.currentCommandId !== commandId) return
    const left = (await secondsToEnd(tx, grant, commandId)) ?? 0
    if (left > 0) return addJob(tx, task, { commandId }, left + 0.2)
    if (await answersMayBeWaiting(tx, grant)) return addJob(tx, task, { commandId }, STAND_BACK_S)
    if (await endCommand(tx, grant, commandId, 'timed_out'))
      await tryTransition(tx, grant, { enrollmentId, from, to, set: { failureCode: code } })
  })
}

export const expireOffer = (grant: System, { commandId }: { commandId: string }): Promise<void> =>
  expireCommand(grant, 'expire-offer', commandId)

export const expireDelivery = (grant: System, { commandId }: { commandId: string }): Promise<void> =>
  expireCommand(grant, 'expire-delivery', commandId)
