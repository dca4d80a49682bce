/**
 * Reserving and releasing certificates, the two commits of issuing.
 *
 * UNIQUE(enrollment_key_id) makes it one certificate a key (R1), UNIQUE(issuer_id, serial_number) one certificate a serial number (R2); a
 * second worker's reservation falls on the first one's and it goes on with that. Releasing a certificate, the transition and the certificate
 * command (or the delivery job) are one transaction, fenced by the state.
 *
 * Both are done for several enrolments in one statement when several are ready (grouped.ts), and no enrolment depends on another of its
 * group: each has its own compare-and-set, one that somebody else has locked is left out, and if a constraint refuses a row, the statement
 * with all of them is undone. Whatever did not pass with the others is done alone, and only that says how it ends.
 *
 * The rows travel as one JSON text, so that the statement is the same for any number of them and is planned once a connection.
 */
import { createHash } from 'node:crypto'
import type { Actor, Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import type { NewCommand } from './commands.ts'
import { grouped } from './grouped.ts'
import { GROUP_LIMIT, type KeyToCertify } from './issuing.ts'
import { job } from './jobs.ts'
import { newId } from './new-id.ts'
import { sqlState } from './transaction.ts'

/** How PostgreSQL reads a bytea out of JSON. */
const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

/** A refusal that may be one row's fault (integrity constraint, a value, a deadlock), and not that of the connection or the server. */
const mayBeOneRow = (error: unknown): boolean => /^(2[23]|40)/.test(sqlState(error) ?? '')

export interface Reservation {
  key: Pick<KeyToCertify, 'id' | 'spkiSha256' | 'csrSubject'>
  issuerId: string
  /** Null where the CA chooses it. */
  serialNumber: string | null
  tbs: Bytes
  notBefore: Date
  notAfter: Date
}

interface ToReserve {
  id: string
  enrollmentId: string
  reservation: Reservation
}

/**
 * Commits what was prepared before anybody is asked (R4, K9): serial number and TBS, or the message to a remote CA.
 *
 * @returns the new row's id; null if the key has a certificate already or the enrolment is not `issuing` any more: read again
 */
export const reserveCertificate = (
  _grant: Grant<'system:work'>,
  enrollmentId: string,
  reservation: Reservation,
): Promise<string | null> => reserveGrouped({ id: newId(), enrollmentId, reservation })

const reserveGrouped = grouped(GROUP_LIMIT, async (wanted: readonly ToReserve[]) => {
  try {
    const reserved = await reserve(wanted)
    return wanted.map(({ id }) => (reserved.has(id) ? id : null))
  } catch (error) {
    if (wanted.length === 1 || !mayBeOneRow(error)) throw error
    return wanted.map(async (one) => ((await reserve([one])).has(one.id) ? one.id : null))
  }
})

/** @returns the ids of those that were reserved */
async function reserve(wanted: readonly ToReserve[]): Promise<Set<string>> {
  const rows = wanted.map(({ id, enrollmentId, reservation: r }) => ({
    id,
    enrollment_id: enrollmentId,
    issuer_id: r.issuerId,
    serial_number: r.serialNumber,
    enrollment_key_id: r.key.id,
    tbs: hex(r.tbs),
    subject: r.key.csrSubject,
    spki_sha256: hex(r.key.spkiSha256),
    not_before: r.notBefore,
    not_after: r.notAfter,
  }))
  const reserved = await db().$queryRaw<{ id: string }[]>`/* prepared */
    INSERT INTO certificate (id, issuer_id, serial_number, enrollment_key_id, user_id, phone_id, tbs, subject, spki_sha256, not_before, not_after,
                             created_at)
    SELECT w.id, w.issuer_id, w.serial_number, w.enrollment_key_id, e.user_id, e.phone_id, w.tbs, w.subject, w.spki_sha256, w.not_before,
           w.not_after, clock_timestamp()
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS w (id uuid, enrollment_id uuid, issuer_id uuid, serial_number text,
           enrollment_key_id uuid, tbs bytea, subject text, spki_sha256 bytea, not_before timestamptz, not_after timestamptz)
    JOIN enrollment e ON e.id = w.enrollment_id AND e.state = 'issuing'
    ORDER BY w.enrollment_key_id
    ON CONFLICT (enrollment_key_id) DO NOTHING
    RETURNING id`
  return new Set(reserved.map(({ id }) => id))
}

export interface IssuedCertificate {
  id: string
  keyid: string
  der: Bytes
  serialNumber: string
  notBefore: Date
  notAfter: Date
}

interface ToRelease {
  actor: Actor
  enrollmentId: string
  certificates: readonly IssuedCertificate[]
  delivery: NewCommand | null
}

/**
 * Releases the certificates: `issuing` → `delivering`, all certificates of the enrolment, their audit rows and the certificate command that the
 * caller will give to Hermod (without one: the job that makes it), or nothing. Committed when it resolves.
 *
 * @returns false if another worker was faster or the enrolment stands elsewhere; nothing was written
 */
export const storeIssued = (
  grant: Grant<'system:work'>,
  enrollmentId: string,
  certificates: readonly IssuedCertificate[],
  delivery: NewCommand | null = null,
): Promise<boolean> => releaseGrouped({ actor: grant.actor, enrollmentId, certificates, delivery })

const releaseGrouped = grouped(GROUP_LIMIT, async (wanted: readonly ToRelease[]) => {
  // Two jobs of one enrolment at once: the second one goes alone, and finds it moved.
  const first = [...new Map(wanted.toReversed().map((one) => [one.enrollmentId, one])).values()]
  const released = await release(first, 'skip_locked').catch((error: unknown) => {
    if (!mayBeOneRow(error)) throw error
    return new Set<string>()
  })
  return wanted.map(async (one) => {
    if (first.includes(one) && released.has(one.enrollmentId)) return true
    return (await release([one], 'wait')).has(one.enrollmentId)
  })
})

/**
 * One statement and so one transaction without a wait inside: the audit chain is one lock for everybody, and holding it over round trips was
 * what limited how many certificates a second can be issued. It makes the move of tryTransition (transition.ts) for several enrolments.
 *
 * @returns the enrolments that were moved
 */
async function release(wanted: readonly ToRelease[], locked: 'wait' | 'skip_locked'): Promise<Set<string>> {
  const moves = wanted.map(({ actor, enrollmentId, certificates, delivery }) => {
    const next = delivery ? null : job('deliver-certificates', { enrollmentId })
    return {
      enrollment_id: enrollmentId,
      actor,
      detail: { serialNumbers: certificates.map(({ serialNumber }) => serialNumber) },
      command_id: delivery?.id,
      external_id: delivery?.externalId,
      request_body: delivery?.requestBody,
      timeout_s: delivery?.timeoutS,
      lifespan_s: delivery?.lifespanS,
      job_task: next?.task,
      job_payload: next?.payload,
      job_key: next?.key,
    }
  })
  const given = wanted.flatMap(({ enrollmentId, certificates }) =>
    certificates.map(({ id, der, serialNumber, notBefore, notAfter }) => ({
      id,
      enrollment_id: enrollmentId,
      der: hex(der),
      sha256: hex(createHash('sha256').update(der).digest()),
      serial_number: serialNumber,
      not_before: notBefore,
      not_after: notAfter,
    })),
  )
  const rows = await db().$queryRaw<{ id: string }[]>`/* prepared */
    WITH wanted AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(moves)}::json) AS w (enrollment_id uuid, actor json, detail jsonb, command_id uuid,
        external_id text, request_body text, timeout_s int, lifespan_s int, job_task text, job_payload json, job_key text)
    ), given AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(given)}::json) AS g (id uuid, enrollment_id uuid, der bytea, sha256 bytea, serial_number text,
        not_before timestamptz, not_after timestamptz)
    ), before AS (
      SELECT e.id FROM wanted w, LATERAL (
        SELECT id FROM enrollment WHERE id = w.enrollment_id AND state = 'issuing' FOR UPDATE ${locked === 'wait' ? Prisma.empty : Prisma.sql`SKIP LOCKED`}
      ) AS e
      WHERE NOT EXISTS (
        SELECT FROM given g LEFT JOIN certificate c ON c.id = g.id AND c.status = 'reserved' WHERE g.enrollment_id = e.id AND c.id IS NULL)
    ), moved AS (
      UPDATE enrollment e SET state = 'delivering', version = e.version + 1, state_changed_at = clock_timestamp(), wait_reason = NULL,
        failure_code = NULL, failure_detail = NULL, current_command_id = coalesce(w.command_id, e.current_command_id)
      FROM before b JOIN wanted w ON w.enrollment_id = b.id WHERE e.id = b.id AND e.state = 'issuing'
      RETURNING e.id, w.actor, w.detail
    ), changed AS (
      UPDATE certificate c SET status = 'issued', der = g.der, sha256 = g.sha256, issued_at = clock_timestamp(),
        serial_number = g.serial_number, not_before = g.not_before, not_after = g.not_after
      FROM moved m JOIN given g ON g.enrollment_id = m.id WHERE c.id = g.id AND c.status = 'reserved'
      RETURNING c.id, c.serial_number, c.sha256, m.id AS enrollment_id, m.actor
    ), commanded AS (
      INSERT INTO command (id, enrollment_id, kind, attempt, state, external_id, request_body, timeout_s, lifespan_s, created_at)
      SELECT w.command_id, m.id, 'certificate',
        1 + coalesce((SELECT max(attempt) FROM command o WHERE o.enrollment_id = m.id AND o.kind = 'certificate'), 0),
        'sending', w.external_id, w.request_body, w.timeout_s, w.lifespan_s, clock_timestamp()
      FROM moved m JOIN wanted w ON w.enrollment_id = m.id WHERE w.command_id IS NOT NULL
      RETURNING 1
    ), added AS (
      SELECT certdesk_add_job(w.job_task, w.job_payload, w.job_key)
      FROM moved m JOIN wanted w ON w.enrollment_id = m.id WHERE w.command_id IS NULL
    ), audited AS (
      INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
      SELECT a.actor ->> 'kind', a.actor ->> 'id', a.actor ->> 'name', a.action, a.object_kind, a.object_id::text, a.enrollment_id, a.detail
      FROM (
        SELECT actor, 'certificate.issued' AS action, 'certificate' AS object_kind, id AS object_id, enrollment_id, 1 AS place,
               jsonb_build_object('serialNumber', serial_number, 'sha256', encode(sha256, 'hex')) AS detail FROM changed
        UNION ALL
        SELECT actor, 'enrollment.delivering', 'enrollment', id, id, 2, detail || '{"from": "issuing", "to": "delivering"}' FROM moved
      ) AS a, (SELECT count(*) FROM commanded) AS first, (SELECT count(*) FROM added) AS second
      ORDER BY a.enrollment_id, a.place, a.object_id
      RETURNING 1
    )
    SELECT id FROM moved, (SELECT count(*) FROM audited) AS done`
  return new Set(rows.map(({ id }) => id))
}
