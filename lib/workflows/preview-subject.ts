/** What the certificate will carry, shown before anybody is asked to scan: the rendered subject, its end, and what is in the way. */
import type { Grant } from '#lib/auth/permissions.ts'
import { type Clock, systemClock } from '#lib/clock.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { SubjectPreview } from '#lib/core/views.ts'
import { findProfileFacts, findUserFacts } from '#lib/data/enrollment-facts.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

const DAY_MS = 86_400_000

/** Everything that would stop `startEnrollment` is a sentence in `problems`, except a user or profile that does not exist. @throws RequestError not_found */
export async function previewSubject(
  grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>,
  request: { userid: string; profileName: string },
  clock: Clock = systemClock,
): Promise<SubjectPreview> {
  const [user, profile] = await Promise.all([
    findUserFacts(grant, { userid: request.userid }),
    findProfileFacts(grant, { name: request.profileName }),
  ])
  const own = grant.permission !== 'self:enroll' || ('userId' in grant.actor && grant.actor.userId === user?.id)
  if (!user || !own) throw new RequestError('not_found', texts.noUser(request.userid))
  if (!profile) throw new RequestError('not_found', texts.noProfile(request.profileName))
  const subject = renderSubject(profile.definition.subject, user)
  const subjectAltName = renderSubjectAltName(profile.definition.certificate, user)
  const problems = [
    ...(user.status === 'active' ? [] : [texts.userInactive(user.name)]),
    ...(profile.enabled ? [] : [texts.profileDisabled(profile.title)]),
    ...subject.problems,
    ...subjectAltName.problems,
  ]
  return {
    ok: problems.length === 0,
    subject: subject.text,
    notAfter: new Date(clock.now().getTime() + profile.definition.certificate.validityDays * DAY_MS).toISOString(),
    problems,
  }
}
