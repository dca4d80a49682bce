/**
 * From a profile's subject template and what the directory knows of a user to the subject's DER.
 *
 * Rendered before anybody is asked to scan, so that a missing or unfit attribute is mended at the desk and not found by the CA. The
 * result is deterministic: rendered again when the answer arrives, it must give the same bytes, else the user has changed meanwhile.
 * Problems are sentences that name the attribute and who mends it.
 */
import {
  encodeName,
  findNameProblem,
  formatName,
  NAME_ATTRIBUTES,
  type NameAttribute,
  type NameAttributeType,
  type NameProblem,
} from '../x509/name.ts'
import type { ProfileDefinition } from './profile.ts'

export type SubjectTemplate = ProfileDefinition['subject']

/** What a template may draw on. */
export interface SubjectUser {
  userid: string
  name: string
  email: string | null
  department: string | null
  attributes: Record<string, string>
}

export interface RenderedSubject {
  /** True if the subject can be asked for: nothing required is missing and everything fits. */
  ok: boolean
  /** As far as it renders. */
  attributes: NameAttribute[]
  /** RDNSequence of `attributes`. */
  der: Buffer<ArrayBuffer>
  /** For showing. */
  text: string
  /** One sentence each. Empty if ok. */
  problems: string[]
}

const ATTRIBUTE_WORDS: Record<NameAttributeType, string> = {
  C: 'country (C)',
  ST: 'state or province (ST)',
  L: 'locality (L)',
  O: 'organisation (O)',
  OU: 'organisational unit (OU)',
  CN: 'common name (CN)',
  SN: 'surname (SN)',
  GN: 'given name (GN)',
  serialNumber: 'serial number',
  UID: 'user id (UID)',
  DC: 'domain component (DC)',
  emailAddress: 'e-mail address',
}

/** Renders a template for a user. Never throws for anything a directory or a template can contain. */
export function renderSubject(template: SubjectTemplate, user: SubjectUser): RenderedSubject {
  const attributes: NameAttribute[] = []
  const problems: string[] = []
  for (const { type, value: pattern, required } of template) {
    const { value, missing, unknown } = fillTemplate(pattern, user)
    const words = ATTRIBUTE_WORDS[type]
    if (unknown.length > 0) {
      problems.push(
        `The profile's template for ${words} names {${unknown[0]}}, which does not exist. An administrator must correct the profile.`,
      )
    } else if (value === '') {
      if (required)
        problems.push(
          `The certificate needs the ${words}, but the user has no ${missing.join(' and no ') || 'value for it'}. Add it to the user.`,
        )
    } else {
      const problem = findNameProblem({ type, value })
      if (problem === null) attributes.push({ type, value })
      else problems.push(sentenceFor(problem, type, value))
    }
  }
  if (attributes.length === 0 && problems.length === 0) {
    problems.push('Nothing of the subject is known for this user. Add at least one of the attributes that the profile names.')
  }
  const der = encodeName(attributes)
  return { ok: problems.length === 0, attributes, der, text: attributes.length === 0 ? '' : formatName(der), problems }
}

function sentenceFor(problem: NameProblem, type: NameAttributeType, value: string): string {
  const words = ATTRIBUTE_WORDS[type]
  const rule = NAME_ATTRIBUTES[type]
  const length = [...value].length
  const shown = [...value].slice(0, 40).join('')
  switch (problem) {
    case 'too_long':
      return rule.min === rule.max
        ? `The ${words} “${shown}” has ${length} characters; it must have exactly ${rule.max}. Correct it on the user.`
        : `The ${words} “${shown}…” has ${length} characters; a certificate holds at most ${rule.max}. Shorten it on the user.`
    case 'too_short':
      return `The ${words} “${shown}” has ${length} characters; it must have at least ${rule.min}. Correct it on the user.`
    case 'not_encodable':
      return `The ${words} “${shown}” has a character that a certificate cannot carry there. Correct it on the user.`
  }
}

const NOBODY: SubjectUser = { userid: '', name: '', email: null, department: null, attributes: {} }

/** The first name between braces that no template may use, or a brace that stands alone; null if there is none. */
export function findTemplateProblem(pattern: string): string | null {
  const [unknown] = fillTemplate(pattern, NOBODY).unknown
  if (unknown !== undefined) return `{${unknown}}`
  return /[{}]/.exec(pattern.replace(/\{[^{}]*\}/g, ''))?.[0] ?? null
}

/** Whether a template says the same for everybody. */
export const isFixedText = (pattern: string): boolean => !/[{}]/.test(pattern)

/** Fills one pattern. If anything it names is missing, the whole value is: half a value is worse than none. */
export function fillTemplate(pattern: string, user: SubjectUser): { value: string; missing: string[]; unknown: string[] } {
  const missing: string[] = []
  const unknown: string[] = []
  const value = pattern.replace(/\{([^{}]*)\}/g, (_all, name: string) => {
    const found = lookUp(name, user)
    if (found === undefined) unknown.push(name)
    else if (found.value === '') missing.push(found.words)
    return found?.value ?? ''
  })
  const clean = value.normalize('NFC').trim().replace(/ {2,}/g, ' ')
  return { value: missing.length > 0 || unknown.length > 0 ? '' : clean, missing, unknown }
}

function lookUp(name: string, user: SubjectUser): { value: string; words: string } | undefined {
  const clean = (value: string | null | undefined): string => (value ?? '').trim()
  switch (name) {
    case 'name':
      return { value: clean(user.name), words: 'name' }
    case 'userid':
      return { value: clean(user.userid), words: 'user id' }
    case 'email':
      return { value: clean(user.email), words: 'e-mail address' }
    case 'department':
      return { value: clean(user.department), words: 'department' }
    default: {
      if (!name.startsWith('attributes.')) return undefined
      const key = name.slice('attributes.'.length)
      return { value: Object.hasOwn(user.attributes, key) ? clean(user.attributes[key]) : '', words: `attribute “${key}”` }
    }
  }
}
