/**
 * Who may ask an embedded CA over SCEP, as somebody at the portal's own machine says (`certdesk scep`). The web's database role can change
 * none of it, so a web process in foreign hands cannot let itself in.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { ScepServerConfig } from '#lib/core/scep/server-config.ts'
import type { RevocationReason } from '#lib/core/x509/crl-reasons.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { addJob } from './jobs.ts'
import { newId } from './new-id.ts'
import { inTransaction } from './transaction.ts'

type Admin = Grant<'settings:manage'>

/** Embedded CAs only: of others we have no key to sign with. */
export async function findScepIssuer(_grant: Admin, name: string): Promise<{ id: string; name: string } | null> {
  return db().issuer.findUnique({ where: { name, kind: 'embedded' }, select: { id: true, name: true } })
}

/** Turns it on with this configuration, or off, keeping it. @returns false: it was never on, so there is nothing to turn off */
export function setScepServer(grant: Admin, issuerId: string, config: ScepServerConfig | null): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const changed =
      config === null
        ? await tx.$executeRaw`UPDATE scep_server SET enabled = false, updated_at = clock_timestamp() WHERE issuer_id = ${issuerId}::uuid`
        : await tx.$executeRaw`
            INSERT INTO scep_server (issuer_id, enabled, config) VALUES (${issuerId}::uuid, true, ${JSON.stringify(config)}::jsonb)
            ON CONFLICT (issuer_id) DO UPDATE SET enabled = true, config = excluded.config, updated_at = clock_timestamp()`
    if (changed === 0) return false
    await writeAudit(tx, grant.actor, {
      action: 'scep.server_changed',
      objectKind: 'issuer',
      objectId: issuerId,
      detail: { enabled: config !== null, ...(config ?? {}) },
    })
    return true
  })
}

/** SHA-256 of a challenge, as it is kept and looked for. */
export const challengeHash = (challenge: string): Bytes =>
  Uint8Array.from(createHash('sha256').update(challenge, 'utf8').digest())

/** Makes a challenge for one certificate. The returned text is the only copy there will ever be. */
export async function createScepChallenge(
  grant: Admin,
  { issuerId, commonName, hours }: { issuerId: string; commonName: string | null; hours: number },
): Promise<{ id: string; challenge: string }> {
  // Of PrintableString's letters, since that is what most clients write it as.
  const challenge = randomBytes(20).toString('hex')
  const id = newId()
  await inTransaction(grant, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO scep_challenge (id, issuer_id, hash, common_name, created_by_name, created_at, expires_at)
      VALUES (${id}::uuid, ${issuerId}::uuid, ${challengeHash(challenge)}, ${commonName}, ${grant.actor.name}, clock_timestamp(),
              clock_timestamp() + make_interval(hours => ${hours}::int))`
    await writeAudit(tx, grant.actor, {
      action: 'scep.challenge_created',
      objectKind: 'issuer',
      objectId: issuerId,
      detail: { challengeId: id, commonName, hours },
    })
  })
  return { id, challenge }
}

/** Registers a registration authority by its key. @returns false: that key is registered, or was and is not trusted again */
export function addScepAuthority(
  grant: Admin,
  authority: { issuerId: string; name: string; certificate: Bytes; spkiSha256: Bytes },
): Promise<boolean> {
  const { issuerId, name, certificate, spkiSha256 } = authority
  return inTransaction(grant, async (tx) => {
    const added = await tx.$executeRaw`
      INSERT INTO scep_authority (id, issuer_id, name, certificate, spki_sha256, created_by_name, created_at)
      VALUES (${newId()}::uuid, ${issuerId}::uuid, ${name}, ${certificate}, ${spkiSha256}, ${grant.actor.name}, clock_timestamp())
      ON CONFLICT (issuer_id, spki_sha256) DO NOTHING`
    if (added === 0) return false
    await writeAudit(tx, grant.actor, {
      action: 'scep.authority_added',
      objectKind: 'issuer',
      objectId: issuerId,
      detail: { name, spkiSha256: Buffer.from(spkiSha256).toString('hex') },
    })
    return true
  })
}

/** From the next request on its signature is worth nothing. @returns false: there is none of that name in force */
export function removeScepAuthority(grant: Admin, issuerId: string, name: string): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE scep_authority SET revoked_at = clock_timestamp() WHERE issuer_id = ${issuerId}::uuid AND name = ${name} AND revoked_at IS NULL`
    if (changed === 0) return false
    await writeAudit(tx, grant.actor, {
      action: 'scep.authority_removed',
      objectKind: 'issuer',
      objectId: issuerId,
      detail: { name },
    })
    return true
  })
}

export interface ScepCertificateRow {
  serialNumber: string
  subject: string
  notAfter: Date
  authorisedBy: string
  revokedAt: Date | null
}

/** Newest first. */
export function listScepCertificates(_grant: Admin, issuerId: string, limit: number): Promise<ScepCertificateRow[]> {
  return db().$queryRaw<ScepCertificateRow[]>`
    SELECT t.serial_number AS "serialNumber", t.subject, t.not_after AS "notAfter", t.revoked_at AS "revokedAt",
           coalesce('registration authority ' || a.name, 'challenge of ' || c.created_by_name, '') AS "authorisedBy"
    FROM scep_transaction t LEFT JOIN scep_authority a ON a.id = t.authority_id LEFT JOIN scep_challenge c ON c.id = t.challenge_id
    WHERE t.issuer_id = ${issuerId}::uuid AND t.der IS NOT NULL ORDER BY t.created_at DESC LIMIT ${limit}::int`
}

/** Revokes; the CRL and OCSP say so at once. @returns false: there is no such certificate that is not revoked */
export function revokeScepCertificate(
  grant: Admin,
  { issuerId, serialNumber, reason }: { issuerId: string; serialNumber: string; reason: RevocationReason },
): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE scep_transaction SET revoked_at = clock_timestamp(), revocation_reason = ${reason}
      WHERE issuer_id = ${issuerId}::uuid AND serial_number = ${serialNumber} AND der IS NOT NULL AND revoked_at IS NULL`
    if (changed === 0) return false
    await addJob(tx, 'publish-crl', {})
    await writeAudit(tx, grant.actor, {
      action: 'scep.revoked',
      objectKind: 'issuer',
      objectId: issuerId,
      detail: { serialNumber, reason },
    })
    return true
  })
}
