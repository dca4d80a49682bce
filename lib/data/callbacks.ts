/**
 * The inbox: what Hermod posted, stored byte for byte before anything is made of it. Equal bytes at the same path are one row, whatever
 * their number (F-S1), and the job that looks at them is added by the statement that stores them.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'
import type { CallbackState } from '#lib/generated/prisma/enums.ts'
import { type AuditAction, type AuditActor, actorColumns } from './audit.ts'
import { newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import type { Tx } from './transaction.ts'

export interface StoredCallback {
  id: string
  kind: string
  body: Buffer<ArrayBuffer>
  state: CallbackState
  receivedAt: Date
  /** The enrolment of the command it was found to name. */
  enrollmentId: string | null
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
    SELECT c.id, c.kind, c.body, c.state::text AS state, c.received_at AS "receivedAt", m.enrollment_id AS "enrollmentId"
    FROM callback c LEFT JOIN command m ON m.id = c.command_id WHERE c.id = ${id}::uuid`
  const row = rows[0]
  return row ? { ...row, body: Buffer.from(row.body) } : null
}

/**
 * Kept, shown, and nothing else: known but too late (`ignored`), or nobody's (`quarantined`). The audit row is written by the run that set it
 * aside, not by one that came second.
 */
export async function setCallbackAside(
  _grant: Grant<'system:work'>,
  by: AuditActor,
  c: { id: string; state: 'ignored' | 'quarantined'; why: string; commandId?: string; enrollmentId?: string },
): Promise<void> {
  const action: AuditAction = `callback.${c.state}`
  await db().$executeRaw`
    WITH aside AS (
      UPDATE callback SET state = ${c.state}::callback_state, outcome = ${storableText(c.why).slice(0, 1000)}, command_id = ${c.commandId ?? null}::uuid,
        processed_at = clock_timestamp()
      WHERE id = ${c.id}::uuid AND state = 'received' RETURNING id
    )
    INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
    SELECT ${actorColumns(by)}, ${action}, 'callback', id::text, ${c.enrollmentId ?? null}::uuid, ${storableJson({ why: c.why })}::jsonb FROM aside`
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
