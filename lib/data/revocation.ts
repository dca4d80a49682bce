/**
 * Making wishes about certificates true (revocation-wishes.ts), by the worker; and what the CRL must list.
 *
 * Our own CA does what is wished in this very transaction. A CA that no program can tell (SCEP and EST know no revocation) gets a task for a
 * person, and the certificate counts as valid until that CA itself says otherwise to the world (revocation-proofs.ts).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type CrlReason, isCrlReason } from '#lib/core/x509/crl-reasons.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { endCommand } from './commands.ts'
import { lockEnrollment } from './enrollment-writes.ts'
import { addJob } from './jobs.ts'
import { inTransaction, type Tx } from './transaction.ts'
import { tryTransition } from './transition.ts'

type System = Grant<'system:work'>

/** Where the CA says what became of it: one row of revocation_proof each. */
export interface ProofPlace {
  source: 'ocsp' | 'crl'
  url: string
}

/** The certificate as issued; null if there is no such certificate, or none yet. */
export async function readIssuedDer(_grant: System, certificateId: string): Promise<Bytes | null> {
  const certificate = await db().certificate.findUnique({ where: { id: certificateId }, select: { der: true } })
  return certificate?.der ?? null
}

export interface OpenWish {
  id: string
  kind: 'revoke' | 'hold' | 'release'
  reason: string
  requestedBy: string
  certificateId: string
  enrollmentId: string
}

/** How long after the wish the world must know: our own CA at once, another one when a person has been there. */
const DUE_S = { own: 600, other: 86_400 } as const

/**
 * Makes the open wish of that certificate true: status, the wish's end, the CRL job, places of proof, the enrolment (`undelivered` →
 * `revoked_undelivered` once none of its certificates is left), audit. Does nothing that was done before.
 */
export function applyRevocation(grant: System, certificateId: string, places: readonly ProofPlace[]): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const [wish] = await tx.$queryRaw<(OpenWish & { own: boolean })[]>`
      SELECT r.id, r.kind::text AS kind, r.reason, r.requested_by AS "requestedBy", c.id AS "certificateId",
        k.enrollment_id AS "enrollmentId", i.kind = 'embedded' AS own
      FROM revocation_request r
      JOIN certificate c ON c.id = r.certificate_id
      JOIN enrollment_key k ON k.id = c.enrollment_key_id
      JOIN issuer i ON i.id = c.issuer_id
      WHERE r.certificate_id = ${certificateId}::uuid AND r.state = 'wanted' FOR UPDATE OF r`
    if (wish === undefined) return settleAgain(tx, grant, certificateId)
    await lockEnrollment(tx, grant, wish.enrollmentId)
    if (wish.own) {
      if (!(await changeStatus(tx, grant, wish, null))) return
    } else {
      await tx.$executeRaw`UPDATE revocation_request SET state = 'by_hand' WHERE id = ${wish.id}::uuid`
      await writeAudit(tx, grant.actor, {
        action: 'certificate.to_be_revoked_by_hand',
        objectKind: 'certificate',
        objectId: certificateId,
        enrollmentId: wish.enrollmentId,
        detail: { kind: wish.kind, reason: wish.reason },
      })
    }
    if (places.length === 0) return
    const rows = places.map(
      ({ source, url }) => Prisma.sql`(${wish.id}::uuid, ${source}::proof_source, ${url}, clock_timestamp(),
        clock_timestamp() + make_interval(secs => ${wish.own ? DUE_S.own : DUE_S.other}))`,
    )
    await tx.$executeRaw`
      INSERT INTO revocation_proof (request_id, source, url, next_check_at, due_at) VALUES ${Prisma.join(rows)} ON CONFLICT DO NOTHING`
    await addJob(tx, 'prove-revocation', { requestId: wish.id }, wish.own ? 1 : 0)
  })
}

const ACTIONS = { revoke: 'certificate.revoked', hold: 'certificate.held', release: 'certificate.released' } as const

/**
 * The certificate's new standing and the wish's end. A wish that no longer fits, because another one was made true while it was being
 * written down, ends as `void`.
 *
 * @param at when the CA says it was revoked; null: now
 * @returns whether the certificate has changed
 */
export async function changeStatus(tx: Tx, grant: System, wish: OpenWish, at: Date | null): Promise<boolean> {
  const { id, kind, reason, requestedBy, certificateId, enrollmentId } = wish
  const set =
    kind === 'release'
      ? Prisma.sql`status = 'issued', revoked_at = NULL, revocation_reason = NULL`
      : Prisma.sql`status = 'revoked', revoked_at = coalesce(${at}::timestamptz, clock_timestamp()), revocation_reason = ${reason}`
  // Held ones can be released or revoked for good; what is revoked for good is never touched again.
  const from =
    kind === 'release'
      ? Prisma.sql`status = 'revoked' AND revocation_reason = 'certificateHold'`
      : kind === 'hold'
        ? Prisma.sql`status = 'issued'`
        : Prisma.sql`(status = 'issued' OR (status = 'revoked' AND revocation_reason = 'certificateHold'))`
  const [changed] = await tx.$queryRaw<{ serialNumber: string }[]>`
    UPDATE certificate SET ${set} WHERE id = ${certificateId}::uuid AND ${from} RETURNING serial_number AS "serialNumber"`
  await tx.$executeRaw`
    UPDATE revocation_request SET state = ${changed ? 'done' : 'void'}::revocation_state, done_at = clock_timestamp()
    WHERE id = ${id}::uuid AND done_at IS NULL`
  await addJob(tx, 'publish-crl', {})
  if (kind === 'revoke') await settle(tx, grant, enrollmentId, { reason, requestedBy })
  if (changed !== undefined)
    await writeAudit(tx, grant.actor, {
      action: ACTIONS[kind],
      objectKind: 'certificate',
      objectId: certificateId,
      enrollmentId,
      detail: { serialNumber: changed.serialNumber, reason, requestedBy },
    })
  return changed !== undefined
}

/** A certificate on hold is not lost: only what is revoked for good ends the enrolment. */
async function settle(
  tx: Tx,
  grant: System,
  enrollmentId: string,
  detail: { reason: string; requestedBy: string },
): Promise<void> {
  const [count] = await tx.$queryRaw<{ left: number }[]>`
    SELECT count(*)::int AS left FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id
    WHERE k.enrollment_id = ${enrollmentId}::uuid AND (c.status = 'issued' OR c.revocation_reason = 'certificateHold')`
  if (count?.left === 0) await tryTransition(tx, grant, { enrollmentId, from: 'undelivered', to: 'revoked_undelivered', detail })
}

/** Nothing is open: a certificate that was revoked during a delivery which failed afterwards may have left its enrolment behind. */
async function settleAgain(tx: Tx, grant: System, certificateId: string): Promise<void> {
  const [last] = await tx.$queryRaw<{ enrollmentId: string; reason: string; requestedBy: string }[]>`
    SELECT k.enrollment_id AS "enrollmentId", r.reason, r.requested_by AS "requestedBy"
    FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id
    JOIN revocation_request r ON r.certificate_id = c.id AND r.kind = 'revoke' AND r.state = 'done'
    WHERE c.id = ${certificateId}::uuid AND c.status = 'revoked' ORDER BY r.requested_at DESC LIMIT 1`
  if (last === undefined) return
  await lockEnrollment(tx, grant, last.enrollmentId)
  await settle(tx, grant, last.enrollmentId, { reason: last.reason, requestedBy: last.requestedBy })
}

/**
 * Ends a delivery whose certificate was revoked (or put on hold) before it was given to the phone: `delivering` → `undelivered`, and on to
 * `revoked_undelivered` where no other certificate is left.
 *
 * @returns false if none of them is revoked, or the enrolment stands elsewhere
 */
export function endRevokedDelivery(grant: System, enrollmentId: string): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (enrollment?.state !== 'delivering') return false
    const [count] = await tx.$queryRaw<{ revoked: number; left: number }[]>`
      SELECT count(*) FILTER (WHERE c.status = 'revoked')::int AS revoked,
        count(*) FILTER (WHERE c.status = 'issued' OR c.revocation_reason = 'certificateHold')::int AS left
      FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = ${enrollmentId}::uuid`
    if (!count?.revoked) return false
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    const failureDetail = 'A certificate was revoked or put on hold before it was delivered.'
    await tryTransition(tx, grant, { enrollmentId, from: 'delivering', to: 'undelivered', set: { failureDetail } })
    if (count.left === 0) await tryTransition(tx, grant, { enrollmentId, from: 'undelivered', to: 'revoked_undelivered' })
    return true
  })
}

/**
 * What the issuer's CRL must list, in a fixed order: what is revoked now (a hold that was released is not), and what a restored CA had
 * revoked. A certificate leaves the list two weeks after its end: RFC 5280 §3.3 wants it on one more regular CRL after that, and one is made
 * at least every week.
 */
export async function listRevoked(
  tx: Tx,
  _grant: System,
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
