/** Remote CAs as administrators see and change them, and the certificates of theirs that a worker found right. */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type Db, db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { isId } from './new-id.ts'
import { storableJson } from './storable.ts'
import { inTransaction, type Tx } from './transaction.ts'

export interface IssuerSettings {
  id: string
  name: string
  kind: 'embedded' | 'scep' | 'est'
  config: unknown
  certificate: Bytes | null
  chain: Bytes[]
  revision: number
  /** How many profiles' newest version is issued by it. */
  profiles: number
}

const SETTINGS = (where: { id: string } | null) =>
  db().issuer.findMany({
    where: where ?? { replacedById: null },
    select: { id: true, name: true, kind: true, config: true, certificate: true, chain: true, revision: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: 200,
  })

export async function listIssuerSettings(_grant: Grant<'settings:read'>): Promise<IssuerSettings[]> {
  const [issuers, used] = await Promise.all([
    SETTINGS(null),
    db().$queryRaw<{ issuerId: string; n: number }[]>`
      SELECT issuer_id AS "issuerId", count(*)::int AS n
      FROM (SELECT DISTINCT ON (profile_id) issuer_id FROM profile_version ORDER BY profile_id, version DESC) newest GROUP BY issuer_id`,
  ])
  return issuers.map((issuer) => ({ ...issuer, profiles: used.find(({ issuerId }) => issuerId === issuer.id)?.n ?? 0 }))
}

/** Null for an id that is none or that nobody has. */
export async function findIssuerSettings(
  _grant: Grant<'settings:read'> | Grant<'settings:manage'>,
  id: string,
): Promise<Omit<IssuerSettings, 'profiles'> | null> {
  return isId(id) ? ((await SETTINGS({ id }))[0] ?? null) : null
}

export interface NewRemoteIssuer {
  id: string
  name: string
  kind: 'scep' | 'est'
  config: object
}

/** By the columns that the web may write. @throws a unique violation if the name is taken */
export async function insertRemoteIssuer(tx: Tx, grant: Grant<'settings:manage'>, issuer: NewRemoteIssuer): Promise<void> {
  const { id, name, kind, config } = issuer
  await tx.$executeRaw`
    INSERT INTO issuer (id, name, kind, config) VALUES (${id}::uuid, ${name}, ${kind}::issuer_kind, ${storableJson(config)}::jsonb)`
  await writeAudit(tx, grant.actor, { action: 'issuer.created', objectKind: 'issuer', objectId: id, detail: { name, kind } })
}

/** @param changed the fields that are different, for the audit; the whole configuration is not repeated there */
export async function updateRemoteIssuer(
  tx: Tx,
  grant: Grant<'settings:manage'> | Grant<'system:work'>,
  issuer: Pick<NewRemoteIssuer, 'id' | 'name' | 'config'>,
  changed: readonly string[],
): Promise<void> {
  await tx.$executeRaw`UPDATE issuer SET config = ${storableJson(issuer.config)}::jsonb WHERE id = ${issuer.id}::uuid AND kind <> 'embedded'`
  await writeAudit(tx, grant.actor, {
    action: 'issuer.changed',
    objectKind: 'issuer',
    objectId: issuer.id,
    detail: { name: issuer.name, changed },
  })
}

/**
 * From now on these are the CA's certificates. Only if nothing about the issuer has changed since it was read (its revision).
 * @returns false if it has
 */
export function storeTrust(
  grant: Grant<'system:work'>,
  issuer: { id: string; name: string; revision: number },
  trust: { certificate: Bytes; chain: readonly Bytes[] },
  because: string,
): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const changed = await tx.issuer.updateMany({
      where: { id: issuer.id, revision: issuer.revision, kind: { not: 'embedded' } },
      data: { certificate: trust.certificate, chain: [...trust.chain] },
    })
    if (changed.count === 0) return false
    await writeAudit(tx, grant.actor, {
      action: 'issuer.trusted',
      objectKind: 'issuer',
      objectId: issuer.id,
      detail: { name: issuer.name, sha256: createHash('sha256').update(trust.certificate).digest('hex'), because },
    })
    return true
  })
}

/** A profile that this issuer makes certificates for, to try it with; null if there is none. */
export async function findProfileOfIssuer(
  _grant: Grant<'system:work'>,
  issuerId: string,
  on: Db = db(),
): Promise<{ title: string; definition: unknown } | null> {
  const rows = await on.$queryRaw<{ title: string; definition: unknown }[]>`
    SELECT p.title, newest.definition
    FROM (SELECT DISTINCT ON (profile_id) profile_id, issuer_id, definition FROM profile_version ORDER BY profile_id, version DESC) newest
    JOIN profile p ON p.id = newest.profile_id
    WHERE newest.issuer_id = ${issuerId}::uuid AND p.enabled ORDER BY p.position, p.name LIMIT 1`
  return rows[0] ?? null
}
