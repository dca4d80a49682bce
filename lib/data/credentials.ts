/**
 * Credentials of remote CAs: what the web may do with them (encrypt and add, see since when there is one), and the worker's key pair that
 * they are encrypted to. Reading them is part of `readIssuer`, the worker's.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { inTransaction, type Tx } from './transaction.ts'

/** The public half of the newest key; null while no worker has made one. */
export function findSealingKey(_grant: Grant<'settings:manage'>): Promise<{ id: string; publicKey: Bytes } | null> {
  return db().sealingKey.findFirst({ orderBy: { createdAt: 'desc' }, select: { id: true, publicKey: true } })
}

/**
 * Stores the worker's key pair unless there is one: of two workers that made one at the same start, one stores its own.
 * @returns the stored private half, sealed: the worker that starts holds it against its passphrase
 */
export function ensureSealingKey(
  grant: Grant<'system:work'>,
  make: () => Promise<{ id: string; publicKey: Bytes; privateSealed: Bytes }>,
): Promise<{ id: string; privateSealed: Bytes }> {
  return inTransaction(grant, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('sealing_key', 0)) IS NULL AS locked`
    const found = await tx.sealingKey.findFirst({ orderBy: { createdAt: 'desc' }, select: { id: true, privateSealed: true } })
    if (found) return found
    const made = await make()
    await tx.sealingKey.create({ data: made })
    return made
  })
}

export interface NewCredential {
  issuerId: string
  name: string
  sealingKeyId: string
  sealed: Bytes
}

/** Adds it; from now on it is the one that counts. By column names, since the web may not read back what it wrote. */
export async function insertCredential(
  tx: Tx,
  grant: Grant<'settings:manage'> | Grant<'system:work'>,
  credential: NewCredential,
): Promise<void> {
  const { issuerId, name, sealingKeyId, sealed } = credential
  await tx.$executeRaw`
    INSERT INTO issuer_credential (id, issuer_id, name, sealing_key_id, sealed, created_by_name)
    VALUES (${newId()}::uuid, ${issuerId}::uuid, ${name}, ${sealingKeyId}::uuid, ${sealed}, ${grant.actor.name})`
  await writeAudit(tx, grant.actor, {
    action: 'issuer.credential_set',
    objectKind: 'issuer',
    objectId: issuerId,
    detail: { name },
  })
}

export interface CredentialSince {
  name: string
  since: Date
  by: string
}

/** Which credentials that issuer has, since when and by whom; never what they are. */
export async function listCredentials(
  _grant: Grant<'settings:read'> | Grant<'settings:manage'>,
  issuerId: string,
): Promise<CredentialSince[]> {
  return await db().$queryRaw<CredentialSince[]>`
    SELECT DISTINCT ON (name) name, created_at AS since, created_by_name AS by FROM issuer_credential
    WHERE issuer_id = ${issuerId}::uuid ORDER BY name, created_at DESC, id DESC`
}
