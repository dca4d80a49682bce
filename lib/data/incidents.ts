/** Incidents (lib/core/incidents.ts): opened once for one thing, in the transaction that noticed it. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { IncidentKind } from '#lib/core/incidents.ts'
import { type AuditDetail, writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { storableJson } from './storable.ts'
import type { Tx } from './transaction.ts'

export interface NewIncident {
  kind: IncidentKind
  /** What it is about, e.g. `answer:${id}`: the same kind about the same thing is one incident. */
  about: string
  enrollmentId?: string | null
  userId?: string | null
  certificateId?: string | null
  detail?: AuditDetail
}

/** @returns false if it stood there already, open or closed; then nothing was written */
export async function openIncident(tx: Tx, grant: Grant<'system:work'>, incident: NewIncident): Promise<boolean> {
  const { kind, about, enrollmentId = null, userId = null, certificateId = null, detail = {} } = incident
  const id = newId()
  const made = await tx.$executeRaw`
    INSERT INTO incident (id, kind, about, enrollment_id, user_id, certificate_id, detail)
    VALUES (${id}::uuid, ${kind}, ${about}, ${enrollmentId}::uuid, ${userId}::uuid, ${certificateId}::uuid, ${storableJson(detail)}::jsonb)
    ON CONFLICT (kind, about) DO NOTHING`
  if (made === 0) return false
  await writeAudit(tx, grant.actor, {
    action: 'incident.opened',
    objectKind: 'incident',
    objectId: id,
    enrollmentId,
    detail: { kind, about },
  })
  return true
}
