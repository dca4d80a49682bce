/** What the portal has found at a CA's public addresses about a wish (revocation_proof), and what follows from it. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { lockEnrollment } from './enrollment-writes.ts'
import { openIncident } from './incidents.ts'
import { addJob } from './jobs.ts'
import { changeStatus, type OpenWish } from './revocation.ts'
import { storableText } from './storable.ts'
import { inTransaction, type Tx } from './transaction.ts'

type System = Grant<'system:work'>

export interface ProofTask extends OpenWish {
  state: 'wanted' | 'by_hand' | 'done' | 'void'
  serialNumber: string
  notAfter: Date
  userId: string
  /** Signing certificate first, anchor last. */
  chain: Bytes[]
  issuerName: string
  /** The database's clock. */
  now: Date
  /** Not seen yet. */
  open: { source: 'ocsp' | 'crl'; url: string; checks: number; due: boolean }[]
}

/** Null: no such wish, or a certificate without a serial number, of which nobody can say anything. */
export async function readProofTask(_grant: System, requestId: string): Promise<ProofTask | null> {
  const rows = await db().$queryRaw<(Omit<ProofTask, 'serialNumber' | 'open'> & { serialNumber: string | null })[]>`
    SELECT r.id, r.kind::text AS kind, r.state::text AS state, r.reason, r.requested_by AS "requestedBy", c.id AS "certificateId",
      k.enrollment_id AS "enrollmentId", c.serial_number AS "serialNumber", c.not_after AS "notAfter", c.user_id AS "userId",
      i.chain, i.name AS "issuerName", clock_timestamp() AS now
    FROM revocation_request r JOIN certificate c ON c.id = r.certificate_id JOIN enrollment_key k ON k.id = c.enrollment_key_id
    JOIN issuer i ON i.id = c.issuer_id WHERE r.id = ${requestId}::uuid`
  const row = rows[0]
  if (!row || row.serialNumber === null) return null
  const open = await db().$queryRaw<ProofTask['open']>`
    SELECT source::text AS source, url, checks, due_at < clock_timestamp() AS due FROM revocation_proof
    WHERE request_id = ${requestId}::uuid AND first_seen_at IS NULL ORDER BY source`
  return { ...row, serialNumber: row.serialNumber, open }
}

export interface ProofFinding {
  source: 'ocsp' | 'crl'
  /** Null: it does not say yet what was wished. */
  seen: { sha256: Uint8Array<ArrayBuffer>; crlNumber: number | null; saidAt: Date | null } | null
  /** For staff. */
  detail: string
  /** Seconds until the next look; null: no more looks. */
  nextS: number | null
}

/**
 * Writes down what a look found. The first place that says it makes a wish by hand true; a place that should say it and does not is an
 * incident, once. The next look is a job in the same transaction.
 */
export function recordFindings(grant: System, task: ProofTask, findings: readonly ProofFinding[]): Promise<void> {
  return inTransaction(grant, async (tx) => {
    await lockEnrollment(tx, grant, task.enrollmentId)
    if (await isOvertaken(tx, task.id)) return endLooks(tx, task.id)
    const seen: ProofFinding[] = []
    for (const finding of findings) {
      const { source, detail, nextS } = finding
      const written = await tx.$executeRaw`
        UPDATE revocation_proof SET checks = checks + 1, last_checked_at = clock_timestamp(), detail = ${storableText(detail).slice(0, 500)},
          next_check_at = ${finding.seen ? null : nextS}::float8 * interval '1 second' + clock_timestamp(),
          first_seen_at = CASE WHEN ${finding.seen !== null} THEN clock_timestamp() END,
          said_at = ${finding.seen?.saidAt ?? null}::timestamptz, sha256 = ${finding.seen?.sha256 ?? null}::bytea,
          crl_number = ${finding.seen?.crlNumber ?? null}::int
        WHERE request_id = ${task.id}::uuid AND source = ${source}::proof_source AND first_seen_at IS NULL`
      if (written > 0 && finding.seen) seen.push(finding)
    }
    const [first] = seen
    if (first && task.state === 'by_hand') await changeStatus(tx, grant, task, first.seen?.saidAt ?? null)
    const waits = findings.flatMap(({ seen, nextS }) => (seen || nextS === null ? [] : [nextS]))
    if (waits.length > 0) await addJob(tx, 'prove-revocation', { requestId: task.id }, Math.min(...waits))
    for (const { source } of seen)
      await writeAudit(tx, grant.actor, {
        action: 'certificate.revocation_seen',
        objectKind: 'certificate',
        objectId: task.certificateId,
        enrollmentId: task.enrollmentId,
        detail: { kind: task.kind, source },
      })
    const late = findings.filter(({ source, seen }) => !seen && task.open.some((place) => place.source === source && place.due))
    for (const { source, detail } of late)
      await openIncident(tx, grant, {
        kind: 'revocation_not_published',
        about: `request:${task.id}:${source}`,
        enrollmentId: task.enrollmentId,
        userId: task.userId,
        certificateId: task.certificateId,
        detail: {
          source,
          kind: task.kind,
          issuer: task.issuerName,
          serialNumber: task.serialNumber,
          found: detail.slice(0, 200),
        },
      })
  })
}

/**
 * Nobody has to see any more what is wished no longer: void, or true once and then replaced (a hold that was released before every place
 * said so). The row is locked, so that the answer holds until commit.
 */
async function isOvertaken(tx: Tx, requestId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ overtaken: boolean }[]>`
    SELECT r.state = 'void' OR EXISTS (SELECT FROM revocation_request n WHERE n.certificate_id = r.certificate_id AND n.state = 'done'
      AND (n.requested_at, n.id) > (r.requested_at, r.id)) AS overtaken
    FROM revocation_request r WHERE r.id = ${requestId}::uuid FOR UPDATE OF r`
  return row?.overtaken ?? true
}

async function endLooks(tx: Tx, requestId: string): Promise<void> {
  await tx.$executeRaw`UPDATE revocation_proof SET next_check_at = NULL WHERE request_id = ${requestId}::uuid AND first_seen_at IS NULL`
}
