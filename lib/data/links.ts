/**
 * One-time links for the self-service page: 256 random bits, of which only the SHA-256 is kept. A link is used up by completing an
 * enrolment, not by opening it, because mail scanners open links; whether it still holds is decided by the database's clock.
 *
 * `findLink` needs no grant: it is how the holder of a link becomes an actor, who may act for that user and that profile version only.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Actor, Grant } from '#lib/auth/permissions.ts'
import { findConfirmation } from '#lib/core/enrollment/confirmation.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { LinkView } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { textAttributes } from './enrollment-facts.ts'
import { readDevice } from './enrollment-rows.ts'
import { isId, newId } from './new-id.ts'
import { inTransaction } from './transaction.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/
const hashOf = (token: string): Buffer<ArrayBuffer> => Buffer.from(createHash('sha256').update(token).digest())

export interface NewLink {
  userId: string
  profileName: string
  /** Whole days, 1–30. */
  validDays: number
}

/**
 * @returns the token, shown once and kept nowhere
 * @throws RequestError not_found, user_inactive, profile_disabled
 */
export async function createLink(
  grant: Grant<'enrollment:manage'>,
  { userId, profileName, validDays }: NewLink,
): Promise<{ id: string; token: string; expiresAt: string }> {
  if (!isId(userId)) throw new RequestError('not_found', 'There is no such user.')
  const id = newId()
  const token = randomBytes(32).toString('base64url')
  return inTransaction(grant, async (tx) => {
    const users = await tx.$queryRaw<{ userid: string; status: string }[]>`
      SELECT userid, status::text AS status FROM "user" WHERE id = ${userId}::uuid FOR SHARE`
    const profiles = await tx.$queryRaw<{ enabled: boolean; versionId: string }[]>`
      SELECT p.enabled, v.id AS "versionId" FROM profile p JOIN profile_version v ON v.profile_id = p.id
      WHERE p.name = ${profileName} ORDER BY v.version DESC LIMIT 1`
    const [user, profile] = [users[0], profiles[0]]
    if (!user) throw new RequestError('not_found', 'There is no such user.')
    if (!profile) throw new RequestError('not_found', 'There is no such profile.')
    if (user.status !== 'active')
      throw new RequestError('user_inactive', 'The user is disabled; nothing can be put on a phone for them.')
    if (!profile.enabled) throw new RequestError('profile_disabled', 'The profile is switched off.')
    const made = await tx.$queryRaw<{ expiresAt: Date }[]>`
      INSERT INTO enrollment_link (id, token_hash, user_id, profile_version_id, created_by_name, expires_at)
      VALUES (${id}::uuid, ${hashOf(token)}, ${userId}::uuid, ${profile.versionId}::uuid, ${grant.actor.name},
              clock_timestamp() + make_interval(days => ${validDays}::int))
      RETURNING expires_at AS "expiresAt"`
    const expiresAt = made[0]?.expiresAt.toISOString() ?? ''
    await writeAudit(tx, grant.actor, {
      action: 'link.created',
      objectKind: 'link',
      objectId: id,
      detail: { userid: user.userid, profile: profileName, expiresAt },
    })
    return { id, token, expiresAt }
  })
}

export type LinkActor = Extract<Actor, { kind: 'link' }>

interface RawLink {
  id: string
  userRowId: string
  userid: string
  userName: string
  profileVersionId: string
  profileName: string
  profileTitle: string
  email: string | null
  department: string | null
  attributes: unknown
  definition: unknown
  expiresAt: Date
  status: LinkView['status']
  serverTime: Date
  enrollmentId: string | null
  state: EnrollmentState | null
  failureCode: string | null
  waitReason: string | null
  device: unknown
  /** Only while somebody is asked. */
  checks: CheckResult[] | null
  csrSubject: string | null
  offerUri: string | null
  sentAt: Date | null
  offerExpiresAt: Date | null
  timeoutS: number | null
}

export interface FoundLink {
  actor: LinkActor
  /** What a workflow wants to know beside the actor. */
  linkId: string
  userid: string
  profileName: string
  view: LinkView
}

/** Who holds this token, and what they may see; null for a token that is none or is unknown. Changes nothing. */
export async function findLink(token: string): Promise<FoundLink | null> {
  if (!TOKEN.test(token)) return null
  const rows = await db().$queryRaw<RawLink[]>`
    SELECT l.id, u.id AS "userRowId", u.userid, u.name AS "userName", v.id AS "profileVersionId", p.name AS "profileName",
           p.title AS "profileTitle", u.email, u.department, u.attributes, v.definition, l.expires_at AS "expiresAt", clock_timestamp() AS "serverTime",
           CASE WHEN l.used_at IS NOT NULL THEN 'used' WHEN l.revoked_at IS NOT NULL THEN 'revoked'
                WHEN l.expires_at <= now() OR u.status <> 'active' THEN 'expired' ELSE 'usable' END AS status,
           ev.checks, (SELECT k.csr_subject FROM enrollment_key k WHERE k.enrollment_id = e.id ORDER BY k.keyid LIMIT 1) AS "csrSubject",
           e.id AS "enrollmentId", e.state::text AS state, e.failure_code AS "failureCode", e.wait_reason AS "waitReason", a.device,
           m.offer_uri AS "offerUri", m.sent_at AS "sentAt", m.expires_at AS "offerExpiresAt", m.timeout_s AS "timeoutS"
    FROM enrollment_link l
    JOIN "user" u ON u.id = l.user_id
    JOIN profile_version v ON v.id = l.profile_version_id
    JOIN profile p ON p.id = v.profile_id
    LEFT JOIN LATERAL (SELECT * FROM enrollment WHERE link_id = l.id ORDER BY created_at DESC LIMIT 1) e ON true
    LEFT JOIN answer a ON a.judged_for = e.id
    LEFT JOIN evidence ev ON ev.answer_id = a.id AND e.state = 'confirming'
    LEFT JOIN command m ON m.id = e.current_command_id AND m.kind = 'provision' AND e.state = 'offered'
    WHERE l.token_hash = ${hashOf(token)}`
  const row = rows[0]
  if (!row) return null
  return {
    actor: {
      kind: 'link',
      id: row.id,
      name: `${row.userName} (one-time link)`,
      userId: row.userRowId,
      profileVersionId: row.profileVersionId,
    },
    linkId: row.id,
    userid: row.userid,
    profileName: row.profileName,
    view: toLinkView(row),
  }
}

function toLinkView(row: RawLink): LinkView {
  const definition = profileDefinitionSchema.parse(row.definition)
  const { servername, subject } = definition
  const asks = row.checks && findConfirmation(definition, row.checks)
  const user = { ...row, name: row.userName, attributes: textAttributes(row.attributes) }
  const offer =
    row.offerUri && row.sentAt && row.offerExpiresAt && row.timeoutS
      ? {
          uri: row.offerUri,
          sentAt: row.sentAt.toISOString(),
          expiresAt: row.offerExpiresAt.toISOString(),
          timeoutS: row.timeoutS,
        }
      : null
  return {
    userName: row.userName,
    userid: row.userid,
    profileTitle: row.profileTitle,
    servername,
    subject: renderSubject(subject, user).text,
    expiresAt: row.expiresAt.toISOString(),
    status: row.status,
    enrollment:
      row.enrollmentId && row.state
        ? {
            id: row.enrollmentId,
            state: row.state,
            offer,
            serverTime: row.serverTime.toISOString(),
            device: readDevice(row.device),
            confirmation: asks && { by: asks.by, csrSubject: row.csrSubject ?? '' },
            failureCode: row.failureCode as FailureCode | null,
            waitReason: row.waitReason,
          }
        : null,
  }
}
