/** What is hashed of an audit entry: the same text as audit_text() of the migrations makes, so that anybody can walk the chain. */

export interface AuditRow {
  seq: string
  /** As hashed: 2026-11-24T03:49:28.805Z */
  at: string
  actor_kind: string
  actor_id: string | null
  actor_name: string
  action: string
  object_kind: string
  object_id: string
  enrollment_id: string | null
  /** The JSON as PostgreSQL writes it. */
  detail: string
}

/** "<octets>:<text>," and "-," for NULL, as audit_text() of the migrations. */
const field = (value: string | null): string => (value === null ? '-,' : `${Buffer.byteLength(value)}:${value},`)

/** What is hashed of an entry, after the hash before it. */
export const auditText = (row: AuditRow): string =>
  [
    row.seq,
    row.at,
    row.actor_kind,
    row.actor_id,
    row.actor_name,
    row.action,
    row.object_kind,
    row.object_id,
    row.enrollment_id,
    row.detail,
  ]
    .map(field)
    .join('')
