/**
 * Everything a bundle is made of, read in one statement, so that it is of one moment. Times become ISO 8601, octets bytes.
 *
 * Requests stand in it octet for octet, since they are the evidence; so does the challenge of a CA that wants one in them. It is for one time only, and
 * spent where there is a certificate; in the bundle of an enrolment that came to nothing it may still be good at the CA.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { AuditRow } from '#lib/core/audit-text.ts'
import { type BundleContent, MAX_CALLBACKS, MAX_COMMANDS } from '#lib/core/bundle/content.ts'
import type { CheckResult, Verdict } from '#lib/core/enrollment/evidence.ts'
import { db } from '#lib/db.ts'
import { CHAINS_OF_ISSUER, type Chains, chainOf } from './issuer-chains.ts'

type Raw<T, Octets extends keyof T> = Omit<T, Octets> & Record<Octets, string | null>
type Command = BundleContent['commands'][number]
type Callback = BundleContent['callbacks'][number]
type Certificate = BundleContent['certificates'][number]

interface RawContent {
  enrollment: BundleContent['enrollment']
  profile: unknown
  commands: (Omit<Command, 'dummies'> & { dummies: { keyid: string; csr: string }[] | null })[] | null
  callbacks: Raw<Callback, 'body'>[] | null
  evidence: { verdict: Verdict; judgedAt: string; checks: CheckResult[] } | null
  judgedBy: BundleContent['judgedBy']
  certificates: (Raw<Omit<Certificate, 'chain'>, 'der'> & { chains: Chains | null })[] | null
  audit: (AuditRow & { prevHash: string; hash: string })[] | null
}

export async function readBundleContent(_grant: Grant<'system:work'>, enrollmentId: string): Promise<BundleContent | null> {
  const rows = await db().$queryRaw<RawContent[]>`
    SELECT json_build_object('id', e.id, 'state', e.state, 'user', json_build_object('userid', u.userid, 'name', u.name),
        'profile', json_build_object('name', p.name, 'title', p.title, 'version', v.version, 'versionId', v.id),
        'startedByName', e.started_by_name, 'createdAt', e.created_at, 'stateChangedAt', e.state_changed_at,
        'failureCode', e.failure_code, 'failureDetail', e.failure_detail,
        'callbacks', (SELECT count(*) FROM callback b JOIN command c ON c.id = b.command_id WHERE c.enrollment_id = e.id)) AS enrollment,
      v.definition AS profile,
      (SELECT json_agg(json_build_object('name', c.kind || '-' || c.attempt, 'kind', c.kind, 'state', c.state, 'externalId', c.external_id,
          'hermodCommandId', c.hermod_command_id, 'mid', c.mid, 'createdAt', c.created_at, 'expiresAt', c.expires_at, 'endedAt', c.ended_at,
          'failureCode', c.failure_code, 'requestBody', c.request_body, 'replyBody', c.reply_body, 'replyStatus', c.reply_status,
          'dummies', (SELECT json_agg(json_build_object('keyid', k.keyid, 'csr', encode(k.dummy_csr, 'base64')) ORDER BY k.keyid)
                      FROM command_key k WHERE k.command_id = c.id)) ORDER BY c.created_at, c.id)
       FROM (SELECT * FROM command WHERE enrollment_id = e.id
             ORDER BY id = a.command_id DESC NULLS LAST, created_at DESC, id DESC LIMIT ${MAX_COMMANDS}::int) c) AS commands,
      (SELECT json_agg(json_build_object('path', b.kind, 'command', c.kind || '-' || c.attempt, 'state', b.state, 'outcome', b.outcome,
          'receivedAt', b.received_at, 'repeats', b.repeats, 'body', encode(b.body, 'base64'),
          'judged', b.id = a.callback_id AND ev.answer_id IS NOT NULL) ORDER BY b.received_at, b.id)
       FROM (SELECT o.* FROM callback o JOIN command m ON m.id = o.command_id WHERE m.enrollment_id = e.id
             ORDER BY o.id = a.callback_id DESC NULLS LAST, o.received_at LIMIT ${MAX_CALLBACKS}::int) b JOIN command c ON c.id = b.command_id) AS callbacks,
      CASE WHEN ev.answer_id IS NOT NULL THEN json_build_object('verdict', ev.verdict, 'judgedAt', ev.created_at, 'checks', ev.checks) END AS evidence,
      CASE WHEN ev.answer_id IS NOT NULL THEN json_build_object('policyVersion',
          CASE WHEN y.id IS NOT NULL THEN json_build_object('number', y.number, 'note', y.note, 'createdByName', y.created_by_name,
            'createdAt', y.created_at, 'definition', y.definition) END, 'record', ev.policy) END AS "judgedBy",
      (SELECT json_agg(json_build_object('keyid', k.keyid, 'serialNumber', t.serial_number, 'status', t.status, 'issuer', i.name,
          'notBefore', t.not_before, 'notAfter', t.not_after, 'issuedAt', t.issued_at, 'deliveredAt', t.delivered_at, 'revokedAt', t.revoked_at,
          'revocationReason', t.revocation_reason, 'der', encode(t.der, 'base64'),
          'chains', ${CHAINS_OF_ISSUER}) ORDER BY k.keyid)
       FROM enrollment_key k JOIN certificate t ON t.enrollment_key_id = k.id JOIN issuer i ON i.id = t.issuer_id
       WHERE k.enrollment_id = e.id) AS certificates,
      (SELECT json_agg(json_build_object('seq', n.seq::text, 'at', to_char(n.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'actor_kind', n.actor_kind, 'actor_id', n.actor_id, 'actor_name', n.actor_name, 'action', n.action, 'object_kind', n.object_kind,
          'object_id', n.object_id, 'enrollment_id', n.enrollment_id::text, 'detail', n.detail::text, 'prevHash', encode(n.prev_hash, 'hex'),
          'hash', encode(n.hash, 'hex')) ORDER BY n.seq)
       FROM audit_entry n WHERE n.enrollment_id = e.id) AS audit
    FROM enrollment e JOIN "user" u ON u.id = e.user_id JOIN profile_version v ON v.id = e.profile_version_id
    JOIN profile p ON p.id = v.profile_id LEFT JOIN answer a ON a.judged_for = e.id LEFT JOIN evidence ev ON ev.answer_id = a.id
    LEFT JOIN policy_version y ON y.id = ev.policy_version_id
    WHERE e.id = ${enrollmentId}::uuid`
  const row = rows[0]
  return row ? toContent(row) : null
}

const bytes = (base64: string): Buffer<ArrayBuffer> => Buffer.from(base64, 'base64')

/** Members of these names are times as PostgreSQL writes them in JSON. */
const TIMES = new Set([
  'createdAt',
  'stateChangedAt',
  'expiresAt',
  'endedAt',
  'receivedAt',
  'judgedAt',
  'notBefore',
  'notAfter',
  'issuedAt',
  'deliveredAt',
  'revokedAt',
])

/** Only the members of `row` itself: what lies deeper was stored as it is. */
const withTimes = <T extends object>(row: T): T =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      TIMES.has(name) && typeof value === 'string' ? new Date(value).toISOString() : value,
    ]),
  ) as T

function toContent(row: RawContent): BundleContent {
  const { policyVersion, record } = row.judgedBy ?? {}
  return {
    enrollment: withTimes(row.enrollment),
    profile: row.profile,
    commands: (row.commands ?? []).map(({ dummies, ...command }) => ({
      ...withTimes(command),
      dummies: (dummies ?? []).map(({ keyid, csr }) => ({ keyid, csr: bytes(csr) })),
    })),
    callbacks: (row.callbacks ?? []).map(({ body, ...callback }) => ({ ...withTimes(callback), body: bytes(body ?? '') })),
    evidence: row.evidence && withTimes(row.evidence),
    judgedBy: row.judgedBy && { policyVersion: policyVersion ? withTimes(policyVersion) : null, record },
    certificates: (row.certificates ?? []).map(({ der: base64, chains, ...certificate }) => {
      const der = base64 === null ? null : bytes(base64)
      return { ...withTimes(certificate), der, chain: chainOf(der, chains) }
    }),
    audit: row.audit ?? [],
  }
}
