/**
 * Delivering again: after a crash, a failed attempt or a redelivery. The first command of a delivery is made where the certificates are
 * released; this is for every other one.
 *
 * The same bytes every time (durability K14): certificates are read from the database, never made here, and a second command after a crash
 * or a redelivery differs only in its externalId. Steps and kill points as in send-provision.ts; when no attempt is taken the enrolment
 * becomes `undelivered`, where staff send again or revoke, because a certificate exists (F-S10).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { endCommand, insertCommand, type NewCommand, readCommand } from '#lib/data/commands.ts'
import { findDeliveryFacts } from '#lib/data/deliveries.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { endRevokedDelivery } from '#lib/data/revocation.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { giveCertificateCommand, makeCertificateCommand } from './certificate-command.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

export async function deliverCertificates(
  grant: System,
  context: WorkerContext,
  { enrollmentId, attempt = 1 }: { enrollmentId: string; attempt?: number },
): Promise<void> {
  const facts = await findDeliveryFacts(grant, enrollmentId)
  if (facts?.state !== 'delivering') return
  if (facts.certificates.length < facts.keyCount && (await endRevokedDelivery(grant, enrollmentId))) return
  if (!facts.profileRef || facts.certificates.length === 0 || facts.certificates.length !== facts.keyCount)
    throw new Error(`enrolment ${enrollmentId} is delivering without its phone or certificates`)

  const command = makeCertificateCommand({ ...facts, profileRef: facts.profileRef, enrollmentId })
  if (await commit(grant, command)) await giveCertificateCommand(grant, context, command, attempt)
}

/** Commits the command unless one that Hermod has taken is under way already. */
const commit = (grant: System, command: NewCommand): Promise<boolean> =>
  inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, command.enrollmentId)
    if (enrollment?.state !== 'delivering') return false
    const current = enrollment.currentCommandId ? await readCommand(tx, grant, enrollment.currentCommandId) : null
    if (current?.kind === 'certificate' && current.state === 'sent') return false
    if (current) await endCommand(tx, grant, current.id, 'superseded')
    await insertCommand(tx, grant, command)
    return true
  })
