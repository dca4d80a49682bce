/**
 * Taking a callback in: bytes and job in one statement, then the 200 may go out (durability K4–K6). Nothing is read from the body here;
 * that is the job's work, and a body that breaks a parser must not cost us the message. Hermod may repeat a callback or never do so
 * (its sample setting is one attempt), so this is the one moment in which an answer can be lost, and it is one INSERT long.
 */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { insertCallback } from '#lib/data/callbacks.ts'

export interface IncomingCallback {
  /** The last part of the path it was posted to; "" for the bare path. */
  kind: string
  body: Buffer
}

/** `repeated`: the same bytes were there already, and nothing more will come of these. */
export const storeCallback = (
  grant: Grant<'callback:store'>,
  callback: IncomingCallback,
): Promise<{ id: string; repeated: boolean }> =>
  insertCallback(grant, callback.kind.slice(0, 64), callback.body, createHash('sha256').update(callback.body).digest())
