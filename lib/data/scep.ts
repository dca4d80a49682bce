/**
 * What the worker needs to answer SCEP: whether a CA does, who may ask, and what was made of each transaction.
 *
 * A transaction is reserved (serial number and TBS, and the challenge used up) in one database transaction before anything is signed, so a
 * crash in between neither loses the challenge nor makes a second certificate: the same request again goes on with the stored bytes.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type ScepServerConfig, scepServerConfigSchema } from '#lib/core/scep/server-config.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { inTransaction } from './transaction.ts'

export interface ScepServer {
  /** The issuer that was asked by name: challenges and registration authorities are its. */
  id: string
  /** The one that issues: the same, or the generation that replaced it. */
  issuer: { id: string; name: string; revision: number }
  /** From the issuing certificate to the root. */
  chain: Bytes[]
  config: ScepServerConfig
}

/** Null: there is no such CA, or it does not answer SCEP. For everybody: it says no more than the server does. */
export async function readScepServer(issuerName: string): Promise<ScepServer | null> {
  const rows = await db().$queryRaw<
    { serverId: string; id: string; name: string; revision: number; chain: Bytes[]; config: unknown }[]
  >`
    SELECT asked.id AS "serverId", i.id, i.name, i.revision, i.chain, s.config
    FROM issuer asked JOIN scep_server s ON s.issuer_id = asked.id JOIN issuer i ON i.id = coalesce(asked.replaced_by_id, asked.id)
    WHERE asked.name = ${issuerName} AND asked.kind = 'embedded' AND i.certificate IS NOT NULL AND s.enabled`
  const [row] = rows
  if (row === undefined) return null
  const { serverId, id, name, revision, chain, config } = row
  return { id: serverId, issuer: { id, name, revision }, chain, config: scepServerConfigSchema.parse(config) }
}

/** Whether some enabled server issues through that issuer, so that it needs a registration authority. */
export async function isScepServed(_grant: Grant<'system:work'>, issuerId: string): Promise<boolean> {
  const rows = await db().$queryRaw<{ served: boolean }[]>`
    SELECT EXISTS (SELECT FROM scep_server s JOIN issuer asked ON asked.id = s.issuer_id
                   WHERE s.enabled AND coalesce(asked.replaced_by_id, asked.id) = ${issuerId}::uuid) AS served`
  return rows[0]?.served ?? false
}

/** The registration authority's certificate that clients are to use now; null while no worker has made one. */
export async function readScepCertificate(issuerId: string): Promise<Bytes | null> {
  const rows = await db().$queryRaw<{ certificate: Bytes }[]>`
    SELECT certificate FROM service_certificate WHERE issuer_id = ${issuerId}::uuid AND purpose = 'scep' AND not_after > clock_timestamp()
    ORDER BY not_after DESC LIMIT 1`
  return rows[0]?.certificate ?? null
}

export interface ScepTransaction {
  id: string
  spkiSha256: Bytes
  signerSha256: Bytes
  tbs: Bytes
  der: Bytes | null
  revokedAt: Date | null
}

export async function findScepTransaction(
  _grant: Grant<'system:work'>,
  issuerId: string,
  transactionId: string,
): Promise<ScepTransaction | null> {
  const rows = await db().$queryRaw<ScepTransaction[]>`
    SELECT id, spki_sha256 AS "spkiSha256", signer_sha256 AS "signerSha256", tbs, der, revoked_at AS "revokedAt"
    FROM scep_transaction WHERE issuer_id = ${issuerId}::uuid AND transaction_id = ${transactionId}`
  return rows[0] ?? null
}

/** A registration authority with that key that is in force. */
export async function findScepAuthority(
  _grant: Grant<'system:work'>,
  issuerId: string,
  spkiSha256: Bytes,
): Promise<{ id: string; certificate: Bytes } | null> {
  const rows = await db().$queryRaw<{ id: string; certificate: Bytes }[]>`
    SELECT id, certificate FROM scep_authority
    WHERE issuer_id = ${issuerId}::uuid AND spki_sha256 = ${spkiSha256} AND revoked_at IS NULL`
  return rows[0] ?? null
}

/** Keys that get no certificate over SCEP: blocked ones, and those of people's phones. */
export async function isKeyTaken(_grant: Grant<'system:work'>, spkiSha256: Bytes): Promise<boolean> {
  const rows = await db().$queryRaw<{ taken: boolean }[]>`
    SELECT EXISTS (SELECT FROM blocked_key WHERE spki_sha256 = ${spkiSha256})
        OR EXISTS (SELECT FROM enrollment_key WHERE spki_sha256 = ${spkiSha256}) AS taken`
  return rows[0]?.taken ?? true
}

export interface ScepReservation {
  issuerId: string
  transactionId: string
  serialNumber: string
  spkiSha256: Bytes
  signerSha256: Bytes
  subject: string
  tbs: Bytes
  notBefore: Date
  notAfter: Date
  /** Whose challenge it is (ScepServer.id). */
  serverId: string
}

/** What makes the request one that may be granted. */
export type ScepAuthorisation = { kind: 'authority'; id: string } | { kind: 'challenge'; hash: Bytes; commonName: string }

/** Undoes the transaction: another request reserved it first. */
class ReservedBefore extends Error {}

/**
 * Reserves the transaction. A challenge is used up with it: of two requests with one challenge, one gets the row.
 *
 * @returns 'not_authorised': no such challenge that still holds; 'exists': the transaction is there already, read it
 */
export async function reserveScepTransaction(
  grant: Grant<'system:work'>,
  reservation: ScepReservation,
  authorisation: ScepAuthorisation,
): Promise<{ id: string } | 'not_authorised' | 'exists'> {
  const { issuerId, serverId, transactionId, serialNumber, spkiSha256, signerSha256, subject, tbs, notBefore, notAfter } =
    reservation
  try {
    return await inTransaction(grant, async (tx) => {
      let challengeId: string | null = null
      if (authorisation.kind === 'challenge') {
        const used = await tx.$queryRaw<{ id: string }[]>`
          UPDATE scep_challenge SET used_at = clock_timestamp()
          WHERE issuer_id = ${serverId}::uuid AND hash = ${authorisation.hash} AND used_at IS NULL AND expires_at > clock_timestamp()
            AND (common_name IS NULL OR common_name = ${authorisation.commonName})
          RETURNING id`
        challengeId = used[0]?.id ?? null
        if (challengeId === null) return 'not_authorised'
      }
      const authorityId = authorisation.kind === 'authority' ? authorisation.id : null
      const id = newId()
      const rows = await tx.$queryRaw<{ id: string }[]>`
        INSERT INTO scep_transaction (id, issuer_id, transaction_id, serial_number, spki_sha256, signer_sha256, challenge_id, authority_id,
                                      subject, tbs, not_before, not_after, created_at)
        VALUES (${id}::uuid, ${issuerId}::uuid, ${transactionId}, ${serialNumber}, ${spkiSha256}, ${signerSha256}, ${challengeId}::uuid,
                ${authorityId}::uuid, ${subject}, ${tbs}, ${notBefore}::timestamptz, ${notAfter}::timestamptz, clock_timestamp())
        ON CONFLICT (issuer_id, transaction_id) DO NOTHING
        RETURNING id`
      // The challenge is given back with the rollback.
      if (rows.length === 0) throw new ReservedBefore()
      return { id }
    })
  } catch (error) {
    if (error instanceof ReservedBefore) return 'exists'
    throw error
  }
}

/** Keeps the certificate; the first one stays. */
export function storeScepIssued(
  grant: Grant<'system:work'>,
  issued: { id: string; issuerId: string; der: Bytes; serialNumber: string },
): Promise<void> {
  const { id, issuerId, der, serialNumber } = issued
  return inTransaction(grant, async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE scep_transaction SET der = ${der}, issued_at = clock_timestamp() WHERE id = ${id}::uuid AND der IS NULL`
    if (changed === 1)
      await writeAudit(tx, grant.actor, {
        action: 'scep.issued',
        objectKind: 'issuer',
        objectId: issuerId,
        detail: { serialNumber },
      })
  })
}
