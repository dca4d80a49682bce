/**
 * What is wrong with a profile although each of its fields is well formed: what no certificate, no phone or no CA could make of it
 * (errors: it cannot be saved), and what will surprise somebody later (warnings: it can). Said before it is saved, because otherwise the
 * first to hear of it is a user with a phone in the hand.
 */
import { findNameProblem } from '../x509/name.ts'
import { certificateOfKey, KEY_TYPES, KEY_USAGES, type KeyType, type ProfileDefinition } from './profile.ts'
import { findTemplateProblem, isFixedText } from './subject.ts'

const ERRORS = [
  'template_unknown',
  'template_unfit',
  'upn_missing',
  'ec_key_encipherment',
  'rsa_key_agreement',
  'validity_beyond_ca',
] as const
const WARNINGS = [
  'subject_optional',
  'email_missing',
  'client_auth_signature',
  'enc_cannot_decrypt',
  'key_type_undocumented',
  'usage_undocumented',
  'ca_without_certificate',
  'key_set_empty',
] as const
export type ProfileProblemCode = (typeof ERRORS)[number] | (typeof WARNINGS)[number]

export interface ProfileProblem {
  code: ProfileProblemCode
  /** Of the field in the definition, dotted: "keys.0.keyUsage". */
  path: string
  /** What the sentence about it names. */
  about: string
}

/** What the check must know of the CA that will issue. */
export interface ProfileIssuer {
  /** End of its own certificate; null while it has none. */
  notAfter: Date | null
}

const DAY_MS = 86_400_000

export const isProfileError = ({ code }: ProfileProblem): boolean => (ERRORS as readonly string[]).includes(code)

/**
 * @param now by the database's clock
 * @param isTrusted whether any key of that attestation key set counts now
 */
export function findProfileProblems(
  definition: ProfileDefinition,
  issuer: ProfileIssuer,
  now: Date,
  isTrusted: (keySet: string) => boolean = () => true,
): ProfileProblem[] {
  const { attestationKeySet } = definition
  return [
    ...subjectProblems(definition),
    ...definition.keys.flatMap((_key, index) => keyProblems(definition, index)),
    ...namesProblems(definition),
    ...validityProblems(definition, issuer, now),
    ...(isTrusted(attestationKeySet)
      ? []
      : [{ code: 'key_set_empty', path: 'attestationKeySet', about: attestationKeySet } as const]),
  ]
}

function subjectProblems({ subject }: ProfileDefinition): ProfileProblem[] {
  const rows = subject.flatMap(({ type, value }, index): ProfileProblem[] => {
    const path = `subject.${index}.value`
    const unknown = findTemplateProblem(value)
    if (unknown !== null) return [{ code: 'template_unknown', path, about: unknown }]
    const unfit = isFixedText(value) && findNameProblem({ type, value }) !== null
    return unfit ? [{ code: 'template_unfit', path, about: value }] : []
  })
  const hasOne = subject.some(({ required }) => required)
  return hasOne ? rows : [...rows, { code: 'subject_optional', path: 'subject', about: '' }]
}

/** Where the certificate's usages of a key are set: at the key, if it has its own. */
const placeOf = (definition: ProfileDefinition, index: number, field: 'keyUsage' | 'extendedKeyUsage'): string =>
  definition.keys[index]?.[field] === undefined ? `certificate.${field}` : `keys.${index}.${field}`

function keyProblems(definition: ProfileDefinition, index: number): ProfileProblem[] {
  const key = definition.keys[index]
  if (!key) return []
  const { keyUsage, extendedKeyUsage } = certificateOfKey(definition, key.keyid)
  const found: ProfileProblem[] = []
  const say = (code: ProfileProblemCode, path: string, about: string = key.keyid) => found.push({ code, path, about })
  const isEc = (type: KeyType): boolean => KEY_TYPES[type].keytype === 'EC'
  const usagePath = placeOf(definition, index, 'keyUsage')
  // RFC 8813 section 3: a key on a curve enciphers nothing. RFC 3279 section 2.3.1: an RSA key agrees on nothing. Where a key may be of
  // either kind, its certificate says what that kind can do (keyUsageForKey).
  if (keyUsage.includes('keyEncipherment') && key.keyTypes.every(isEc)) say('ec_key_encipherment', usagePath)
  if (keyUsage.includes('keyAgreement') && !key.keyTypes.some(isEc)) say('rsa_key_agreement', usagePath)
  // RFC 5280 section 4.2.1.12: id-kp-clientAuth goes with digitalSignature or keyAgreement.
  if (extendedKeyUsage.includes('clientAuth') && !keyUsage.includes('digitalSignature') && !keyUsage.includes('keyAgreement'))
    say('client_auth_signature', usagePath)
  if (key.usage === 'ENC' && !keyUsage.includes('keyEncipherment') && !keyUsage.includes('keyAgreement'))
    say('enc_cannot_decrypt', usagePath)
  if (!KEY_USAGES[key.usage].documented) say('usage_undocumented', `keys.${index}.usage`, key.usage)
  if (!key.keyTypes.some((type) => KEY_TYPES[type].documented)) say('key_type_undocumented', `keys.${index}.keyTypes`)
  return found
}

function namesProblems(definition: ProfileDefinition): ProfileProblem[] {
  const { subjectAltNameEmail, subjectAltNameUpn } = definition.certificate
  const purposes = new Set(definition.keys.flatMap(({ keyid }) => certificateOfKey(definition, keyid).extendedKeyUsage))
  const path = 'certificate.subjectAltNameUpn'
  const unknown = subjectAltNameUpn === null ? null : findTemplateProblem(subjectAltNameUpn)
  const found: ProfileProblem[] = []
  if (unknown !== null) found.push({ code: 'template_unknown', path, about: unknown })
  // Active Directory finds the account by the name in the certificate.
  if (purposes.has('smartcardLogon') && subjectAltNameUpn === null) found.push({ code: 'upn_missing', path, about: '' })
  // RFC 8550 section 3: a mail program looks for the sender's address there.
  if (purposes.has('emailProtection') && !subjectAltNameEmail)
    found.push({ code: 'email_missing', path: 'certificate.subjectAltNameEmail', about: '' })
  return found
}

function validityProblems({ certificate }: ProfileDefinition, { notAfter }: ProfileIssuer, now: Date): ProfileProblem[] {
  if (notAfter === null) return [{ code: 'ca_without_certificate', path: 'issuerId', about: '' }]
  const end = now.getTime() + certificate.validityDays * DAY_MS
  const days = Math.max(0, Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS))
  return end > notAfter.getTime() ? [{ code: 'validity_beyond_ca', path: 'certificate.validityDays', about: String(days) }] : []
}
