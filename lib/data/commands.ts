/**
 * Commands: what is given to Hermod. The row is committed before the request is made, so that a callback may come before the reply (K15),
 * and a new one takes the place of a live one in the same statement that makes it current (fencing, K2, K14).
 *
 * A command is live while `sending` or `sent`. Whatever ends it takes the offer away with it: the URI is a bearer secret.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import type { CommandKind, CommandState } from '#lib/generated/prisma/enums.ts'
import { actorColumns } from './audit.ts'
import type { EnrollmentWriter } from './enrollment-writes.ts'
import { addJobSql, type NewJob } from './jobs.ts'
import { storableText } from './storable.ts'
import type { Tx } from './transaction.ts'
import { tryTransition } from './transition.ts'

export type { CommandKind, CommandState }

/** How long after the command's own end an answer is still taken: clocks differ, and Hermod's timeout callback needs its way. */
export const GRACE_S = 15

export interface CommandStanding {
  id: string
  kind: CommandKind
  state: CommandState
}

/** The command's kind and state; call it with the enrolment locked. */
export async function readCommand(tx: Tx, _grant: EnrollmentWriter, id: string): Promise<CommandStanding | null> {
  const rows = await tx.$queryRaw<CommandStanding[]>`
    SELECT id, kind::text AS kind, state::text AS state FROM command WHERE id = ${id}::uuid`
  return rows[0] ?? null
}

export interface NewCommand {
  id: string
  enrollmentId: string
  kind: CommandKind
  externalId: string
  nonce: string | null
  requestBody: string
  timeoutS: number
  lifespanS: number
  keys: readonly {
    keyid: string
    dummyCsr: Uint8Array
    dummySpkiSha256: Uint8Array
    subjectDer: Uint8Array
    /** Null: the dummy has no attributes. */
    attributesSha256: Uint8Array | null
  }[]
}

/** Inserts the command and makes it the enrolment's current one. The enrolment must be locked. */
export async function insertCommand(tx: Tx, _grant: Grant<'system:work'>, c: NewCommand): Promise<void> {
  await tx.$executeRaw`
    WITH made AS (
      INSERT INTO command (id, enrollment_id, kind, attempt, state, external_id, nonce, request_body, timeout_s, lifespan_s, created_at)
      SELECT ${c.id}::uuid, ${c.enrollmentId}::uuid, ${c.kind}::command_kind, 1 + coalesce(max(attempt), 0), 'sending', ${c.externalId}, ${c.nonce},
             ${c.requestBody}, ${c.timeoutS}::int, ${c.lifespanS}::int, clock_timestamp()
      FROM command WHERE enrollment_id = ${c.enrollmentId}::uuid AND kind = ${c.kind}::command_kind
    )
    UPDATE enrollment SET current_command_id = ${c.id}::uuid, version = version + 1 WHERE id = ${c.enrollmentId}::uuid`
  for (const key of c.keys)
    await tx.$executeRaw`
      INSERT INTO command_key (command_id, keyid, dummy_csr, dummy_spki_sha256, subject_der, attributes_sha256)
      VALUES (${c.id}::uuid, ${key.keyid}, ${Buffer.from(key.dummyCsr)}, ${Buffer.from(key.dummySpkiSha256)}, ${Buffer.from(key.subjectDer)},
              ${key.attributesSha256 && Buffer.from(key.attributesSha256)}::bytea)`
}

export type EndedCommandState = Exclude<CommandState, 'sending' | 'sent'>

/** Ends a live command and takes its offer away. False if it had ended already. The web may do this, and nothing else, to a command. */
export async function endCommand(tx: Tx, _grant: EnrollmentWriter, id: string, state: EndedCommandState): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE command SET state = ${state}::command_state, offer_uri = NULL, ended_at = clock_timestamp()
    WHERE id = ${id}::uuid AND state IN ('sending', 'sent')`
  return changed === 1
}

/** Ends a command that Hermod did not take, with what was seen. False if it had ended already. */
export async function failCommand(
  tx: Tx,
  _grant: Grant<'system:work'>,
  id: string,
  failure: { code: FailureCode; detail: string; httpStatus: number | null; body: string | null },
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE command SET state = 'failed', offer_uri = NULL, ended_at = clock_timestamp(), failure_code = ${failure.code},
      failure_detail = ${storableText(failure.detail).slice(0, 2000)}, reply_status = ${failure.httpStatus}::int,
      reply_body = ${failure.body === null ? null : storableText(failure.body)}
    WHERE id = ${id}::uuid AND state IN ('sending', 'sent')`
  return changed === 1
}

/** What is kept of Hermod's reply. `body` is without the offer. */
export interface ReplyColumns {
  httpStatus: number
  body: string
  hermodCommandId: string
  offerUri: string | null
  bid: string | null
  mid: string | null
  location: string | null
}

const replySql = (id: string, r: ReplyColumns): Prisma.Sql => Prisma.sql`
  UPDATE command c SET state = 'sent', reply_status = ${r.httpStatus}::int, reply_body = ${storableText(r.body)}, hermod_command_id = ${r.hermodCommandId},
    offer_uri = ${r.offerUri}::text, bid = ${r.bid}::text, mid = ${r.mid}::text, location = ${r.location}::text,
    sent_at = c.created_at, expires_at = c.created_at + make_interval(secs => c.timeout_s)
  FROM moved WHERE c.id = ${id}::uuid AND c.state = 'sending'`

/**
 * Hermod has taken the current command: keeps the reply, lets the command live for its time (counted from when its row was committed), and
 * moves `requesting` to `offered`. An enrolment that has its offer or delivers stays where it is. One statement either way.
 * @returns false if the command is not the current, waiting one any more; nothing was written
 */
export async function keepReply(
  grant: Grant<'system:work'>,
  command: { id: string; enrollmentId: string; kind: CommandKind },
  reply: ReplyColumns,
  expiry: NewJob,
): Promise<boolean> {
  const { id, enrollmentId, kind } = command
  const sent = replySql(id, reply)
  if (kind === 'provision') {
    const only = Prisma.sql`e.current_command_id = ${id}::uuid`
    const first = {
      enrollmentId,
      from: 'requesting',
      to: 'offered',
      job: expiry,
      also: { only, with: [Prisma.sql`sent AS (${sent})`] },
    } as const
    if (await tryTransition(db(), grant, first)) return true
  }
  const rows = await db().$queryRaw<{ kept: number }[]>`
    WITH moved AS (
      UPDATE enrollment e SET wait_reason = NULL, version = e.version + 1
      WHERE e.id = ${enrollmentId}::uuid AND e.current_command_id = ${id}::uuid AND e.state IN ('offered', 'delivering')
        AND EXISTS (SELECT 1 FROM command c WHERE c.id = ${id}::uuid AND c.state = 'sending')
      RETURNING e.id
    ), sent AS (${sent} RETURNING c.id), added AS (
      SELECT ${addJobSql(expiry)} IS NULL AS added FROM sent
    ), audited AS (
      INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
      SELECT ${actorColumns(grant.actor)}, 'enrollment.new_offer', 'enrollment', ${enrollmentId}, ${enrollmentId}::uuid, '{}'::jsonb
      FROM sent, (SELECT count(*) FROM added) AS first WHERE ${kind === 'provision'}::boolean
      RETURNING 1
    )
    SELECT count(*)::int AS kept FROM sent, (SELECT count(*) FROM added) AS first, (SELECT count(*) FROM audited) AS last`
  return rows[0]?.kept === 1
}

/** For a reply that comes after the command has ended (an early answer, a cancellation): fills what is empty, never an offer. */
export async function fillLateReply(_grant: Grant<'system:work'>, id: string, r: ReplyColumns): Promise<void> {
  await db().$executeRaw`
    UPDATE command SET reply_status = coalesce(reply_status, ${r.httpStatus}::int), reply_body = coalesce(reply_body, ${storableText(r.body)}),
      hermod_command_id = coalesce(hermod_command_id, ${r.hermodCommandId}), bid = coalesce(bid, ${r.bid}), mid = coalesce(mid, ${r.mid}),
      location = coalesce(location, ${r.location})
    WHERE id = ${id}::uuid`
}

/** Seconds until the command's time and grace are over, by the database's clock; 0 or less: over. */
export async function secondsToEnd(tx: Tx, _grant: Grant<'system:work'>, id: string): Promise<number | null> {
  const rows = await tx.$queryRaw<{ left: number }[]>`
    SELECT extract(epoch FROM coalesce(expires_at, created_at + make_interval(secs => timeout_s)) - clock_timestamp())::float8 + ${GRACE_S} AS left
    FROM command WHERE id = ${id}::uuid`
  return rows[0]?.left ?? null
}

/** The enrolment a command belongs to. */
export async function findCommandEnrollment(_grant: Grant<'system:work'>, id: string): Promise<string | null> {
  const rows = await db().$queryRaw<
    { enrollmentId: string }[]
  >`SELECT enrollment_id AS "enrollmentId" FROM command WHERE id = ${id}::uuid`
  return rows[0]?.enrollmentId ?? null
}
