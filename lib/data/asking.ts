/**
 * Asking a remote CA, written down around every request: that it is about to be made, and that its answer was read.
 *
 * Between the two lies everything that can make a certificate nobody here has seen: a crash, a cut line, a CA that signs and then fails. A
 * reserved certificate with `asked_at` later than `answer_read_at` is such a one; asking for it again is written into the audit.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { openIncident } from './incidents.ts'
import { inTransaction } from './transaction.ts'

export interface Asking {
  enrollmentId: string
  certificateId: string
  issuerName: string
}

/** No issuer takes longer for one request; a request older than this without an answer is nobody's any more. */
export const REQUEST_LEASE_S = 30

/**
 * Before the request.
 *
 * @param unanswered when an earlier request was made whose answer was never read; null: none, or asking again is harmless there
 * @returns false if another worker's request is under way, or there is nothing to ask for any more: look again later
 */
export function noteAsking(grant: Grant<'system:work'>, asking: Asking, unanswered: Date | null): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE certificate SET asks = asks + 1, asked_at = clock_timestamp()
      WHERE id = ${asking.certificateId}::uuid AND status = 'reserved' AND held_der IS NULL
        AND (asked_at IS NULL OR answer_read_at >= asked_at OR asked_at < clock_timestamp() - make_interval(secs => ${REQUEST_LEASE_S}))`
    if (changed === 0) return false
    if (unanswered !== null) {
      const { enrollmentId, certificateId, issuerName } = asking
      const detail = { issuer: issuerName, askedAt: unanswered.toISOString() }
      await openIncident(tx, grant, {
        kind: 'certificate_unseen',
        about: `certificate:${certificateId}`,
        enrollmentId,
        certificateId,
        detail,
      })
      await writeAudit(tx, grant.actor, {
        action: 'certificate.asked_again',
        objectKind: 'certificate',
        objectId: certificateId,
        enrollmentId,
        detail,
      })
    }
    return true
  })
}

/** After it: an answer was read, or the request is known not to have arrived. */
export async function noteAnswerRead(
  _grant: Grant<'system:work'>,
  certificateId: string,
  { pending }: { pending: boolean },
): Promise<void> {
  await db().$executeRaw`
    UPDATE certificate
    SET answer_read_at = clock_timestamp(), pending_since = CASE WHEN ${pending}::boolean THEN coalesce(pending_since, clock_timestamp()) END
    WHERE id = ${certificateId}::uuid AND status = 'reserved'`
}

/**
 * Keeps what the CA gave, once it was found right, until all certificates of the enrolment are there.
 * @returns what is kept now: of two workers that asked at once, the first one's
 */
export async function holdCertificate(_grant: Grant<'system:work'>, certificateId: string, der: Bytes): Promise<Bytes | null> {
  await db().$executeRaw`
    UPDATE certificate SET held_der = ${der}, answer_read_at = clock_timestamp(), pending_since = NULL
    WHERE id = ${certificateId}::uuid AND status = 'reserved' AND held_der IS NULL`
  const rows = await db().$queryRaw<{ heldDer: Bytes | null }[]>`
    SELECT held_der AS "heldDer" FROM certificate WHERE id = ${certificateId}::uuid`
  return rows[0]?.heldDer ?? null
}
