/**
 * Starting an enrolment: the first row, and the wish that a provision command be sent. Nothing else happens in the web process.
 *
 * What would fail later fails here, while somebody is there to mend it: a person who is disabled, a profile that is switched off, a subject
 * or an alternative name that cannot be made of the person's attributes. Everything is read and written in one transaction. A repeated request with the same
 * `Idempotency-Key` gives the enrolment that the first one made, even if the person has been disabled since.
 *
 * Through a one-time link nothing can be chosen: person and profile version are the link's. A page opened twice, or reloaded, finds the
 * enrolment under way instead of starting a second one. A user's own account starts for its own user only.
 */
import { createHash } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { RequestError } from '#lib/core/errors.ts'
import { findProfileFacts, findUserFacts, type ProfileFacts, type UserFacts } from '#lib/data/enrollment-facts.ts'
import { insertEnrollment, lockLink } from '#lib/data/enrollment-writes.ts'
import { claimIdempotencyKey } from '#lib/data/idempotency.ts'
import { job } from '#lib/data/jobs.ts'
import { newId } from '#lib/data/new-id.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

type Starter = Grant<'enrollment:manage'> | Grant<'self:enroll'>

export interface StartRequest {
  userid: string
  profileName: string
  /** `Idempotency-Key`, at most 200 characters. */
  idempotencyKey?: string
}

/**
 * @returns the id of the new enrolment, or of the one an equal earlier request made.
 * @throws RequestError not_found, user_inactive, profile_disabled, invalid_input (the subject cannot be made), idempotency_mismatch
 */
export function startEnrollment(grant: Starter, request: StartRequest): Promise<{ id: string }> {
  if (grant.permission === 'self:enroll' && grant.actor.kind === 'link')
    return startEnrollmentByLink(grant as Grant<'self:enroll'>)
  return inTransaction(grant, async (tx) => {
    const id = newId()
    if (request.idempotencyKey !== undefined) {
      const hash = createHash('sha256')
        .update(JSON.stringify([request.userid, request.profileName]))
        .digest()
      const earlier = await claimIdempotencyKey(tx, grant.actor, request.idempotencyKey, hash, id)
      if (earlier) return { id: earlier }
    }
    const { user, profile } = await findBoth(tx, grant, request)
    await insert(tx, grant, id, user, profile, null)
    return { id }
  })
}

/** For a one-time link: starts the enrolment the link is for, or gives the one under way. @throws RequestError as startEnrollment */
export async function startEnrollmentByLink(grant: Grant<'self:enroll'>): Promise<{ id: string }> {
  const { actor } = grant
  if (actor.kind !== 'link') throw new RequestError('not_allowed', 'only a link starts an enrolment this way')
  return inTransaction(grant, async (tx) => {
    const link = await lockLink(tx, grant, actor.id)
    if (!link) throw new RequestError('not_found', texts.linkUnusable)
    if (link.runningEnrollmentId) return { id: link.runningEnrollmentId }
    if (!link.usable) throw new RequestError('wrong_state', texts.linkUnusable)
    const user = await findUserFacts(grant, { id: link.userId }, tx)
    const profile = await findProfileFacts(grant, { versionId: link.profileVersionId }, tx)
    if (!user || !profile) throw new RequestError('not_found', texts.linkUnusable)
    const id = newId()
    await insert(tx, grant, id, user, profile, link.id)
    return { id }
  })
}

async function findBoth(tx: Tx, grant: Starter, request: StartRequest): Promise<{ user: UserFacts; profile: ProfileFacts }> {
  const user = await findUserFacts(grant, { userid: request.userid }, tx)
  const own = grant.permission !== 'self:enroll' || (grant.actor.kind === 'account' && grant.actor.userId === user?.id)
  if (!user || !own)
    throw new RequestError('not_found', texts.noUser(request.userid), { fields: { userid: texts.noUser(request.userid) } })
  const profile = await findProfileFacts(grant, { name: request.profileName }, tx)
  if (!profile) {
    const sentence = texts.noProfile(request.profileName)
    throw new RequestError('not_found', sentence, { fields: { profile: sentence } })
  }
  return { user, profile }
}

async function insert(
  tx: Tx,
  grant: Starter,
  id: string,
  user: UserFacts,
  profile: ProfileFacts,
  linkId: string | null,
): Promise<void> {
  if (user.status !== 'active') throw new RequestError('user_inactive', texts.userInactive(user.name))
  if (!profile.enabled) throw new RequestError('profile_disabled', texts.profileDisabled(profile.title))
  const { definition } = profile
  const problems = [
    ...renderSubject(definition.subject, user).problems,
    ...renderSubjectAltName(definition.certificate, user).problems,
  ].join(' ')
  if (problems !== '') throw new RequestError('invalid_input', problems, { fields: { userid: problems } })
  const state = profile.definition.approval ? 'awaiting_approval' : 'requesting'
  await insertEnrollment(tx, grant, {
    id,
    userId: user.id,
    userid: user.userid,
    profileVersionId: profile.versionId,
    profileName: profile.name,
    state,
    linkId,
    job: state === 'requesting' ? job('send-provision', { enrollmentId: id }) : null,
  })
}
