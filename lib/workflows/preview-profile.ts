/** What a profile that is being written would make for one person: the subject and the names beside it, as far as they render. */
import { authorize, type Grant } from '#lib/auth/permissions.ts'
import { renderSubject, type SubjectTemplate } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { getUser, listUsers } from '#lib/data/users.ts'

export interface ProfilePreview {
  /** Whom it is shown for; null: nobody was found. */
  person: { userid: string; name: string } | null
  subject: string
  email: string | null
  upn: string | null
  problems: string[]
}

export interface PreviewRequest {
  /** A login, or part of a name or e-mail address; empty: anybody. */
  person: string
  subject: SubjectTemplate
  subjectAltNameEmail: boolean
  subjectAltNameUpn: string | null
}

export async function previewProfile(grant: Grant<'settings:read'>, request: PreviewRequest): Promise<ProfilePreview> {
  const reader = authorize(grant.actor, 'user:read')
  const search = request.person.trim()
  const exact = search === '' ? null : await getUser(reader, search)
  const [nearest] = exact ? [] : (await listUsers(reader, { q: search, status: 'active', limit: 1 })).items
  const user = exact ?? (nearest ? await getUser(reader, nearest.userid) : null)
  if (!user) return { person: null, subject: '', email: null, upn: null, problems: [] }
  const subject = renderSubject(request.subject, user)
  const names = renderSubjectAltName(request, user)
  return {
    person: { userid: user.userid, name: user.name },
    subject: subject.text,
    email: names.email,
    upn: names.upn,
    problems: [...subject.problems, ...names.problems],
  }
}
