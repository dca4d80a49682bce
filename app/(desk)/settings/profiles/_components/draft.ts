/** A profile while it is edited: text where there is a text field, rows that keep their identity when they are moved. */
import type { z } from 'zod'
import type { KeyType, KeyUsageWord, MonitorableCheck, ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import type { profileForm } from '../schema.ts'

type Subject = ProfileDefinition['subject'][number]
type Certificate = ProfileDefinition['certificate']

export interface DraftAttribute extends Subject {
  uid: number
}

export interface DraftKey {
  uid: number
  keyid: string
  usage: KeyUsageWord
  keyTypes: KeyType[]
  /** Whether its certificate has usages of its own. */
  own: boolean
  keyUsage: Certificate['keyUsage']
  extendedKeyUsage: Certificate['extendedKeyUsage']
}

export interface Draft {
  name: string
  title: string
  issuerId: string
  servername: string
  attestationKeySet: string
  subject: DraftAttribute[]
  keys: DraftKey[]
  validityDays: string
  keyUsage: Certificate['keyUsage']
  extendedKeyUsage: Certificate['extendedKeyUsage']
  subjectAltNameEmail: boolean
  subjectAltNameUpn: string
  /** One a line. */
  policies: string
  offerTimeoutS: string
  deliveryTimeoutS: string
  /** Who is asked before certificates are made. */
  ask: 'nobody' | ProfileDefinition['confirmedBy']
  monitoredChecks: MonitorableCheck[]
  heldChecks: MonitorableCheck[]
  /** Not in the form: kept as it is. */
  approval: boolean
}

let lastUid = 0
const uid = (): number => ++lastUid

export const newAttribute = (): DraftAttribute => ({ uid: uid(), type: 'OU', value: '', required: false })

/** Documented and nothing else: what is not has to be chosen. */
export const newKey = (taken: readonly string[]): DraftKey => {
  const keyid = ['signer', 'auth', 'key-3', 'key-4'].find((name) => !taken.includes(name)) ?? ''
  return { uid: uid(), keyid, usage: 'SIG', keyTypes: ['RSA-2048'], own: false, keyUsage: [], extendedKeyUsage: [] }
}

/** What a new profile begins with. */
export const FIRST_DEFINITION: ProfileDefinition = {
  servername: 'Certdesk',
  attestationKeySet: 'ATTESTATION',
  subject: [
    { type: 'O', value: '{attributes.O}', required: false },
    { type: 'CN', value: '{name}', required: true },
    { type: 'UID', value: '{userid}', required: true },
  ],
  keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] }],
  certificate: {
    validityDays: 365,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
    subjectAltNameEmail: false,
    subjectAltNameUpn: null,
    policies: [],
  },
  offerTimeoutS: 300,
  deliveryTimeoutS: 300,
  approval: false,
  confirmation: false,
  confirmedBy: 'user',
  monitoredChecks: [],
  heldChecks: ['C24'],
}

export function toDraft(profile: { name: string; title: string; issuerId: string; definition: ProfileDefinition }): Draft {
  const { name, title, issuerId, definition: d } = profile
  return {
    name,
    title,
    issuerId,
    servername: d.servername,
    attestationKeySet: d.attestationKeySet,
    subject: d.subject.map((row) => ({ ...row, uid: uid() })),
    keys: d.keys.map((key) => ({
      uid: uid(),
      keyid: key.keyid,
      usage: key.usage,
      keyTypes: [...key.keyTypes],
      own: key.keyUsage !== undefined || key.extendedKeyUsage !== undefined,
      keyUsage: [...(key.keyUsage ?? d.certificate.keyUsage)],
      extendedKeyUsage: [...(key.extendedKeyUsage ?? d.certificate.extendedKeyUsage)],
    })),
    validityDays: String(d.certificate.validityDays),
    keyUsage: [...d.certificate.keyUsage],
    extendedKeyUsage: [...d.certificate.extendedKeyUsage],
    subjectAltNameEmail: d.certificate.subjectAltNameEmail,
    subjectAltNameUpn: d.certificate.subjectAltNameUpn ?? '',
    policies: d.certificate.policies.join('\n'),
    offerTimeoutS: String(d.offerTimeoutS),
    deliveryTimeoutS: String(d.deliveryTimeoutS),
    ask: d.confirmation ? d.confirmedBy : 'nobody',
    // One check has one setting, and holding counts more.
    monitoredChecks: d.monitoredChecks.filter((id) => !d.heldChecks.includes(id)),
    heldChecks: [...d.heldChecks],
    approval: d.approval,
  }
}

/** What is no whole number is none at all, and the server says so at its field. */
const toNumber = (text: string): number => (/^\s*\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN)

const lines = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

export type ProfileFormInput = z.input<typeof profileForm>

export function toForm(draft: Draft, existing: ProfileFormInput['existing']): ProfileFormInput {
  const definition: ProfileDefinition = {
    servername: draft.servername.trim(),
    attestationKeySet: draft.attestationKeySet.trim(),
    subject: draft.subject.map(({ type, value, required }) => ({ type, value: value.trim(), required })),
    keys: draft.keys.map(({ keyid, usage, keyTypes, own, keyUsage, extendedKeyUsage }) => ({
      keyid: keyid.trim(),
      usage,
      keyTypes,
      ...(own ? { keyUsage, extendedKeyUsage } : {}),
    })),
    certificate: {
      validityDays: toNumber(draft.validityDays),
      keyUsage: draft.keyUsage,
      extendedKeyUsage: draft.extendedKeyUsage,
      subjectAltNameEmail: draft.subjectAltNameEmail,
      subjectAltNameUpn: draft.subjectAltNameUpn.trim() || null,
      policies: lines(draft.policies),
    },
    offerTimeoutS: toNumber(draft.offerTimeoutS),
    deliveryTimeoutS: toNumber(draft.deliveryTimeoutS),
    approval: draft.approval,
    confirmation: draft.ask !== 'nobody',
    confirmedBy: draft.ask === 'nobody' ? 'user' : draft.ask,
    monitoredChecks: draft.monitoredChecks,
    heldChecks: draft.heldChecks,
  }
  const { name, title, issuerId } = draft
  return { existing, name, title, issuerId, definition }
}

/** The list with one of its members one place up or down. */
export function moved<T>(list: readonly T[], from: number, by: -1 | 1): T[] {
  const rest = list.toSpliced(from, 1)
  return from + by < 0 || from + by >= list.length ? [...list] : rest.toSpliced(from + by, 0, list[from] as T)
}
