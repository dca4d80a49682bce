/**
 * `Idempotency-Key`: the same caller, key and request give the same enrolment, however often and however much at once (F-W27).
 *
 * The row is inserted in the transaction that makes the enrolment. A second one with the same key waits at the primary key until the
 * first has committed (and then finds it) or has rolled back (and then goes first).
 */
import type { Actor } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { Tx } from './transaction.ts'

/** Keys are of the caller: another caller's equal key is another key. */
const callerOf = (actor: Actor): string => `${actor.kind}:${'id' in actor ? actor.id : actor.name}`

/**
 * Claims the key for `enrollmentId`.
 * @returns the id of the enrolment that an earlier equal request made; null: this request is the first.
 * @throws RequestError idempotency_mismatch, if the key was used for another request.
 */
export async function claimIdempotencyKey(
  tx: Tx,
  actor: Actor,
  key: string,
  requestHash: Uint8Array,
  enrollmentId: string,
): Promise<string | null> {
  const actorId = callerOf(actor)
  const claimed = await tx.$executeRaw`
    INSERT INTO idempotency_key (actor_id, key, request_hash, enrollment_id)
    VALUES (${actorId}, ${key}, ${Buffer.from(requestHash)}, ${enrollmentId}::uuid) ON CONFLICT DO NOTHING`
  if (claimed === 1) return null
  const rows = await tx.$queryRaw<{ enrollmentId: string; same: boolean }[]>`
    SELECT enrollment_id AS "enrollmentId", request_hash = ${Buffer.from(requestHash)} AS same
    FROM idempotency_key WHERE actor_id = ${actorId} AND key = ${key}`
  const earlier = rows[0]
  if (!earlier) throw new RequestError('conflict', 'Another request with this Idempotency-Key is under way. Try again.')
  if (!earlier.same)
    throw new RequestError('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new key.')
  return earlier.enrollmentId
}
