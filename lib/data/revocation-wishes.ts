/**
 * Wishes about certificates: to revoke, to put on hold, to release. Written by the web, whose database role may not touch certificates: a web
 * process in foreign hands can ask (in somebody's name, in the audit) and cannot make a revocation undone that is for good.
 *
 * At most one wish is open per certificate (unique index revocation_request_open). The same wish again is one wish; a stronger or contrary one
 * ends the one before as `void` and takes its place.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { RevocationReason } from '#lib/core/x509/crl-reasons.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { addJob } from './jobs.ts'
import { isId, newId } from './new-id.ts'
import { inTransaction, type Tx } from './transaction.ts'

export type Wish =
  | { kind: 'revoke'; reason: Exclude<RevocationReason, 'certificateHold'>; note: string | null }
  | { kind: 'hold' | 'release'; note: string | null }

export type WishOutcome =
  /** Written down now. */
  | 'wanted'
  /** Somebody asked before; it is under way. */
  | 'wanted_before'
  | 'revoked_before'
  | 'held_before'
  /** Release of what is not on hold. */
  | 'not_held'
  /** Reserved only: there is nothing to revoke. */
  | 'not_issued'
  | 'not_found'

/** Which certificates: one, or all that still count of a phone or of a person. */
export type RevocationScope = { certificateId: string } | { phoneId: string } | { userId: string }

interface Standing {
  id: string
  status: 'reserved' | 'issued' | 'revoked'
  held: boolean
  enrollmentId: string
  enrollmentState: string
  openId: string | null
  openKind: Wish['kind'] | null
}

const standingOf = (where: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT c.id, c.status::text AS status, c.revocation_reason IS NOT DISTINCT FROM 'certificateHold' AS held,
    e.id AS "enrollmentId", e.state::text AS "enrollmentState", r.id AS "openId", r.kind::text AS "openKind"
  FROM certificate c
  JOIN enrollment_key k ON k.id = c.enrollment_key_id
  JOIN enrollment e ON e.id = k.enrollment_id
  LEFT JOIN revocation_request r ON r.certificate_id = c.id AND r.done_at IS NULL
  WHERE ${where} ORDER BY c.id`

const MAX_ATTEMPTS = 5

/** Those of a phone or person that are not revoked for good and not expired. */
const COUNTING = Prisma.sql`c.not_after > now() AND (c.status = 'issued' OR (c.status = 'revoked' AND c.revocation_reason = 'certificateHold'))`

function scopeCondition(scope: RevocationScope): Prisma.Sql | null {
  if ('certificateId' in scope) return isId(scope.certificateId) ? Prisma.sql`c.id = ${scope.certificateId}::uuid` : null
  if ('phoneId' in scope) return isId(scope.phoneId) ? Prisma.sql`c.phone_id = ${scope.phoneId}::uuid AND ${COUNTING}` : null
  return isId(scope.userId) ? Prisma.sql`c.user_id = ${scope.userId}::uuid AND ${COUNTING}` : null
}

/** Writes the wish for every certificate of the scope, each with its audit row and its job, all or none. Empty: there is none. */
export function insertWishes(
  grant: Grant<'certificate:revoke'>,
  scope: RevocationScope,
  wish: Wish,
): Promise<{ certificateId: string; outcome: WishOutcome }[]> {
  const where = scopeCondition(scope)
  if (where === null) return Promise.resolve([])
  return inTransaction(grant, (tx) => insertWishesIn(tx, grant, where, wish))
}

async function insertWishesIn(tx: Tx, grant: Grant<'certificate:revoke'>, where: Prisma.Sql, wish: Wish) {
  const outcomes: { certificateId: string; outcome: WishOutcome }[] = []
  for (const standing of await tx.$queryRaw<Standing[]>(standingOf(where)))
    outcomes.push({ certificateId: standing.id, outcome: await insertWishFor(tx, grant, standing, wish) })
  return outcomes
}

/** Somebody else's wish may come between the look and the writing: then it is looked at again, or a revocation would be lost to a hold. */
async function insertWishFor(tx: Tx, grant: Grant<'certificate:revoke'>, first: Standing, wish: Wish): Promise<WishOutcome> {
  let standing: Standing | undefined = first
  for (let attempt = 1; standing !== undefined && attempt <= MAX_ATTEMPTS; attempt++) {
    const outcome = await insertWish(tx, grant, standing, wish)
    if (outcome !== null) return outcome
    standing = (await tx.$queryRaw<Standing[]>(standingOf(Prisma.sql`c.id = ${first.id}::uuid`)))[0]
  }
  throw new Error(`wishes about certificate ${first.id} are changing too fast`)
}

/** Null: another wish has been written down since `standing` was read. */
async function insertWish(
  tx: Tx,
  grant: Grant<'certificate:revoke'>,
  standing: Standing,
  wish: Wish,
): Promise<WishOutcome | null> {
  const { id: certificateId, openId, openKind } = standing
  const refused = whyNot(standing, wish)
  if (refused !== null) return refused
  // An undelivered enrolment whose certificate was revoked while it was still being delivered is settled by the same job.
  if (standing.status === 'revoked' && !standing.held) {
    await addJob(tx, 'revoke-certificate', { certificateId })
    return 'wanted'
  }
  if (openKind === wish.kind) return 'wanted_before'
  if (openId !== null)
    await tx.$executeRaw`
      UPDATE revocation_request SET state = 'void', done_at = clock_timestamp() WHERE id = ${openId}::uuid AND done_at IS NULL`
  const reason = wish.kind === 'revoke' ? wish.reason : wish.kind === 'hold' ? 'certificateHold' : 'removeFromCRL'
  const inserted = await tx.$executeRaw`
    INSERT INTO revocation_request (id, certificate_id, kind, reason, note, requested_by, requested_at)
    VALUES (${newId()}::uuid, ${certificateId}::uuid, ${wish.kind}::revocation_kind, ${reason}, ${wish.note}, ${grant.actor.name}, clock_timestamp())
    ON CONFLICT (certificate_id) WHERE done_at IS NULL DO NOTHING`
  if (inserted === 0) return null
  await addJob(tx, 'revoke-certificate', { certificateId })
  await writeAudit(tx, grant.actor, {
    action: 'certificate.revocation_wanted',
    objectKind: 'certificate',
    objectId: certificateId,
    enrollmentId: standing.enrollmentId,
    detail: { kind: wish.kind, reason, note: wish.note },
  })
  return 'wanted'
}

/** Why the wish makes no sense as things stand; null if it does. */
function whyNot({ status, held, enrollmentState, openKind }: Standing, { kind }: Wish): WishOutcome | null {
  if (status === 'reserved') return 'not_issued'
  const forGood = status === 'revoked' && !held
  switch (kind) {
    case 'revoke':
      return forGood && enrollmentState !== 'undelivered' ? 'revoked_before' : null
    case 'hold':
      if (forGood || openKind === 'revoke') return 'revoked_before'
      return held && openKind !== 'release' ? 'held_before' : null
    case 'release':
      if (forGood || openKind === 'revoke') return 'revoked_before'
      return held || openKind === 'hold' ? null : 'not_held'
  }
}
