/**
 * One-time challenges that a SCEP CA of others gave out: added by administrators, encrypted to the worker, and taken one for each key of a
 * provision command, in the transaction that inserts the command. So none is taken for a command that is not there, and a crash gives none to
 * two (UNIQUE, and the trigger issuer_challenge_once).
 *
 * An offer that is made again takes new ones: the first offer may have been scanned, and a challenge that a phone has seen must not come with
 * another phone's key. Only a command that the messaging server is not known to have taken hands its own on: nobody ever had its offer, and a
 * messaging server that is down for a while would use up four challenges an enrolment.
 *
 * What was taken and came to nothing stays good at the CA until it ends there; that is the CA's to say when it gives challenges out.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { bindingOf, isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { scepConfigSchema } from '#lib/core/issuer-config/scep.ts'
import { type Db, db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import type { Tx } from './transaction.ts'

/** Whether that CA wants challenges, and which of those stored are for where it is now; null: it wants none. */
export function challengeBinding(kind: string, config: unknown): string | null {
  if (kind !== 'scep' || !isRemoteKind(kind)) return null
  const parsed = scepConfigSchema.safeParse(config).data
  return parsed?.challenge === 'one-time' ? bindingOf(kind, parsed) : null
}

export interface NewChallenges {
  issuerId: string
  binding: string
  sealingKeyId: string
  sealed: readonly Bytes[]
}

/** By column names, since the web may not read back what it wrote. */
export async function insertChallenges(tx: Tx, grant: Grant<'settings:manage'>, challenges: NewChallenges): Promise<void> {
  const { issuerId, binding, sealingKeyId, sealed } = challenges
  const rows = sealed.map(
    (one) =>
      Prisma.sql`(${newId()}::uuid, ${issuerId}::uuid, ${sealingKeyId}::uuid, ${one}::bytea, ${binding}, ${grant.actor.name})`,
  )
  await tx.$executeRaw`
    INSERT INTO issuer_challenge (id, issuer_id, sealing_key_id, sealed, binding, created_by_name) VALUES ${Prisma.join(rows)}`
  await writeAudit(tx, grant.actor, {
    action: 'issuer.challenges_added',
    objectKind: 'issuer',
    objectId: issuerId,
    detail: { count: sealed.length },
  })
}

/** None of those that are left is given out any more: they have ended at the CA, or somebody has seen them. */
export async function discardChallenges(tx: Tx, grant: Grant<'settings:manage'>, issuerId: string): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE issuer_challenge SET discarded_at = clock_timestamp()
    WHERE issuer_id = ${issuerId}::uuid AND taken_at IS NULL AND discarded_at IS NULL`
  if (count === 0) return
  await writeAudit(tx, grant.actor, {
    action: 'issuer.challenges_discarded',
    objectKind: 'issuer',
    objectId: issuerId,
    detail: { count },
  })
}

type Counter = Grant<'settings:read'> | Grant<'settings:manage'> | Grant<'enrollment:manage'> | Grant<'self:enroll'>

/** How many are left for that address. */
export async function countChallengesLeft(_grant: Counter, issuerId: string, binding: string, on: Db = db()): Promise<number> {
  const rows = await on.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM issuer_challenge
    WHERE issuer_id = ${issuerId}::uuid AND binding = ${binding} AND taken_at IS NULL AND discarded_at IS NULL`
  return rows[0]?.n ?? 0
}

/** The CA of a profile version, if it wants challenges, and the private keys that open them. */
export async function findChallengeIssuer(
  _grant: Grant<'system:work'>,
  profileVersionId: string,
): Promise<{ id: string; name: string; binding: string; sealingKeys: { id: string; privateSealed: Bytes }[] } | null> {
  const rows = await db().$queryRaw<{ id: string; name: string; kind: string; config: unknown }[]>`
    SELECT i.id, i.name, i.kind::text AS kind, i.config FROM profile_version v JOIN issuer i ON i.id = v.issuer_id
    WHERE v.id = ${profileVersionId}::uuid AND i.kind = 'scep'`
  const [issuer] = rows
  const binding = issuer === undefined ? null : challengeBinding(issuer.kind, issuer.config)
  if (issuer === undefined || binding === null) return null
  const sealingKeys = await db().sealingKey.findMany({ select: { id: true, privateSealed: true } })
  return { id: issuer.id, name: issuer.name, binding, sealingKeys }
}

export interface LockedChallenge {
  id: string
  sealed: Bytes
  sealingKeyId: string
}

/**
 * As many as there are of `count`, those that an earlier command of the enrolment can hand on first; locked until the transaction ends. Those that
 * another transaction is about to take are passed over.
 */
export function lockChallenges(
  tx: Tx,
  _grant: Grant<'system:work'>,
  wanted: { issuerId: string; binding: string; enrollmentId: string; count: number },
): Promise<LockedChallenge[]> {
  const { issuerId, binding, enrollmentId, count } = wanted
  return tx.$queryRaw<LockedChallenge[]>`
    SELECT c.id, c.sealed, c.sealing_key_id AS "sealingKeyId" FROM issuer_challenge c
    WHERE c.issuer_id = ${issuerId}::uuid AND c.binding = ${binding} AND c.discarded_at IS NULL AND (c.command_id IS NULL OR c.command_id IN (
      SELECT m.id FROM command m
      WHERE m.enrollment_id = ${enrollmentId}::uuid AND m.hermod_command_id IS NULL AND m.state IN ('failed', 'superseded')))
    ORDER BY c.command_id IS NULL, c.id LIMIT ${count}::int FOR UPDATE OF c SKIP LOCKED`
}

/** They are that command's now. It must stand there, and they must be locked. */
export async function takeChallenges(
  tx: Tx,
  _grant: Grant<'system:work'>,
  commandId: string,
  taken: readonly { id: string; keyid: string }[],
): Promise<void> {
  for (const { id, keyid } of taken)
    await tx.$executeRaw`
      UPDATE issuer_challenge SET command_id = ${commandId}::uuid, keyid = ${keyid}, taken_at = clock_timestamp() WHERE id = ${id}::uuid`
}
