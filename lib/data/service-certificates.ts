/**
 * Certificates and sealed keys of the portal's own services (lib/issuer/embedded/service.ts). The web's role may read the certificates
 * only; a row is never changed, a renewed one is a new row, and old ones stay until they have expired, since what was said with them
 * may still be on its way.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import type { Tx } from './transaction.ts'

export interface ServiceCertificate {
  id: string
  certificate: Bytes
  sealed: Bytes
  notAfter: Date
}

/** The newest one that is valid, and the database's time. */
export async function readServiceCertificate(
  tx: Tx | null,
  _grant: Grant<'system:work'>,
  issuerId: string,
  purpose: string,
): Promise<{ newest: ServiceCertificate | null; now: Date }> {
  const rows = await (tx ?? db()).$queryRaw<(Partial<ServiceCertificate> & { now: Date })[]>`
    SELECT clock_timestamp() AS now, s.id, s.certificate, s.sealed, s.not_after AS "notAfter"
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
      SELECT * FROM service_certificate WHERE issuer_id = ${issuerId}::uuid AND purpose = ${purpose} AND not_after > clock_timestamp()
      ORDER BY not_after DESC LIMIT 1) AS s ON true`
  const [row] = rows
  if (row === undefined) throw new Error('a SELECT of one row gave none')
  const { now, id, certificate, sealed, notAfter } = row
  return { newest: id && certificate && sealed && notAfter ? { id, certificate, sealed, notAfter } : null, now }
}

/** One process at a time renews a certificate of that issuer and purpose, until the transaction ends. */
export async function lockService(tx: Tx, _grant: Grant<'system:work'>, issuerId: string, purpose: string): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`service:${issuerId}:${purpose}`}, 0)) IS NULL AS locked`
}

/** Stores a new one and removes those that have expired. @returns its id */
export async function insertServiceCertificate(
  tx: Tx,
  grant: Grant<'system:work'>,
  service: {
    issuerId: string
    issuerName: string
    purpose: string
    certificate: Bytes
    sealed: Bytes
    notBefore: Date
    notAfter: Date
  },
): Promise<string> {
  const { issuerId, issuerName, purpose, certificate, sealed, notBefore, notAfter } = service
  const id = newId()
  await tx.serviceCertificate.create({ data: { id, issuerId, purpose, certificate, sealed, notBefore, notAfter } })
  await tx.$executeRaw`
    DELETE FROM service_certificate WHERE issuer_id = ${issuerId}::uuid AND purpose = ${purpose} AND not_after < now() - interval '7 days'`
  await writeAudit(tx, grant.actor, {
    action: 'service_certificate.issued',
    objectKind: 'issuer',
    objectId: issuerId,
    detail: { name: issuerName, purpose, notAfter: notAfter.toISOString() },
  })
  return id
}
