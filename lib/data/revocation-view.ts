/** What pages and callers see of a revocation: the newest wish of a certificate with its proofs, and the tasks that a person has at a CA. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { ByHandTask, RevocationView } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { issuerTitle } from './issuer-title.ts'

/** Times as PostgreSQL writes them into JSON. */
export type RawRevocation = RevocationView

/** The newest wish about the certificate `c`, as JSON; overtaken ones are not looked at. */
export const NEWEST_REVOCATION = Prisma.sql`
  (SELECT json_build_object('id', r.id, 'kind', r.kind, 'state', r.state, 'reason', r.reason, 'note', r.note, 'requestedBy', r.requested_by,
     'requestedAt', r.requested_at, 'doneAt', r.done_at, 'proofs', coalesce((
       SELECT json_agg(json_build_object('source', p.source, 'url', p.url, 'firstSeenAt', p.first_seen_at, 'crlNumber', p.crl_number,
         'lastCheckedAt', p.last_checked_at, 'nextCheckAt', p.next_check_at, 'detail', p.detail, 'dueAt', p.due_at) ORDER BY p.source)
       FROM revocation_proof p WHERE p.request_id = r.id), '[]'::json))
   FROM revocation_request r WHERE r.certificate_id = c.id AND r.state <> 'void' ORDER BY r.requested_at DESC, r.id DESC LIMIT 1)`

const iso = (time: string): string => new Date(time).toISOString()
const isoOrNull = (time: string | null): string | null => (time === null ? null : iso(time))

export const toRevocationView = (raw: RawRevocation): RevocationView => ({
  ...raw,
  requestedAt: iso(raw.requestedAt),
  doneAt: isoOrNull(raw.doneAt),
  proofs: raw.proofs.map((proof) => ({
    ...proof,
    firstSeenAt: isoOrNull(proof.firstSeenAt),
    lastCheckedAt: isoOrNull(proof.lastCheckedAt),
    nextCheckAt: isoOrNull(proof.nextCheckAt),
    dueAt: iso(proof.dueAt),
  })),
})

interface RawTask extends Omit<ByHandTask, 'issuer' | 'requestedAt' | 'user'> {
  issuerName: string
  issuerCertificate: string | null
  requestedAt: Date
  userid: string
  userName: string
}

/** What has to be done by hand at a CA, longest waiting first, at most 100. */
export async function listByHandTasks(_grant: Grant<'enrollment:read' | 'certificate:read'>): Promise<ByHandTask[]> {
  const rows = await db().$queryRaw<RawTask[]>`
    SELECT c.id AS "certificateId", c.serial_number AS "serialNumber", c.subject, i.name AS "issuerName",
      encode(i.certificate, 'base64') AS "issuerCertificate", u.userid, u.name AS "userName", r.kind::text AS kind, r.reason,
      r.requested_by AS "requestedBy", r.requested_at AS "requestedAt"
    FROM revocation_request r JOIN certificate c ON c.id = r.certificate_id JOIN issuer i ON i.id = c.issuer_id JOIN "user" u ON u.id = c.user_id
    WHERE r.state = 'by_hand' ORDER BY r.requested_at LIMIT 100`
  return rows.map(({ issuerName, issuerCertificate, requestedAt, userid, userName, ...task }) => ({
    ...task,
    issuer: issuerTitle(issuerName, issuerCertificate),
    user: { userid, name: userName },
    requestedAt: requestedAt.toISOString(),
  }))
}
