/**
 * Alternative names of a certificate (RFC 5280 §4.2.1.6) from the profile and what the directory knows of a user: the mail address as
 * rfc822Name, Microsoft's user principal name as otherName.
 *
 * Rendered before anybody is asked to scan, like the subject, and again when the certificate is made. A mail system and a domain controller
 * believe these names, so nothing is repaired or shortened on the way: what does not fit is a sentence that says who mends it.
 */
import { mailboxOf } from '../x509/extensions.ts'
import type { ProfileDefinition } from './profile.ts'
import { fillTemplate, type SubjectUser } from './subject.ts'

export interface SubjectAltName {
  /** rfc822Name; null: none is asked for, or the user has no address (it is not required). */
  email: string | null
  /** userPrincipalName; null: none is asked for. */
  upn: string | null
}

export interface RenderedSubjectAltName extends SubjectAltName {
  ok: boolean
  /** One sentence each. Empty if ok. */
  problems: string[]
}

/** "somebody@some.where": one @, something on both sides, no spaces and no control characters; [MS-ADTS] says no more of it than that. */
const UPN = /^[^\s@\p{Cc}]{1,190}@[^\s@\p{Cc}]{1,190}$/u

/** Never throws for anything a directory or a profile can contain. */
export function renderSubjectAltName(
  certificate: Pick<ProfileDefinition['certificate'], 'subjectAltNameEmail' | 'subjectAltNameUpn'>,
  user: SubjectUser,
): RenderedSubjectAltName {
  const problems: string[] = []
  const email = certificate.subjectAltNameEmail ? renderEmail(user, problems) : null
  const upn = certificate.subjectAltNameUpn === null ? null : renderUpn(certificate.subjectAltNameUpn, user, problems)
  return { ok: problems.length === 0, email, upn, problems }
}

function renderEmail(user: SubjectUser, problems: string[]): string | null {
  const address = (user.email ?? '').trim()
  if (address === '') return null
  const mailbox = mailboxOf(address)
  if (mailbox === null)
    problems.push(
      `The e-mail address “${shorten(address)}” cannot stand in a certificate: it must be name@domain in plain ASCII. Correct it on the user.`,
    )
  return mailbox
}

function renderUpn(template: string, user: SubjectUser, problems: string[]): string | null {
  const { value, missing, unknown } = fillTemplate(template, user)
  if (unknown.length > 0)
    problems.push(
      `The profile's template for the user principal name names {${unknown[0]}}, which does not exist. An administrator must correct the profile.`,
    )
  else if (value === '')
    problems.push(
      `The certificate needs a user principal name (UPN), but the user has no ${missing.join(' and no ') || 'value for it'}. Add it to the user.`,
    )
  else if (!UPN.test(value))
    problems.push(
      `The user principal name “${shorten(value)}” must look like name@domain, without spaces. Correct it on the user.`,
    )
  else return value
  return null
}

const shorten = (text: string): string => ([...text].length > 60 ? `${[...text].slice(0, 60).join('')}…` : text)
