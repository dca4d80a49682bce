/**
 * What differs between two versions of a profile, field by field, as text: for the administrator who is about to save, for the history and
 * for the audit. A key is known by its keyid, so that one more key is one line and not a change of all that follow.
 */
import type { ProfileDefinition } from './profile.ts'

export interface ProfileChange {
  /** "certificate.validityDays"; "keys.signer" for a whole key. */
  field: string
  /** Null: it was not there, or is not any more. */
  before: string | null
  after: string | null
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no')
const list = (values: readonly string[]): string => values.join(', ') || '–'

/** Every part of a definition once; a member that is not told here does not compile. */
const TELL: { [M in Exclude<keyof ProfileDefinition, 'keys' | 'certificate'>]: (value: ProfileDefinition[M]) => string } = {
  servername: String,
  attestationKeySet: String,
  subject: (rows) => rows.map(({ type, value, required }) => `${type}=${value}${required ? '' : ' (if known)'}`).join(', '),
  offerTimeoutS: String,
  deliveryTimeoutS: String,
  approval: yesNo,
  confirmation: yesNo,
  confirmedBy: String,
  monitoredChecks: (checks) => list(checks.toSorted()),
  heldChecks: (checks) => list(checks.toSorted()),
}
const TELL_CERTIFICATE: {
  [M in keyof ProfileDefinition['certificate']]: (value: ProfileDefinition['certificate'][M]) => string
} = {
  validityDays: String,
  keyUsage: list,
  extendedKeyUsage: list,
  subjectAltNameEmail: yesNo,
  subjectAltNameUpn: (value) => value ?? '–',
  policies: list,
}

function tellKey({ usage, keyTypes, keyUsage, extendedKeyUsage }: ProfileDefinition['keys'][number]): string {
  const own = [keyUsage && `key usage ${list(keyUsage)}`, extendedKeyUsage && `extended key usage ${list(extendedKeyUsage)}`]
  return [usage, keyTypes.join(' > '), ...own].filter(Boolean).join(' · ')
}

/** Field → text. */
function tell(definition: ProfileDefinition): Map<string, string> {
  const told = new Map<string, string>()
  for (const [member, text] of Object.entries(TELL) as [keyof typeof TELL, (value: unknown) => string][])
    told.set(member, text(definition[member]))
  for (const [member, text] of Object.entries(TELL_CERTIFICATE) as [keyof typeof TELL_CERTIFICATE, (value: unknown) => string][])
    told.set(`certificate.${member}`, text(definition.certificate[member]))
  for (const key of definition.keys) told.set(`keys.${key.keyid}`, tellKey(key))
  return told
}

/** @returns in the order of the form; empty if the two make the same */
export function findProfileChanges(before: ProfileDefinition, after: ProfileDefinition): ProfileChange[] {
  const [old, now] = [tell(before), tell(after)]
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((field): ProfileChange[] => {
    const change = { field, before: old.get(field) ?? null, after: now.get(field) ?? null }
    return change.before === change.after ? [] : [change]
  })
  const order = (definition: ProfileDefinition): string => definition.keys.map(({ keyid }) => keyid).join(', ')
  const isReordered = changes.every(({ field }) => !field.startsWith('keys.')) && order(before) !== order(after)
  return isReordered ? [...changes, { field: 'keys', before: order(before), after: order(after) }] : changes
}

/** One line of the audit: "certificate.validityDays: 365 → 90". */
export const changeToText = ({ field, before, after }: ProfileChange): string => `${field}: ${before ?? '–'} → ${after ?? '–'}`
