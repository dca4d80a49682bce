/**
 * Revocation: the web writes a wish, the worker makes it true, the CRL says so to the world.
 *
 * The web's database role may not touch certificates, so a web process in foreign hands can ask for revocations (in somebody's name, in the
 * audit) and cannot take one back.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type CrlReason, isCrlReason, type RevocationReason } from '#lib/core/x509/crl-reasons.ts'
import { writeAudit } from './audit.ts'
import { endCommand } from './commands.ts'
import { lockEnrollment } from './enrollment-writes.ts'
import { addJob } from './jobs.ts'
import { isId } from './new-id.ts'
import { inTransaction, type Tx } from './transaction.ts'
import { tryTransition } from './transition.ts'

export type RevocationWish =
  /** Written down now. */
  | 'wanted'
  /** Somebody asked before; the worker is on it. */
  | 'wanted_before'
  | 'revoked_before'
  /** Reserved only: there is nothing to revoke. */
  | 'not_issued'
  | 'not_found'

/** Writes the wish, its audit row and its job. */
export function insertRevocationRequest(
  grant: Grant<'certificate:revoke'>,
  wish: { certificateId: string; reason: RevocationReason; note: string | null },
): Promise<RevocationWish> {
  const { certificateId, reason, note } = wish
  if (!isId(certificateId)) return Promise.resolve('not_found')
  return inTransaction(grant, async (tx) => {
    const [found] = await tx.$queryRaw<{ status: string; enrollmentId: string; enrollmentState: string; wanted: boolean }[]>`
      SELECT c.status::text AS status, e.id AS "enrollmentId", e.state::text AS "enrollmentState", r.certificate_id IS NOT NULL AS wanted
      FROM certificate c
      JOIN enrollment_key k ON k.id = c.enrollment_key_id
      JOIN enrollment e ON e.id = k.enrollment_id
      LEFT JOIN revocation_request r ON r.certificate_id = c.id
      WHERE c.id = ${certificateId}::uuid`
    if (found === undefined) return 'not_found'
    if (found.status === 'reserved') return 'not_issued'
    // An undelivered enrolment whose certificate was revoked while it was still being delivered is settled by the same job.
    if (found.status === 'revoked' && found.enrollmentState !== 'undelivered') return 'revoked_before'
    await addJob(tx, 'revoke-certificate', { certificateId })
    if (found.wanted) return found.status === 'revoked' ? 'wanted' : 'wanted_before'
    const inserted = await tx.$executeRaw`
      INSERT INTO revocation_request (certificate_id, reason, note, requested_by, requested_at)
      VALUES (${certificateId}::uuid, ${reason}, ${note}, ${grant.actor.name}, clock_timestamp())
      ON CONFLICT (certificate_id) DO NOTHING`
    if (inserted === 0) return 'wanted_before'
    await writeAudit(tx, grant.actor, {
      action: 'certificate.revocation_wanted',
      objectKind: 'certificate',
      objectId: certificateId,
      enrollmentId: found.enrollmentId,
      detail: { reason, note },
    })
    return 'wanted'
  })
}

/**
 * Makes a wish true: status, the wish's end, the CRL job, the enrolment (`undelivered` → `revoked_undelivered` once none of its
 * certificates is left), audit. Does nothing that was done before.
 *
 * @returns null if nobody wished for it
 */
export function applyRevocation(grant: Grant<'system:work'>, certificateId: string): Promise<{ revokedNow: boolean } | null> {
  return inTransaction(grant, async (tx) => {
    const [wish] = await tx.$queryRaw<{ reason: string; requestedBy: string; enrollmentId: string }[]>`
      SELECT r.reason, r.requested_by AS "requestedBy", k.enrollment_id AS "enrollmentId"
      FROM revocation_request r
      JOIN certificate c ON c.id = r.certificate_id
      JOIN enrollment_key k ON k.id = c.enrollment_key_id
      WHERE r.certificate_id = ${certificateId}::uuid`
    if (wish === undefined) return null
    const { enrollmentId, reason, requestedBy } = wish
    await lockEnrollment(tx, grant, enrollmentId)
    const revoked = await tx.$queryRaw<{ serialNumber: string }[]>`
      UPDATE certificate SET status = 'revoked', revoked_at = clock_timestamp(), revocation_reason = ${reason}
      WHERE id = ${certificateId}::uuid AND status = 'issued' RETURNING serial_number AS "serialNumber"`
    await tx.$executeRaw`
      UPDATE revocation_request SET done_at = clock_timestamp() WHERE certificate_id = ${certificateId}::uuid AND done_at IS NULL`
    await addJob(tx, 'publish-crl', {})
    const left = await tx.$queryRaw<{ left: number }[]>`
      SELECT count(*)::int AS left FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id
      WHERE k.enrollment_id = ${enrollmentId}::uuid AND c.status = 'issued'`
    if (left[0]?.left === 0)
      await tryTransition(tx, grant, {
        enrollmentId,
        from: 'undelivered',
        to: 'revoked_undelivered',
        detail: { reason, requestedBy },
      })
    const [certificate] = revoked
    if (certificate !== undefined)
      await writeAudit(tx, grant.actor, {
        action: 'certificate.revoked',
        objectKind: 'certificate',
        objectId: certificateId,
        enrollmentId,
        detail: { serialNumber: certificate.serialNumber, reason, requestedBy },
      })
    return { revokedNow: certificate !== undefined }
  })
}

/**
 * Ends a delivery whose certificate was revoked before it was given to the phone: `delivering` → `undelivered`, and on to
 * `revoked_undelivered` where no other certificate is left.
 *
 * @returns false if none of them is revoked, or the enrolment stands elsewhere
 */
export function endRevokedDelivery(grant: Grant<'system:work'>, enrollmentId: string): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (enrollment?.state !== 'delivering') return false
    const [count] = await tx.$queryRaw<{ revoked: number; issued: number }[]>`
      SELECT count(*) FILTER (WHERE c.status = 'revoked')::int AS revoked, count(*) FILTER (WHERE c.status = 'issued')::int AS issued
      FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = ${enrollmentId}::uuid`
    if (!count?.revoked) return false
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    const failureDetail = 'A certificate was revoked before it was delivered.'
    await tryTransition(tx, grant, { enrollmentId, from: 'delivering', to: 'undelivered', set: { failureDetail } })
    if (count.issued === 0) await tryTransition(tx, grant, { enrollmentId, from: 'undelivered', to: 'revoked_undelivered' })
    return true
  })
}

/**
 * What the issuer's CRL must list, in a fixed order: what is revoked now (a hold that was released is not), and what a restored CA had revoked. A certificate leaves the list two weeks after its end: RFC 5280 §3.3 wants it on one
 * more regular CRL after that, and one is made at least every week.
 */
export async function listRevoked(
  tx: Tx,
  _grant: Grant<'system:work'>,
  issuerId: string,
): Promise<{ serialNumber: string; revokedAt: Date; reason: CrlReason }[]> {
  const rows = await tx.$queryRaw<{ serialNumber: string; revokedAt: Date; reason: string | null }[]>`
    SELECT serial_number AS "serialNumber", revoked_at AS "revokedAt", revocation_reason AS reason FROM certificate
    WHERE issuer_id = ${issuerId}::uuid AND status = 'revoked' AND not_after > now() - interval '14 days'
    UNION ALL
    SELECT serial_number, revoked_at, revocation_reason FROM restored_certificate r
    WHERE issuer_id = ${issuerId}::uuid AND revoked_at IS NOT NULL AND not_after > now() - interval '14 days'
      AND NOT EXISTS (SELECT FROM certificate c
        WHERE c.issuer_id = r.issuer_id AND c.serial_number = r.serial_number AND c.status = 'revoked')
      AND NOT EXISTS (SELECT FROM scep_transaction s
        WHERE s.issuer_id = r.issuer_id AND s.serial_number = r.serial_number AND s.revoked_at IS NOT NULL)
    UNION ALL
    SELECT serial_number, revoked_at, revocation_reason FROM scep_transaction
    WHERE issuer_id = ${issuerId}::uuid AND revoked_at IS NOT NULL AND not_after > now() - interval '14 days'
    ORDER BY 2, 1`
  return rows.map(({ serialNumber, revokedAt, reason }) => ({
    serialNumber,
    revokedAt,
    reason: reason !== null && isCrlReason(reason) ? reason : 'unspecified',
  }))
}
