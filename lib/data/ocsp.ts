/**
 * What OCSP answers are made of: the state of certificates by serial number, and answers that were signed before and still hold.
 *
 * A stored answer is removed by a trigger in the transaction that changes its certificate (certificate_ocsp), and stored only while the
 * certificate is locked against such a change: no stored answer ever says what has stopped being true.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type CrlReason, isCrlReason } from '#lib/core/x509/crl-reasons.ts'
import type { CertificateStatus } from '#lib/core/x509/ocsp-response.ts'
import { db } from '#lib/db.ts'

export interface StoredOcspResponse {
  der: Bytes
  thisUpdate: Date
  nextUpdate: Date
}

/** A signed answer to exactly that CertID which has at least half of its life left; for everybody. */
export async function readPublishedOcspResponse(certId: Uint8Array<ArrayBuffer>): Promise<StoredOcspResponse | null> {
  const rows = await db().$queryRaw<StoredOcspResponse[]>`
    SELECT der, this_update AS "thisUpdate", next_update AS "nextUpdate" FROM ocsp_response
    WHERE cert_id = ${certId} AND clock_timestamp() < this_update + (next_update - this_update) / 2`
  return rows[0] ?? null
}

export interface KnownStatus {
  status: CertificateStatus
  /** Null where only a restored record is left of the certificate, and for another client's over SCEP. */
  certificateId: string | null
}

interface StatusRow {
  serialNumber: string
  certificateId: string | null
  revokedAt: Date | null
  reason: string | null
}

/** By serial number; what is not among them was never issued here, as far as anybody knows. A reserved number is not issued. */
export async function readCertificateStatuses(
  _grant: Grant<'system:work'>,
  issuerId: string,
  serialNumbers: readonly string[],
): Promise<Map<string, KnownStatus>> {
  const rows = await db().$queryRaw<StatusRow[]>`
    SELECT serial_number AS "serialNumber", id AS "certificateId", revoked_at AS "revokedAt", revocation_reason AS reason FROM certificate
    WHERE issuer_id = ${issuerId}::uuid AND serial_number = ANY(${[...serialNumbers]}::text[]) AND status <> 'reserved'
    UNION ALL
    SELECT serial_number, NULL, revoked_at, revocation_reason FROM restored_certificate
    WHERE issuer_id = ${issuerId}::uuid AND serial_number = ANY(${[...serialNumbers]}::text[])
    UNION ALL
    SELECT serial_number, NULL, revoked_at, revocation_reason FROM scep_transaction
    WHERE issuer_id = ${issuerId}::uuid AND serial_number = ANY(${[...serialNumbers]}::text[]) AND der IS NOT NULL
    ORDER BY 3 NULLS FIRST`
  // Where two records speak of one number, the one that says revoked comes last and is believed.
  return new Map(rows.map((row) => [row.serialNumber, { certificateId: row.certificateId, status: statusOf(row) }]))
}

const statusOf = ({ revokedAt, reason }: StatusRow): CertificateStatus =>
  revokedAt === null ? { status: 'good' } : { status: 'revoked', revokedAt, reason: reasonOf(reason) }

const reasonOf = (text: string | null): CrlReason => (text !== null && isCrlReason(text) ? text : 'unspecified')

/**
 * Keeps an answer for whoever asks next, unless the certificate's state is no longer what the answer says: the row is locked against
 * changes until this is committed, and a change that comes later removes the answer.
 */
export async function storeOcspResponse(
  _grant: Grant<'system:work'>,
  answer: StoredOcspResponse & { certId: Uint8Array<ArrayBuffer>; certificateId: string; status: CertificateStatus },
): Promise<void> {
  const { certId, certificateId, status, der, thisUpdate, nextUpdate } = answer
  const [revokedAt, reason] = status.status === 'revoked' ? [status.revokedAt, status.reason] : [null, null]
  await db().$executeRaw`
    INSERT INTO ocsp_response (cert_id, certificate_id, der, this_update, next_update)
    SELECT ${certId}, id, ${der}, ${thisUpdate}::timestamptz, ${nextUpdate}::timestamptz FROM (
      SELECT id FROM certificate
      WHERE id = ${certificateId}::uuid AND revoked_at IS NOT DISTINCT FROM ${revokedAt}::timestamptz
        AND coalesce(revocation_reason, 'unspecified') = coalesce(${reason}::text, revocation_reason, 'unspecified')
      FOR SHARE) AS c
    ON CONFLICT (cert_id) DO UPDATE SET der = excluded.der, this_update = excluded.this_update, next_update = excluded.next_update`
}

/** Answers that nobody takes any more. */
export async function forgetOldOcspResponses(_grant: Grant<'system:work'>): Promise<void> {
  await db().$executeRaw`DELETE FROM ocsp_response WHERE next_update < now()`
}
