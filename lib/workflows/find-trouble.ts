/**
 * For somebody with a one-time link, before a code is shown: is anything in the way that only others can mend? Said without the names and
 * details that are for staff.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { judgeReadiness } from '#lib/core/enrollment/readiness.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { findProfileFacts, findUserFacts } from '#lib/data/enrollment-facts.ts'
import { readReadinessFacts } from '#lib/data/readiness.ts'

/** `subject`: what is known of the person does not make a certificate. The others: that part does not work. */
export type Trouble = 'subject' | 'worker' | 'hermod' | 'issuer'

/** @param grant of a link's holder */
export async function findTrouble(grant: Grant<'self:enroll'>): Promise<Trouble | null> {
  const { actor } = grant
  if (actor.kind !== 'link') return null
  const [user, profile] = await Promise.all([
    findUserFacts(grant, { id: actor.userId }),
    findProfileFacts(grant, { versionId: actor.profileVersionId }),
  ])
  if (!user || !profile) return null
  const { subject, certificate } = profile.definition
  if (!renderSubject(subject, user).ok || !renderSubjectAltName(certificate, user).ok) return 'subject'
  const facts = await readReadinessFacts(grant, { versionId: profile.versionId, validityDays: certificate.validityDays })
  return judgeReadiness(facts).find(({ state }) => state === 'broken')?.part ?? null
}
