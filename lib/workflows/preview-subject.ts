/**
 * Readiness: what the certificate will carry, shown before anybody is asked to scan, and what is in the way: of the person, of the profile, and
 * of everything that has to answer on the way to it.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { expectedNotAfter, judgeReadiness } from '#lib/core/enrollment/readiness.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { SubjectPreview } from '#lib/core/views.ts'
import { findProfileFacts, findUserFacts } from '#lib/data/enrollment-facts.ts'
import { readReadinessFacts } from '#lib/data/readiness.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

/** Everything that would stop `startEnrollment` is a sentence in `problems`, except a user or profile that does not exist. @throws RequestError not_found */
export async function previewSubject(
  grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>,
  request: { userid: string; profileName: string },
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
  const facts = await readReadinessFacts(grant, {
    versionId: profile.versionId,
    validityDays: profile.definition.certificate.validityDays,
  })
  const parts = judgeReadiness(facts)
  return {
    ok: problems.length === 0 && parts.every(({ state }) => state !== 'broken'),
    subject: subject.text,
    names: [
      ...(subjectAltName.email === null ? [] : [{ kind: 'email' as const, value: subjectAltName.email }]),
      ...(subjectAltName.upn === null ? [] : [{ kind: 'upn' as const, value: subjectAltName.upn }]),
    ],
    notAfter: expectedNotAfter(facts).toISOString(),
    keys: profile.definition.keys.map(({ keyid, keyTypes }) => ({ keyid, types: [...keyTypes] })),
    parts,
    problems,
  }
}
