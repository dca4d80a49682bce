/**
 * Evidence bundles: wanting one, storing what the worker made, taking it away, and the keys that sign them.
 *
 * A bundle is of what the enrolment was when it was wanted: its version and its newest audit entry, those about bundles left out, so that
 * taking a bundle away does not make it an old one. The same content is wanted, and made, once.
 */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { addJob } from './jobs.ts'
import { isId, newId } from './new-id.ts'
import { inTransaction } from './transaction.ts'

/** What a bundle of the enrolment `e` would be of now. */
const CONTENT = Prisma.sql`e.version || ':' || coalesce((SELECT max(t.seq) FROM audit_entry t
  WHERE t.enrollment_id = e.id AND t.action NOT LIKE 'bundle.%'), 0)`

export interface BundleStanding {
  enrollmentId: string
  state: EnrollmentState
  userid: string
  userName: string
  content: string
  /** The bundle of what the enrolment is now: null if nobody wants it, made if `sha256` is there. */
  bundle: { id: string; sha256: string | null } | null
}

/** @returns null for an enrolment that does not exist */
export async function findBundle(_grant: Grant<'enrollment:read'>, enrollmentId: string): Promise<BundleStanding | null> {
  if (!isId(enrollmentId)) return null
  const rows = await db().$queryRaw<(Omit<BundleStanding, 'bundle'> & { bundleId: string | null; sha256: string | null })[]>`
    SELECT e.id AS "enrollmentId", e.state::text AS state, u.userid, u.name AS "userName", w.content, b.id AS "bundleId",
           encode(b.sha256, 'hex') AS sha256
    FROM enrollment e JOIN "user" u ON u.id = e.user_id CROSS JOIN LATERAL (SELECT ${CONTENT} AS content) w
    LEFT JOIN evidence_bundle b ON b.enrollment_id = e.id AND b.content = w.content
    WHERE e.id = ${enrollmentId}::uuid`
  const row = rows[0]
  if (!row) return null
  const { bundleId, sha256, ...standing } = row
  return { ...standing, bundle: bundleId === null ? null : { id: bundleId, sha256 } }
}

/** Writes the wish and its job. Two who want the same at once want it once. */
export function insertBundleWish(grant: Grant<'enrollment:read'>, { enrollmentId, content }: BundleStanding): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const id = newId()
    const added = await tx.$executeRaw`
      INSERT INTO evidence_bundle (id, enrollment_id, content, requested_by_name)
      VALUES (${id}::uuid, ${enrollmentId}::uuid, ${content}, ${grant.actor.name}) ON CONFLICT (enrollment_id, content) DO NOTHING`
    if (added === 0) return
    await addJob(tx, 'make-bundle', { bundleId: id })
    await writeAudit(tx, grant.actor, { action: 'bundle.requested', objectKind: 'bundle', objectId: id, enrollmentId })
  })
}

/** The file, with its taking away written down. Null if it is not made, or gone. */
export function takeBundle(grant: Grant<'enrollment:read'>, bundleId: string): Promise<string | null> {
  return inTransaction(grant, async (tx) => {
    const rows = await tx.$queryRaw<{ body: string; sha256: string; enrollmentId: string }[]>`
      SELECT body, encode(sha256, 'hex') AS sha256, enrollment_id AS "enrollmentId" FROM evidence_bundle
      WHERE id = ${bundleId}::uuid AND body IS NOT NULL`
    const row = rows[0]
    if (!row) return null
    const { body, sha256, enrollmentId } = row
    await writeAudit(tx, grant.actor, {
      action: 'bundle.exported',
      objectKind: 'bundle',
      objectId: bundleId,
      enrollmentId,
      detail: { sha256 },
    })
    return body
  })
}

/** The enrolment of a bundle that is still to be made. */
export async function findBundleToMake(_grant: Grant<'system:work'>, bundleId: string): Promise<{ enrollmentId: string } | null> {
  const rows = await db().$queryRaw<{ enrollmentId: string }[]>`
    SELECT enrollment_id AS "enrollmentId" FROM evidence_bundle WHERE id = ${bundleId}::uuid AND body IS NULL`
  return rows[0] ?? null
}

/** Keeps the file, and no older one of that enrolment. */
export function storeBundle(grant: Grant<'system:work'>, bundleId: string, enrollmentId: string, body: string): Promise<void> {
  const sha256 = createHash('sha256').update(body, 'utf8').digest()
  return inTransaction(grant, async (tx) => {
    await tx.$executeRaw`
      UPDATE evidence_bundle SET body = ${body}, sha256 = ${sha256}, made_at = clock_timestamp()
      WHERE id = ${bundleId}::uuid AND body IS NULL`
    await tx.$executeRaw`
      DELETE FROM evidence_bundle o USING evidence_bundle n
      WHERE n.id = ${bundleId}::uuid AND o.enrollment_id = ${enrollmentId}::uuid AND o.requested_at < n.requested_at`
  })
}

export interface StoredBundleKey {
  id: string
  spki: Bytes
  sealed: Bytes
}

/** The key that signs now. `make` is asked only when there is none; of two workers one makes it. */
export function ensureBundleKey(grant: Grant<'system:work'>, make: () => Promise<StoredBundleKey>): Promise<StoredBundleKey> {
  return inTransaction(grant, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('bundle_key', 0)) IS NULL AS locked`
    const found = await tx.bundleKey.findFirst({ orderBy: { createdAt: 'desc' }, select: { id: true, spki: true, sealed: true } })
    if (found) return found
    const made = await make()
    await tx.bundleKey.create({ data: made, select: { id: true } })
    const spkiSha256 = createHash('sha256').update(made.spki).digest('hex')
    await writeAudit(tx, grant.actor, {
      action: 'bundle.key_created',
      objectKind: 'key',
      objectId: made.id,
      detail: { spkiSha256 },
    })
    return made
  })
}

/** Public keys that bundles of this portal are or were signed with, newest first: for everybody. */
export const listPublishedBundleKeys = (): Promise<{ spki: Bytes; createdAt: Date }[]> =>
  db().bundleKey.findMany({ orderBy: { createdAt: 'desc' }, select: { spki: true, createdAt: true } })
