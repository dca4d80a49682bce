/**
 * One enrolment with all its page shows, as one SQL statement and the translation of its row.
 *
 * Parts come as JSON made by PostgreSQL, so their times are text with an offset; `iso` makes them what the views promise.
 */
import { type Grant, may } from '#lib/auth/permissions.ts'
import { CONFIRMATION_TIME_S, findConfirmation } from '#lib/core/enrollment/confirmation.ts'
import type { CheckResult, Verdict } from '#lib/core/enrollment/evidence.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import type { IncidentKind } from '#lib/core/incidents.ts'
import type { CertificateState, EnrollmentView, TimelineEntry } from '#lib/core/views.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { isEnrollmentState, type RawEnrollmentRow, ROW_COLUMNS, ROW_JOINS, toEnrollmentRow } from './enrollment-rows.ts'
import { issuerTitle } from './issuer-title.ts'

interface RawCommand {
  kind: 'provision' | 'certificate'
  state: string
  attempt: number
  offer_uri: string | null
  sent_at: string | null
  expires_at: string | null
  timeout_s: number
}

interface RawKey {
  keyid: string
  usage: string | null
  csrSubject: string
  spkiSha256: string
}

interface RawCertificate {
  id: string
  keyid: string
  serial_number: string | null
  subject: string
  issuer_name: string
  issuer_certificate: string | null
  state: CertificateState
  not_before: string
  not_after: string
  days_left: number
  issued_at: string | null
  delivered_at: string | null
  revoked_at: string | null
  revocation_reason: string | null
  der: string | null
}

interface RawAudit {
  at: string
  action: string
  actor_name: string
  detail: Record<string, unknown>
}

export interface RawEnrollment extends RawEnrollmentRow {
  version: number
  profileVersion: number
  serverTime: Date
  definition: unknown
  failureDetail: string | null
  waitReason: string | null
  viaLink: boolean
  phoneId: string | null
  phoneName: string | null
  command: RawCommand | null
  answerKeys: unknown
  verdict: Verdict | null
  checks: CheckResult[] | null
  policyVersion: number | null
  incidents: { id: string; kind: IncidentKind; openedAt: string }[] | null
  judgedAt: Date | null
  keys: RawKey[] | null
  certificates: RawCertificate[] | null
  audit: RawAudit[] | null
}

/** A certificate's standing, by the database's clock (CertificateRow.state). */
export const CERTIFICATE_STATE = Prisma.sql`
  CASE WHEN c.status = 'revoked' AND c.revocation_reason = 'certificateHold' AND c.not_after > now() THEN 'held'
       WHEN c.status = 'revoked' THEN 'revoked' WHEN c.status = 'reserved' THEN 'reserved'
       WHEN c.not_after <= now() THEN 'expired' WHEN c.not_after <= now() + interval '30 days' THEN 'expiring' ELSE 'active' END`

const MAX_TIMELINE = 500

const reachable = ({ actor }: Grant): Prisma.Sql => {
  if (actor.kind === 'link') return Prisma.sql`AND e.link_id = ${actor.id}::uuid`
  if (actor.kind === 'account' && actor.role === 'user') return Prisma.sql`AND e.user_id = ${actor.userId}::uuid`
  return Prisma.empty
}

export const selectEnrollment = (grant: Grant, id: string): Prisma.Sql => Prisma.sql`
  SELECT ${ROW_COLUMNS}, e.version, v.version AS "profileVersion", clock_timestamp() AS "serverTime", v.definition, e.failure_detail AS "failureDetail",
    e.wait_reason AS "waitReason", e.link_id IS NOT NULL AS "viaLink", e.phone_id AS "phoneId", ph.name AS "phoneName",
    a.keys AS "answerKeys", ev.verdict::text AS verdict, ev.checks, ev.created_at AS "judgedAt",
    (SELECT v.number FROM policy_version v WHERE v.id = ev.policy_version_id) AS "policyVersion",
    (SELECT json_agg(json_build_object('id', i.id, 'kind', i.kind, 'openedAt', i.opened_at) ORDER BY i.opened_at DESC)
     FROM incident i WHERE i.enrollment_id = e.id AND i.closed_at IS NULL) AS incidents,
    (SELECT json_build_object('kind', m.kind, 'state', m.state, 'attempt', m.attempt, 'offer_uri', m.offer_uri, 'sent_at', m.sent_at,
                              'expires_at', m.expires_at, 'timeout_s', m.timeout_s)
     FROM command m WHERE m.id = e.current_command_id) AS command,
    (SELECT json_agg(json_build_object('keyid', k.keyid, 'usage', k.usage, 'csrSubject', k.csr_subject,
                                       'spkiSha256', encode(k.spki_sha256, 'hex')) ORDER BY k.keyid)
     FROM enrollment_key k WHERE k.enrollment_id = e.id) AS keys,
    (SELECT json_agg(json_build_object(
        'id', c.id, 'keyid', k.keyid, 'serial_number', c.serial_number, 'subject', c.subject, 'issuer_name', i.name,
        'issuer_certificate', encode(i.certificate, 'base64'), 'state', ${CERTIFICATE_STATE}, 'not_before', c.not_before,
        'not_after', c.not_after, 'days_left', floor(extract(epoch FROM c.not_after - now()) / 86400)::int, 'issued_at', c.issued_at,
        'delivered_at', c.delivered_at, 'revoked_at', c.revoked_at, 'revocation_reason', c.revocation_reason,
        'der', encode(c.der, 'base64')) ORDER BY k.keyid)
     FROM enrollment_key k JOIN certificate c ON c.enrollment_key_id = k.id JOIN issuer i ON i.id = c.issuer_id
     WHERE k.enrollment_id = e.id) AS certificates,
    (SELECT json_agg(json_build_object('at', t.at, 'action', t.action, 'actor_name', t.actor_name, 'detail', t.detail) ORDER BY t.seq)
     FROM (SELECT * FROM audit_entry WHERE enrollment_id = e.id ORDER BY seq LIMIT ${MAX_TIMELINE}::int) AS t) AS audit
  FROM ${ROW_JOINS}
  LEFT JOIN evidence ev ON ev.answer_id = a.id
  LEFT JOIN phone ph ON ph.id = e.phone_id
  WHERE e.id = ${id}::uuid ${reachable(grant)}`

const iso = (time: string | Date): string => new Date(time).toISOString()
const isoOrNull = (time: string | null): string | null => (time === null ? null : iso(time))

/** PEM (RFC 7468) of base64 as PostgreSQL writes it, with its line breaks elsewhere. */
export const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${(base64.replace(/\s/g, '').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`

function toTimelineEntry(enrollmentId: string, { at, action, actor_name, detail }: RawAudit): TimelineEntry {
  const to = action.startsWith('enrollment.') ? detail?.to : undefined
  const state = typeof to === 'string' && isEnrollmentState(to) ? to : null
  return { at: iso(at), action, state, actor: actor_name, detail: detail ?? {}, enrollmentId }
}

/** What was read of the keys of an answer that was refused: it made no keys, but its page shows them. */
function readAnswerKeys(json: unknown): RawKey[] {
  if (!Array.isArray(json)) return []
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return json
    .filter((key): key is Record<string, unknown> => typeof key === 'object' && key !== null)
    .map((key) => ({ keyid: text(key.keyid), usage: null, csrSubject: text(key.csrSubject), spkiSha256: text(key.spkiSha256) }))
}

function liveOffer(grant: Grant, row: RawEnrollment): EnrollmentView['offer'] {
  const mayHave = may(grant.actor, 'enrollment:manage') || may(grant.actor, 'self:enroll')
  const command = row.command
  if (!mayHave || row.state !== 'offered' || command?.kind !== 'provision') return null
  if (!command.offer_uri || !command.sent_at || !command.expires_at) return null
  return { uri: command.offer_uri, sentAt: iso(command.sent_at), expiresAt: iso(command.expires_at), timeoutS: command.timeout_s }
}

/** The last entering of each state. A new code enters "offered" again without being a transition. */
function enteredAt(timeline: readonly TimelineEntry[]): EnrollmentView['enteredAt'] {
  const times: Partial<Record<EnrollmentState, string>> = {}
  for (const entry of timeline) if (entry.state) times[entry.state] = entry.at
  return times
}

function confirmationOf(
  { state, checks, stateChangedAt }: RawEnrollment,
  definition: ProfileDefinition,
): EnrollmentView['confirmation'] {
  const asks = state === 'confirming' ? findConfirmation(definition, checks ?? []) : null
  return asks && { ...asks, until: iso(new Date(stateChangedAt.getTime() + CONFIRMATION_TIME_S[asks.by] * 1000)) }
}

export function toEnrollmentView(grant: Grant, row: RawEnrollment): EnrollmentView {
  const base = toEnrollmentRow(row)
  const timeline = (row.audit ?? []).map((entry) => toTimelineEntry(row.id, entry))
  const { command } = row
  const definition = profileDefinitionSchema.parse(row.definition)
  return {
    ...base,
    version: row.version,
    serverTime: iso(row.serverTime),
    profileVersion: row.profileVersion,
    servername: definition.servername,
    offer: liveOffer(grant, row),
    delivery:
      command?.kind === 'certificate'
        ? { attempt: command.attempt, sentAt: isoOrNull(command.sent_at), expiresAt: isoOrNull(command.expires_at) }
        : null,
    waitReason: row.waitReason,
    confirmation: confirmationOf(row, definition),
    failure: row.failureCode ? { code: row.failureCode as FailureCode, detail: row.failureDetail } : null,
    keys: row.keys ?? readAnswerKeys(row.answerKeys),
    certificates: (row.certificates ?? []).map((c) => ({
      id: c.id,
      keyid: c.keyid,
      serialNumber: c.serial_number,
      subject: c.subject,
      issuer: issuerTitle(c.issuer_name, c.issuer_certificate),
      profile: row.profileTitle,
      user: base.user,
      phone: row.phoneId ? { id: row.phoneId, name: row.phoneName ?? '' } : null,
      state: c.state,
      notBefore: iso(c.not_before),
      notAfter: iso(c.not_after),
      daysLeft: c.days_left,
      issuedAt: isoOrNull(c.issued_at),
      deliveredAt: isoOrNull(c.delivered_at),
      revokedAt: isoOrNull(c.revoked_at),
      revocationReason: c.revocation_reason,
      pem: c.der ? pemOf(c.der) : null,
    })),
    evidence:
      row.verdict && row.checks && row.judgedAt
        ? { verdict: row.verdict, checks: row.checks, judgedAt: iso(row.judgedAt), policyVersion: row.policyVersion }
        : null,
    incidents: may(grant.actor, 'incident:read')
      ? (row.incidents ?? []).map((incident) => ({ ...incident, openedAt: iso(incident.openedAt) }))
      : [],
    phone: row.phoneId ? { id: row.phoneId } : null,
    timeline,
    enteredAt: enteredAt(timeline),
    viaLink: row.viaLink,
  }
}
