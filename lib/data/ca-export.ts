/**
 * What an exported CA is made of, and putting one back (lib/workflows/export-ca.ts, restore-ca.ts). For commands of the database's owner:
 * putting back takes rights that neither the worker nor the web has.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type CrlReason, isCrlReason } from '#lib/core/x509/crl-reasons.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import type { Tx } from './transaction.ts'

export interface StoredCa {
  id: string
  name: string
  replacedBy: string | null
  chain: Bytes[]
  secrets: { name: string; sealed: Bytes }[]
  crls: { scope: 'issuing' | 'root'; number: number }[]
}

/** All generations of all embedded CAs that have been made. */
export function listStoredCas(tx: Tx, _grant: Grant<'system:work'>): Promise<StoredCa[]> {
  return tx.$queryRaw<StoredCa[]>`
    SELECT i.id, i.name, r.name AS "replacedBy", i.chain,
           coalesce((SELECT json_agg(json_build_object('scope', scope, 'number', number)) FROM
             (SELECT scope, max(number) AS number FROM crl WHERE issuer_id = i.id GROUP BY scope) AS c), '[]') AS crls
    FROM issuer i LEFT JOIN issuer r ON r.id = i.replaced_by_id
    WHERE i.kind = 'embedded' AND i.certificate IS NOT NULL ORDER BY i.created_at, i.name`.then((rows) =>
    Promise.all(
      rows.map(async (row) => ({
        ...row,
        secrets: await tx.issuerSecret.findMany({ where: { issuerId: row.id }, select: { name: true, sealed: true } }),
      })),
    ),
  )
}

export interface KnownCertificate {
  serialNumber: string
  notAfter: Date
  revokedAt: Date | null
  reason: CrlReason | null
}

/** Every certificate that CRL or OCSP may still have to speak of. */
export async function listKnownCertificates(tx: Tx, _grant: Grant<'system:work'>, issuerId: string): Promise<KnownCertificate[]> {
  const rows = await tx.$queryRaw<(Omit<KnownCertificate, 'reason'> & { reason: string | null })[]>`
    SELECT DISTINCT ON (serial_number) serial_number AS "serialNumber", not_after AS "notAfter", revoked_at AS "revokedAt", reason FROM (
      SELECT serial_number, not_after, revoked_at, revocation_reason AS reason FROM certificate
      WHERE issuer_id = ${issuerId}::uuid AND status <> 'reserved'
      UNION ALL
      SELECT serial_number, not_after, revoked_at, revocation_reason FROM scep_transaction
      WHERE issuer_id = ${issuerId}::uuid AND der IS NOT NULL
      UNION ALL
      SELECT serial_number, not_after, revoked_at, revocation_reason FROM restored_certificate WHERE issuer_id = ${issuerId}::uuid) AS known
    WHERE not_after > now() - interval '14 days' ORDER BY serial_number, revoked_at NULLS LAST`
  return rows.map((row) => ({
    ...row,
    reason: row.revokedAt === null ? null : row.reason !== null && isCrlReason(row.reason) ? row.reason : 'unspecified',
  }))
}

export interface Place {
  id: string
  certificate: Bytes | null
  /** Certificates that stand in its name here, reserved ones too. */
  certificates: number
}

/** What stands here under that name; the row is locked. */
export async function lockPlace(tx: Tx, _grant: Grant<'system:work'>, name: string): Promise<Place | null> {
  const rows = await tx.$queryRaw<Place[]>`
    SELECT i.id, i.certificate, (SELECT count(*)::int FROM certificate c WHERE c.issuer_id = i.id)
      + (SELECT count(*)::int FROM scep_transaction s WHERE s.issuer_id = i.id)
      + (SELECT count(*)::int FROM restored_certificate r WHERE r.issuer_id = i.id) AS certificates
    FROM issuer i WHERE i.name = ${name} AND i.kind = 'embedded' FOR UPDATE OF i`
  return rows[0] ?? null
}

/** Gives the issuer of that name these certificates and keys in the place of whatever it had. @returns its id */
export async function putIssuer(
  tx: Tx,
  _grant: Grant<'system:work'>,
  place: Place | null,
  made: { name: string; chain: readonly Bytes[]; secrets: readonly { name: string; sealed: Bytes }[] },
): Promise<string> {
  const id = place?.id ?? newId()
  const { name, chain, secrets } = made
  const [certificate] = chain
  if (certificate === undefined) throw new RangeError('a chain without certificates')
  const isSame = place?.certificate != null && Buffer.compare(place.certificate, certificate) === 0
  if (place === null) await tx.issuer.create({ data: { id, name, kind: 'embedded', certificate, chain: [...chain] } })
  else if (!isSame) {
    // A CA that never issued anything: nobody can ask about it.
    await tx.$executeRaw`DELETE FROM crl WHERE issuer_id = ${id}::uuid`
    await tx.$executeRaw`DELETE FROM service_certificate WHERE issuer_id = ${id}::uuid`
    await tx.issuer.update({ where: { id }, data: { certificate, chain: [...chain] }, select: { id: true } })
  }
  await tx.issuerSecret.deleteMany({ where: { issuerId: id } })
  await tx.issuerSecret.createMany({ data: secrets.map((secret) => ({ issuerId: id, ...secret })) })
  return id
}

/** Links generations as they were, where this database does not know of a newer one. */
export async function linkGeneration(tx: Tx, _grant: Grant<'system:work'>, name: string, replacedBy: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE issuer SET replaced_by_id = (SELECT id FROM issuer WHERE name = ${replacedBy})
    WHERE name = ${name} AND replaced_by_id IS NULL`
}

/**
 * Keeps what the export knew of certificates that have no row of their own here, or were not revoked here.
 *
 * @returns how many are valid here and were revoked in the export
 */
export async function insertRestoredCertificates(
  tx: Tx,
  _grant: Grant<'system:work'>,
  issuerId: string,
  known: readonly KnownCertificate[],
): Promise<{ revokedOnlyThere: number }> {
  const rows = await tx.$queryRaw<{ here: boolean }[]>`
    WITH export AS (
      SELECT * FROM unnest(${known.map((one) => one.serialNumber)}::text[], ${known.map((one) => one.notAfter)}::timestamptz[],
        ${known.map((one) => one.revokedAt)}::timestamptz[], ${known.map((one) => one.reason)}::text[])
        AS e (serial_number, not_after, revoked_at, reason)
    ), added AS (
      INSERT INTO restored_certificate (issuer_id, serial_number, not_after, revoked_at, revocation_reason)
      SELECT ${issuerId}::uuid, e.serial_number, e.not_after, e.revoked_at, e.reason FROM export e
      LEFT JOIN certificate c ON c.issuer_id = ${issuerId}::uuid AND c.serial_number = e.serial_number
      LEFT JOIN scep_transaction s ON s.issuer_id = ${issuerId}::uuid AND s.serial_number = e.serial_number
      WHERE (c.id IS NULL AND s.id IS NULL) OR (e.revoked_at IS NOT NULL AND c.status IS DISTINCT FROM 'revoked' AND s.revoked_at IS NULL)
      ON CONFLICT (issuer_id, serial_number) DO UPDATE SET revoked_at = excluded.revoked_at, revocation_reason = excluded.revocation_reason
        WHERE restored_certificate.revoked_at IS NULL
      RETURNING serial_number
    ), here AS (
      SELECT c.id FROM added a JOIN certificate c ON c.issuer_id = ${issuerId}::uuid AND c.serial_number = a.serial_number
    ), forgotten AS (
      -- What was said of them is no longer true.
      DELETE FROM ocsp_response WHERE certificate_id IN (SELECT id FROM here)
    )
    SELECT true AS here FROM here`
  return { revokedOnlyThere: rows.length }
}

export async function auditExport(
  tx: Tx,
  grant: Grant<'system:work'>,
  action: 'issuer.exported' | 'issuer.restored',
  issuers: readonly { id: string; name: string; certificates: number }[],
): Promise<void> {
  for (const { id, name, certificates } of issuers)
    await writeAudit(tx, grant.actor, { action, objectKind: 'issuer', objectId: id, detail: { name, certificates } })
}
