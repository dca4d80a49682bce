/** Changes of the attestation policy in words: for the history, the audit and the question before saving. */
import type { PolicyChange } from '#lib/core/enrollment/attestation-policy.ts'

const day = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

const validity = (from: string | null, until: string | null): string => {
  if (from && until) return `valid from ${day(from)} until ${day(until)}`
  if (from) return `valid from ${day(from)}`
  return until ? `valid until ${day(until)}` : 'valid without end'
}

const source = { file: ' by ATTESTATION_KEYS_FILE', imported: '' } as const

function describe(change: PolicyChange): string {
  switch (change.kind) {
    case 'key_added':
      return `Key ${change.kid} added to ${change.set}${source[change.source]}`
    case 'key_removed':
      return `Key ${change.kid} removed from ${change.set}${source[change.source]}`
    case 'key_valid':
      return `Key ${change.kid} of ${change.set} is now ${validity(change.from, change.until)}`
    case 'key_note':
      return `Note of key ${change.kid} of ${change.set} changed`
    case 'pin_added':
      return `Pinned server certificate value ${change.pin}`
    case 'pin_removed':
      return `Server certificate value ${change.pin} no longer pinned`
  }
}

export const policyWords = {
  change: describe,
  validity,
  fileNote: 'ATTESTATION_KEYS_FILE names these keys',
} as const
