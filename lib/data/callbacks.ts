/**
 * The inbox: what Hermod posted, stored byte for byte before anything is made of it. Equal bytes at the same path are one row, whatever
 * their number (F-S1), and the job that looks at them is added by the statement that stores them.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'
import type { CallbackState } from '#lib/generated/prisma/enums.ts'
import { newId } from './new-id.ts'
import { storableText } from './storable.ts'
import type { Tx } from './transaction.ts'

export interface StoredCallback {
  id: string
  kind: string
  body: Buffer
  state: CallbackState
  receivedAt: Date
  /** The answer it became, if it did. */
  answerId: string | null
}

/** One statement, one commit, one round trip. */
export async function insertCallback(
  _grant: Grant<'callback:store'>,
  kind: string,
  body: Buffer,
  sha256: Buffer,
): Promise<{ id: string; repeated: boolean }> {
  const rows = await db().$queryRaw<{ id: string; repeats: number }[]>`
    WITH stored AS (
      INSERT INTO callback (id, kind, body, sha256, received_at)
      VALUES (${newId()}::uuid, ${kind}, ${body}, ${sha256}, clock_timestamp())
      ON CONFLICT (kind, sha256) DO UPDATE SET repeats = callback.repeats + 1
      RETURNING id, repeats
    ), added AS (
      SELECT certdesk_add_job('process-callback'::text, json_build_object('callbackId', id), 'callback:' || id) IS NULL AS added
      FROM stored WHERE repeats = 0
    )
    SELECT id, repeats FROM stored, (SELECT count(*) FROM added) AS first`
  const row = rows[0]
  if (!row) throw new Error('the callback was not stored')
  return { id: row.id, repeated: row.repeats > 0 }
}

export async function findCallback(_grant: Grant<'system:work'>, id: string): Promise<StoredCallback | null> {
  const rows = await db().$queryRaw<(Omit<StoredCallback, 'body'> & { body: Uint8Array })[]>`
    SELECT c.id, c.kind, c.body, c.state::text AS state, c.received_at AS "receivedAt", a.id AS "answerId"
    FROM callback c LEFT JOIN answer a ON a.callback_id = c.id WHERE c.id = ${id}::uuid`
  const row = rows[0]
  return row ? { ...row, body: Buffer.from(row.body) } : null
}

/** Says what came of a callback. False if another run of the job said so first. */
export async function closeCallback(
  tx: Tx,
  _grant: Grant<'system:work'>,
  id: string,
  state: Exclude<CallbackState, 'received'>,
  outcome: string,
  commandId: string | null,
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE callback SET state = ${state}::callback_state, outcome = ${storableText(outcome).slice(0, 1000)}, command_id = ${commandId}::uuid, processed_at = clock_timestamp()
    WHERE id = ${id}::uuid AND state = 'received'`
  return changed === 1
}

/**
 * True while callbacks of the last minutes wait to be looked at: one of them may be the answer that an expiry is about to overtake
 * (a worker that was down comes back to both at once). A callback that cannot be processed does not hold up expiry for ever.
 */
export async function answersMayBeWaiting(tx: Tx, _grant: Grant<'system:work'>): Promise<boolean> {
  const rows = await tx.$queryRaw<{ waiting: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM callback WHERE state = 'received' AND received_at > now() - interval '10 minutes') AS waiting`
  return rows[0]?.waiting ?? false
}
