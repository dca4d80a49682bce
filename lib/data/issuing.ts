/**
 * What issuing reads: the keys that an answer proved, and the certificate reserved for each. And how it ends or waits without a certificate;
 * reserving and releasing certificates is in issuing-writes.ts.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { type RenderedSubjectAltName, renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import type { ProcessFailureCode } from '#lib/core/errors.ts'
import { db } from '#lib/db.ts'
import { textAttributes } from './enrollment-facts.ts'
import { setWaitReason } from './enrollment-writes.ts'
import { grouped } from './grouped.ts'
import { openIncident } from './incidents.ts'
import { addJob } from './jobs.ts'
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
  /** The subject of the user as they are now, as `csrSubject` of a key is written. */
  subject: string
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
  enrollmentId: string
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

/** Everything one issuance needs, in one query; for several enrolments when several are asked for. Null: no such enrolment. */
export const readIssuance = (_grant: Grant<'system:work'>, enrollmentId: string): Promise<Issuance | null> =>
  readGrouped(enrollmentId)

/** How many issuances at most are read, reserved or released in one statement: half of a worker's jobs, so that two groups take turns. */
export const GROUP_LIMIT = 8

const readGrouped = grouped(GROUP_LIMIT, async (enrollmentIds: readonly string[]) => {
  const rows = await db().$queryRaw<IssuanceRow[]>`/* prepared */
    SELECT e.id AS "enrollmentId", e.state::text AS state, u.name AS "userName", u.email, u.department, u.attributes, u.userid, ph.profile_ref AS "profileRef", u.status::text AS "userStatus", pv.id AS "versionId", pv.definition,
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
    WHERE e.id = ANY(${[...enrollmentIds]}::uuid[])
    ORDER BY k.keyid`
  const byEnrollment = Map.groupBy(rows, (row) => row.enrollmentId)
  // A promise each, so that rows that cannot be read fail for their own enrolment only.
  return enrollmentIds.map(async (id) => issuanceOf(byEnrollment.get(id) ?? []))
})

function issuanceOf(rows: readonly IssuanceRow[]): Issuance | null {
  const [first] = rows
  if (first === undefined) return null
  const { enrollmentId, userName: name, userid, email, department } = first
  const profile = definitionOf(first.versionId, first.definition)
  const user = { name, userid, email, department, attributes: textAttributes(first.attributes) }
  return {
    enrollmentId,
    state: first.state,
    userActive: first.userStatus === 'active',
    subjectAltName: renderSubjectAltName(profile.certificate, user),
    subject: renderSubject(profile.subject, user).text,
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

/** The user's certificates of that issuer that are neither revoked nor expired, newest first. */
export async function findGoodCertificates(
  _grant: Grant<'system:work'>,
  { enrollmentId, issuer }: Pick<Issuance, 'enrollmentId' | 'issuer'>,
): Promise<Bytes[]> {
  const rows = await db().$queryRaw<{ der: Bytes }[]>`
    SELECT c.der FROM certificate c JOIN enrollment e ON e.user_id = c.user_id
    WHERE e.id = ${enrollmentId}::uuid AND c.issuer_id = ${issuer.id}::uuid AND c.status = 'issued' AND c.not_after > clock_timestamp()
    ORDER BY c.issued_at DESC LIMIT 50`
  return rows.map(({ der }) => der)
}

/** Ends the issuance: the CA said no, or what it said cannot be used. False if the enrolment stands elsewhere. */
export function failIssuing(
  grant: Grant<'system:work'>,
  enrollmentId: string,
  failureCode: Extract<ProcessFailureCode, `ca_${string}`> | 'user_inactive' | 'stale_user' | 'subject_not_renderable',
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
