/**
 * What issuing reads and writes: the keys that an answer proved, the certificate reserved for each, and the certificate made of it.
 *
 * UNIQUE(enrollment_key_id) makes it one certificate a key (R1), UNIQUE(issuer_id, serial_number) one certificate a serial number (R2); a
 * second worker's reservation falls on the first one's and it goes on with that. Releasing a certificate, the transition and the delivery
 * job are one transaction, fenced by the state.
 */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { type RenderedSubjectAltName, renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import type { ProcessFailureCode } from '#lib/core/errors.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { commandSql, type NewCommand } from './commands.ts'
import { textAttributes } from './enrollment-facts.ts'
import { setWaitReason } from './enrollment-writes.ts'
import { openIncident } from './incidents.ts'
import { addJob, job } from './jobs.ts'
import { newId } from './new-id.ts'
import { inTransaction } from './transaction.ts'
import { tryTransition } from './transition.ts'

export interface KeyToCertify {
  id: string
  keyid: string
  csr: Bytes
  spki: Bytes
  spkiSha256: Bytes
  /** As it was shown with the evidence. */
  csrSubject: string
  /** Null until one is reserved. */
  certificate: ReservedCertificate | null
}

export interface ReservedCertificate {
  id: string
  status: 'reserved' | 'issued' | 'revoked'
  /** Who prepared it and must complete it: not the current generation if the CA was rotated meanwhile. */
  issuer: IssuerRef
  /** What was prepared. */
  tbs: Bytes
  /** What a remote CA gave and was found right, not released yet. */
  heldDer: Bytes | null
  asks: number
  /** When a remote CA was last asked for it, and when its answer to that was read; null: not read. */
  askedAt: Date | null
  answerReadAt: Date | null
  pendingSince: Date | null
}

export interface IssuerRef {
  id: string
  name: string
  kind: 'embedded' | 'scep' | 'est'
  revision: number
}

export interface Issuance {
  enrollmentId: string
  state: EnrollmentState
  userActive: boolean
  /** Of the user as they are now. */
  subjectAltName: RenderedSubjectAltName
  profile: ProfileDefinition
  issuer: IssuerRef
  /** Since when it has been `issuing`. */
  since: Date
  userid: string
  /** `profile.id` of the phone's answer; null if no phone is known. */
  profileRef: string | null
  /** The database's clock. */
  now: Date
  keys: KeyToCertify[]
}

interface IssuanceRow {
  state: EnrollmentState
  userName: string
  email: string | null
  department: string | null
  attributes: unknown
  userid: string
  profileRef: string | null
  userStatus: string
  versionId: string
  definition: unknown
  issuerId: string
  issuerName: string
  issuerKind: 'embedded' | 'scep' | 'est'
  issuerRevision: number
  since: Date
  now: Date
  keyId: string | null
  keyid: string
  csr: Bytes
  spki: Bytes
  spkiSha256: Bytes
  csrSubject: string
  certificateId: string | null
  certificateStatus: 'reserved' | 'issued' | 'revoked'
  certificateIssuerId: string
  certificateIssuerName: string
  certificateIssuerKind: IssuerRef['kind']
  certificateIssuerRevision: number
  tbs: Bytes
  heldDer: Bytes | null
  asks: number
  askedAt: Date | null
  answerReadAt: Date | null
  pendingSince: Date | null
}

/** Everything one issuance needs, in one query. Null: no such enrolment. */
export async function readIssuance(_grant: Grant<'system:work'>, enrollmentId: string): Promise<Issuance | null> {
  const rows = await db().$queryRaw<IssuanceRow[]>`
    SELECT e.state::text AS state, u.name AS "userName", u.email, u.department, u.attributes, u.userid, ph.profile_ref AS "profileRef", u.status::text AS "userStatus", pv.id AS "versionId", pv.definition,
           i.id AS "issuerId", i.name AS "issuerName", i.kind::text AS "issuerKind", i.revision AS "issuerRevision",
           e.state_changed_at AS since, clock_timestamp() AS now,
           k.id AS "keyId", k.keyid, k.csr, k.spki, k.spki_sha256 AS "spkiSha256", k.csr_subject AS "csrSubject",
           c.id AS "certificateId", c.status::text AS "certificateStatus", ci.id AS "certificateIssuerId", ci.name AS "certificateIssuerName",
           ci.kind::text AS "certificateIssuerKind", ci.revision AS "certificateIssuerRevision", c.tbs, c.held_der AS "heldDer", c.asks,
           c.asked_at AS "askedAt", c.answer_read_at AS "answerReadAt", c.pending_since AS "pendingSince"
    FROM enrollment e
    JOIN "user" u ON u.id = e.user_id
    JOIN profile_version pv ON pv.id = e.profile_version_id
    JOIN issuer p ON p.id = pv.issuer_id
    JOIN issuer i ON i.id = coalesce(p.replaced_by_id, p.id)
    LEFT JOIN phone ph ON ph.id = e.phone_id
    LEFT JOIN enrollment_key k ON k.enrollment_id = e.id
    LEFT JOIN certificate c ON c.enrollment_key_id = k.id
    LEFT JOIN issuer ci ON ci.id = c.issuer_id
    WHERE e.id = ${enrollmentId}::uuid
    ORDER BY k.keyid`
  const [first] = rows
  if (first === undefined) return null
  const { userName: name, userid, email, department } = first
  const profile = definitionOf(first.versionId, first.definition)
  const user = { name, userid, email, department, attributes: textAttributes(first.attributes) }
  return {
    enrollmentId,
    state: first.state,
    userActive: first.userStatus === 'active',
    subjectAltName: renderSubjectAltName(profile.certificate, user),
    userid,
    profileRef: first.profileRef,
    profile,
    issuer: { id: first.issuerId, name: first.issuerName, kind: first.issuerKind, revision: first.issuerRevision },
    since: first.since,
    now: first.now,
    keys: rows.flatMap((row) =>
      row.keyId === null
        ? []
        : [
            {
              id: row.keyId,
              keyid: row.keyid,
              csr: row.csr,
              spki: row.spki,
              spkiSha256: row.spkiSha256,
              csrSubject: row.csrSubject,
              certificate: reservedOf(row),
            },
          ],
    ),
  }
}

function reservedOf(row: IssuanceRow): ReservedCertificate | null {
  if (row.certificateId === null) return null
  const { tbs, heldDer, asks, askedAt, answerReadAt, pendingSince } = row
  const issuer = {
    id: row.certificateIssuerId,
    name: row.certificateIssuerName,
    kind: row.certificateIssuerKind,
    revision: row.certificateIssuerRevision,
  }
  return { id: row.certificateId, status: row.certificateStatus, issuer, tbs, heldDer, asks, askedAt, answerReadAt, pendingSince }
}

/** A profile version never changes (trigger profile_version_kept), so its definition is checked once per process. */
const definitions = new Map<string, ProfileDefinition>()
const MAX_DEFINITIONS = 500

function definitionOf(versionId: string, stored: unknown): ProfileDefinition {
  const known = definitions.get(versionId)
  if (known !== undefined) return known
  const definition = profileDefinitionSchema.parse(stored)
  if (definitions.size >= MAX_DEFINITIONS) definitions.clear()
  definitions.set(versionId, definition)
  return definition
}

export interface Reservation {
  key: Pick<KeyToCertify, 'id' | 'spkiSha256' | 'csrSubject'>
  issuerId: string
  /** Null where the CA chooses it. */
  serialNumber: string | null
  tbs: Bytes
  notBefore: Date
  notAfter: Date
}

/**
 * Commits what was prepared before anybody is asked (R4, K9): serial number and TBS, or the message to a remote CA.
 *
 * @returns the new row's id; null if the key has a certificate already or the enrolment is not `issuing` any more: read again
 */
export async function reserveCertificate(
  _grant: Grant<'system:work'>,
  enrollmentId: string,
  reservation: Reservation,
): Promise<string | null> {
  const { key, issuerId, serialNumber, tbs, notBefore, notAfter } = reservation
  const rows = await db().$queryRaw<{ id: string }[]>`
    INSERT INTO certificate (id, issuer_id, serial_number, enrollment_key_id, user_id, phone_id, tbs, subject, spki_sha256, not_before, not_after,
                             created_at)
    SELECT ${newId()}::uuid, ${issuerId}::uuid, ${serialNumber}, ${key.id}::uuid, e.user_id, e.phone_id, ${tbs}, ${key.csrSubject},
           ${key.spkiSha256}, ${notBefore}::timestamptz, ${notAfter}::timestamptz, clock_timestamp()
    FROM enrollment e WHERE e.id = ${enrollmentId}::uuid AND e.state = 'issuing'
    ON CONFLICT (enrollment_key_id) DO NOTHING
    RETURNING id`
  return rows[0]?.id ?? null
}

export interface IssuedCertificate {
  id: string
  keyid: string
  der: Bytes
  serialNumber: string
  notBefore: Date
  notAfter: Date
}

/**
 * Releases the certificates: `issuing` → `delivering`, all certificates, their audit rows and the certificate command that the caller will
 * give to Hermod (without one: the job that makes it), or nothing. One statement
 * and so one transaction without a wait inside: the audit chain is one lock for everybody, and holding it over round trips was what
 * limited how many certificates a second can be issued.
 *
 * @returns false if another worker was faster or the enrolment stands elsewhere; nothing was written
 */
export function storeIssued(
  grant: Grant<'system:work'>,
  enrollmentId: string,
  certificates: readonly IssuedCertificate[],
  delivery: NewCommand | null = null,
): Promise<boolean> {
  const rows = certificates.map(
    ({ id, der, serialNumber, notBefore, notAfter }) =>
      Prisma.sql`(${id}::uuid, ${der}::bytea, ${createHash('sha256').update(der).digest()}::bytea, ${serialNumber}::text,
                  ${notBefore}::timestamptz, ${notAfter}::timestamptz)`,
  )
  const ids = certificates.map(({ id }) => id)
  return tryTransition(db(), grant, {
    enrollmentId,
    from: 'issuing',
    to: 'delivering',
    detail: { serialNumbers: certificates.map(({ serialNumber }) => serialNumber) },
    ...(delivery ? { set: { currentCommandId: delivery.id } } : { job: job('deliver-certificates', { enrollmentId }) }),
    also: {
      only: Prisma.sql`(SELECT count(*) FROM certificate WHERE id = ANY(${ids}::uuid[]) AND status = 'reserved') = ${ids.length}::int`,
      with: [
        Prisma.sql`changed AS (
          UPDATE certificate c SET status = 'issued', der = n.der, sha256 = n.sha256, issued_at = clock_timestamp(),
            serial_number = n.serial_number, not_before = n.not_before, not_after = n.not_after
          FROM moved, (VALUES ${Prisma.join(rows)}) AS n (id, der, sha256, serial_number, not_before, not_after)
          WHERE c.id = n.id AND c.status = 'reserved'
          RETURNING c.id, c.serial_number, c.sha256)`,
        ...(delivery ? [commandSql(delivery)] : []),
      ],
      audit: Prisma.sql`
        SELECT 'certificate.issued', 'certificate', id::text, jsonb_build_object('serialNumber', serial_number, 'sha256', encode(sha256, 'hex'))
        FROM changed`,
    },
  })
}

/** Ends the issuance: the CA said no, or what it said cannot be used. False if the enrolment stands elsewhere. */
export function failIssuing(
  grant: Grant<'system:work'>,
  enrollmentId: string,
  failureCode: Extract<ProcessFailureCode, `ca_${string}`> | 'user_inactive' | 'subject_not_renderable',
  failureDetail: string,
): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    // What a remote CA made for it, or may have made, is nobody's now. Read before the transition, which takes the audit chain's lock.
    const left = await tx.$queryRaw<{ id: string; issuer: string; askedAt: Date }[]>`
      SELECT c.id, i.name AS issuer, c.asked_at AS "askedAt" FROM certificate c
      JOIN enrollment_key k ON k.id = c.enrollment_key_id JOIN issuer i ON i.id = c.issuer_id
      WHERE k.enrollment_id = ${enrollmentId}::uuid AND c.status = 'reserved' AND c.asks > 0
        AND (c.held_der IS NOT NULL OR c.answer_read_at IS NULL OR c.answer_read_at < c.asked_at OR ${failureCode === 'ca_answer'}::boolean)`
    const set = { failureCode, failureDetail }
    const failed = await tryTransition(tx, grant, { enrollmentId, from: 'issuing', to: 'failed', set })
    if (!failed) return false
    for (const { id, issuer, askedAt } of left)
      await openIncident(tx, grant, {
        kind: 'certificate_unseen',
        about: `certificate:${id}`,
        enrollmentId,
        certificateId: id,
        detail: { issuer, askedAt: askedAt.toISOString() },
      })
    return true
  })
}

/** Leaves it `issuing`, says what is waited for, and asks the CA again after a while. */
export function waitForIssuer(
  grant: Grant<'system:work'>,
  enrollmentId: string,
  reason: string,
  retryAfterS: number,
): Promise<void> {
  return inTransaction(grant, async (tx) => {
    if (await setWaitReason(tx, enrollmentId, 'issuing', reason))
      await addJob(tx, 'issue-certificates', { enrollmentId }, retryAfterS)
  })
}
