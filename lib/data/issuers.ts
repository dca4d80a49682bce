/**
 * Issuers: their certificates (public), their sealed keys (the worker's database role only) and their CRLs.
 *
 * The functions named `readPublished…` take no grant: what they give stands in every certificate's extensions and is for the whole world.
 */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { inTransaction, type Tx } from './transaction.ts'

export interface IssuerRecord {
  id: string
  name: string
  kind: 'embedded' | 'scep' | 'est'
  /** As stored; the kind's schema reads it (lib/core/issuer-config). */
  config: unknown
  certificate: Bytes | null
  /** Signing certificate first, anchor last. */
  chain: Bytes[]
  revision: number
  secrets: { name: string; sealed: Bytes }[]
  /** The newest of each name. */
  credentials: { name: string; sealed: Bytes; sealingKey: { id: string; privateSealed: Bytes } }[]
}

/** The issuer with its sealed keys and credentials. */
export async function readIssuer(
  _grant: Grant<'system:work'>,
  where: { id: string } | { name: string },
): Promise<IssuerRecord | null> {
  const issuer = await db().issuer.findUnique({
    where,
    select: {
      id: true,
      name: true,
      kind: true,
      config: true,
      certificate: true,
      chain: true,
      revision: true,
      secrets: { select: { name: true, sealed: true } },
      credentials: {
        select: { name: true, sealed: true, sealingKey: { select: { id: true, privateSealed: true } } },
        orderBy: [{ name: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
      },
    },
  })
  if (issuer === null) return null
  const newest = issuer.credentials.filter(({ name }, at, all) => all[at - 1]?.name !== name)
  return { ...issuer, credentials: newest }
}

/**
 * Issuers whose CRLs and services are ours to keep up: all generations of our own CAs but those that were replaced and whose last certificate
 * has been expired for two weeks. The one that holds the root's key is among them for good, because of the root's CRL.
 */
export function listCrlIssuers(_grant: Grant<'system:work'>): Promise<{ id: string; name: string; revision: number }[]> {
  return db().$queryRaw`
    SELECT i.id, i.name, i.revision FROM issuer i
    WHERE i.kind = 'embedded' AND i.certificate IS NOT NULL
      AND (i.replaced_by_id IS NULL
        OR EXISTS (SELECT FROM issuer_secret s WHERE s.issuer_id = i.id AND s.name = 'root-key')
        OR EXISTS (SELECT FROM certificate c WHERE c.issuer_id = i.id AND c.not_after > now() - interval '14 days')
        OR EXISTS (SELECT FROM scep_transaction t WHERE t.issuer_id = i.id AND t.not_after > now() - interval '14 days')
        OR EXISTS (SELECT FROM restored_certificate r WHERE r.issuer_id = i.id AND r.not_after > now() - interval '14 days'))
    ORDER BY i.name`
}

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Gives the embedded issuer of that name its certificates and keys, unless it has some: of two workers that made a CA at the same first
 * start, one stores its own and the other's is thrown away (unique name, and `certificate IS NULL` in the UPDATE).
 *
 * @returns whether it was this one
 */
export function storeEmbeddedIssuer(
  grant: Grant<'system:work'>,
  name: string,
  ca: { certificate: Bytes; chain: readonly Bytes[]; secrets: readonly { name: string; sealed: Bytes }[] },
): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO issuer (id, name, kind, chain) VALUES (${newId()}::uuid, ${name}, 'embedded', '{}') ON CONFLICT (name) DO NOTHING`
    const issuer = await tx.issuer.updateManyAndReturn({
      where: { name, kind: 'embedded', certificate: null },
      data: { certificate: ca.certificate, chain: [...ca.chain] },
      select: { id: true },
    })
    const [first] = issuer
    if (first === undefined) return false
    await tx.issuerSecret.createMany({
      data: ca.secrets.map((secret) => ({ issuerId: first.id, name: secret.name, sealed: secret.sealed })),
    })
    await writeAudit(tx, grant.actor, {
      action: 'issuer.created',
      objectKind: 'issuer',
      objectId: first.id,
      detail: { name, certificateSha256: sha256Hex(ca.certificate) },
    })
    return true
  })
}

/** The certificate that signs leaves and the chain up to the anchor; null for an unknown name or an issuer not made yet. */
export async function readPublishedIssuer(name: string): Promise<{ certificate: Bytes; chain: Bytes[] } | null> {
  const issuer = await db().issuer.findUnique({ where: { name }, select: { certificate: true, chain: true } })
  return issuer?.certificate ? { certificate: issuer.certificate, chain: issuer.chain } : null
}

/** Which issuer it is, by its name in addresses, if it is one of ours and made. */
export async function findPublishedIssuer(
  name: string,
): Promise<{ id: string; name: string; certificate: Bytes; revision: number } | null> {
  const issuer = await db().issuer.findUnique({
    where: { name, kind: 'embedded' },
    select: { id: true, name: true, certificate: true, revision: true },
  })
  return issuer?.certificate ? { ...issuer, certificate: issuer.certificate } : null
}

/** Names of the issuers that have certificates to publish, which of them publish CRLs, and under which names the root's is found. */
export async function listPublishedIssuers(): Promise<{ name: string; crls: boolean; rootCrl: boolean }[]> {
  const issuers = await db().issuer.findMany({
    where: { certificate: { not: null } },
    select: { name: true, kind: true, crls: { where: { scope: 'root' }, select: { scope: true }, take: 1 } },
    orderBy: { name: 'asc' },
  })
  return issuers.map(({ name, kind, crls }) => ({ name, crls: kind === 'embedded', rootCrl: crls.length > 0 }))
}

export interface StoredCrl {
  number: number
  der: Bytes
  thisUpdate: Date
  nextUpdate: Date
}

export type CrlScope = 'issuing' | 'root'

/** The newest CRL of that issuer, for everybody; null when there is none. */
export function readPublishedCrl(issuerName: string, scope: CrlScope): Promise<StoredCrl | null> {
  return db().crl.findFirst({
    where: { scope, issuer: { name: issuerName } },
    orderBy: { number: 'desc' },
    select: { number: true, der: true, thisUpdate: true, nextUpdate: true },
  })
}

/**
 * Lets one process at a time make a CRL of that issuer and scope, until the transaction ends; then gives the newest one there is and
 * the database's time.
 */
export async function lockCrl(
  tx: Tx,
  _grant: Grant<'system:work'>,
  issuerId: string,
  scope: CrlScope,
): Promise<{ latest: StoredCrl | null; now: Date }> {
  const rows = await tx.$queryRaw<{ now: Date }[]>`
    SELECT clock_timestamp() AS now FROM (SELECT pg_advisory_xact_lock(hashtextextended(${`crl:${issuerId}:${scope}`}, 0))) AS locked`
  const latest = await tx.crl.findFirst({
    where: { issuerId, scope },
    orderBy: { number: 'desc' },
    select: { number: true, der: true, thisUpdate: true, nextUpdate: true },
  })
  return { latest, now: rows[0]?.now ?? new Date() }
}

export async function insertCrl(
  tx: Tx,
  grant: Grant<'system:work'>,
  crl: StoredCrl & { issuerId: string; issuerName: string; scope: CrlScope; revoked: number; because: string },
): Promise<void> {
  const { issuerId, issuerName, scope, number, der, thisUpdate, nextUpdate, revoked, because } = crl
  await tx.crl.create({ data: { issuerId, scope, number, der, thisUpdate, nextUpdate } })
  await tx.$executeRaw`
    DELETE FROM crl WHERE issuer_id = ${issuerId}::uuid AND scope = ${scope} AND number < ${number}::int
      AND next_update < now() - interval '90 days'`
  await writeAudit(tx, grant.actor, {
    action: 'crl.published',
    objectKind: 'crl',
    objectId: `${issuerName}/${scope}/${number}`,
    detail: { revoked, because, nextUpdate: nextUpdate.toISOString() },
  })
}

export interface Generations {
  /** The one that issues now. */
  current: { id: string; name: string }
  /** The one that holds the root's key: the first. */
  root: { id: string; name: string; revision: number }
  count: number
}

/** The generations of one embedded CA, found by the name of any of them; null if there is no such CA. */
export async function findGenerations(tx: Tx | null, _grant: Grant<'system:work'>, name: string): Promise<Generations | null> {
  const rows = await (tx ?? db()).$queryRaw<{ id: string; name: string; revision: number; current: boolean; root: boolean }[]>`
    WITH asked AS (SELECT coalesce(replaced_by_id, id) AS id FROM issuer WHERE name = ${name} AND kind = 'embedded' AND certificate IS NOT NULL)
    SELECT i.id, i.name, i.revision, i.replaced_by_id IS NULL AS current,
           EXISTS (SELECT FROM issuer_secret s WHERE s.issuer_id = i.id AND s.name = 'root-key') AS root
    FROM issuer i, asked WHERE i.id = asked.id OR i.replaced_by_id = asked.id`
  const current = rows.find((row) => row.current)
  const root = rows.find((row) => row.root)
  return current && root ? { current, root, count: rows.length } : null
}

/** Lets one process at a time add a generation. */
export async function lockGenerations(tx: Tx, _grant: Grant<'system:work'>): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('issuer:generations', 0)) IS NULL AS locked`
}

/** Stores a new generation and lets it issue from now on, in the place of the current one and all before it. */
export async function insertGeneration(
  tx: Tx,
  grant: Grant<'system:work'>,
  replaced: { id: string; name: string },
  made: { name: string; certificate: Bytes; chain: readonly Bytes[]; secrets: readonly { name: string; sealed: Bytes }[] },
): Promise<{ id: string }> {
  const id = newId()
  const { name, certificate, chain, secrets } = made
  await tx.issuer.create({ data: { id, name, kind: 'embedded', certificate, chain: [...chain] } })
  await tx.issuerSecret.createMany({ data: secrets.map((secret) => ({ issuerId: id, ...secret })) })
  await tx.$executeRaw`
    UPDATE issuer SET replaced_by_id = ${id}::uuid WHERE id = ${replaced.id}::uuid OR replaced_by_id = ${replaced.id}::uuid`
  await writeAudit(tx, grant.actor, {
    action: 'issuer.rotated',
    objectKind: 'issuer',
    objectId: id,
    detail: { name, replaces: replaced.name, certificateSha256: sha256Hex(certificate) },
  })
  return { id }
}
