/**
 * Audit rows: who did what. Only ever inserted; seq, time, prev_hash and hash are set by a trigger under one lock for the whole
 * database (gap-free, chained), which is held until commit: write them last. Detail holds machine fields and never a secret.
 */
import type { Actor } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { storableJson } from './storable.ts'
import type { Tx } from './transaction.ts'

/**
 * Everything that is written down. `enrollment.<state>` is the entering of that state; its detail always has `from` and `to`.
 * `enrollment.started` enters the first state and has `to`.
 */
export type AuditAction =
  | `enrollment.${EnrollmentState}`
  | 'enrollment.started'
  | 'enrollment.new_offer_wanted'
  | 'enrollment.new_offer'
  | 'enrollment.waiting'
  | 'callback.ignored'
  | 'callback.quarantined'
  | 'certificate.reserved'
  | 'certificate.asked_again'
  | 'certificate.issued'
  | 'certificate.revocation_wanted'
  | 'certificate.revoked'
  | 'certificate.held'
  | 'certificate.released'
  | 'certificate.to_be_revoked_by_hand'
  | 'certificate.revocation_seen'
  | 'crl.published'
  | 'issuer.created'
  | 'issuer.rotated'
  | 'issuer.exported'
  | 'issuer.restored'
  | 'service_certificate.issued'
  | 'issuer.changed'
  | 'issuer.trusted'
  | 'issuer.credential_set'
  | 'issuer.challenges_added'
  | 'issuer.challenges_discarded'
  | 'scep.server_changed'
  | 'scep.challenge_created'
  | 'scep.authority_added'
  | 'scep.authority_removed'
  | 'scep.issued'
  | 'scep.revoked'
  | 'user.created'
  | 'user.changed'
  | 'profile.created'
  | 'profile.changed'
  | 'policy.changed'
  | 'key.blocked'
  | 'key.unblocked'
  | 'bundle.requested'
  | 'bundle.exported'
  | 'bundle.key_created'
  | 'incident.opened'
  | 'incident.closed'
  | 'link.created'
  | 'link.used'
  | 'link.revoked'
  | 'token.created'
  | 'token.revoked'
  | 'account.created'
  | 'account.changed'
  | 'account.signed_in'
  | 'account.sign_in_failed'
  | 'account.signed_out'

export type AuditObjectKind =
  | 'enrollment'
  | 'callback'
  | 'certificate'
  | 'crl'
  | 'issuer'
  | 'user'
  | 'profile'
  | 'link'
  | 'token'
  | 'account'
  | 'incident'
  | 'bundle'
  | 'policy'
  | 'key'

/** Who is said to have done it: an actor, or the phone whose message Hermod brought. */
export type AuditActor = Actor | { kind: 'phone'; name: string }

export type AuditDetail = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>

export interface AuditEntryInput {
  action: AuditAction
  objectKind: AuditObjectKind
  objectId: string
  enrollmentId?: string | null
  detail?: AuditDetail
}

/** The columns of the actor, in the order actor_kind, actor_id, actor_name. */
export const actorColumns = (actor: AuditActor): Prisma.Sql =>
  Prisma.sql`${actor.kind}::text, ${'id' in actor ? actor.id : null}::text, ${actor.name}::text`

export async function writeAudit(tx: Tx, actor: AuditActor, entry: AuditEntryInput): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO audit_entry (actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail)
    VALUES (${actorColumns(actor)}, ${entry.action}, ${entry.objectKind}, ${entry.objectId}, ${entry.enrollmentId ?? null}::uuid,
            ${storableJson(entry.detail ?? {})}::jsonb)`
}
