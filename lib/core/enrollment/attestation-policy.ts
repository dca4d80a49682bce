/**
 * The attestation policy: which app keys are trusted for which key set, from when to when, and which values of `sch` are expected
 * (protocol note 6.2, 6.3). Versioned in policy_version; each version is complete in itself, so that a judgement can name one.
 *
 * Two sources of keys: ATTESTATION_KEYS_FILE, copied into every version by the worker and not editable on a page, and what an
 * administrator imported. A key is stored in canonical form and judged again whenever a version is read: what is in the database is
 * trusted no further than what is in a message. Pure; a stored version that cannot be read is a defect and throws.
 */
import { z } from 'zod'
import {
  type AttestationKey,
  type AttestationKeySets,
  AttestationKeysError,
  parseAttestationKeys,
  readAttestationKey,
} from '../jws/attestation-keys.ts'
import { decodeBase64, decodeBase64Url } from '../jws/base64.ts'
import { isJsonObject, JsonError, type JsonObject, type JsonValue, parseJson } from '../jws/json.ts'
import { bitLength } from '../x509/key-hygiene.ts'
import { encodeJwk, PRIVATE_JWK_MEMBERS, readSpki } from '../x509/spki.ts'

export const MAX_SCH_PINS = 2
const MAX_KEYS_PER_SET = 20
const MAX_SETS = 20
/** A 4096-bit key as the vendor prints it has some 800 characters. */
const MAX_JWK_TEXT = 4_000

/** Names of imported sets. The file's may be any text: they are the operator's. */
export const KEY_SET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

const base64url = z
  .string()
  .max(700)
  .regex(/^[A-Za-z0-9_-]+$/)
const fileKeySchema = z.strictObject({
  jwk: z.strictObject({ kty: z.literal('RSA'), n: base64url, e: base64url }),
  kid: z.string().min(1).max(200),
})
const moment = z.iso.datetime({ offset: false }).nullable()
const importedKeySchema = z
  .strictObject({
    ...fileKeySchema.shape,
    note: z.string().max(500),
    validFrom: moment,
    /** Not valid any more from this moment on. */
    validUntil: moment,
  })
  .refine((key) => key.validFrom === null || key.validUntil === null || key.validFrom < key.validUntil, {
    message: 'The end of the validity must be after its beginning.',
    path: ['validUntil'],
  })

const isSchPin = (text: string): boolean => decodeBase64(text)?.length === 32

/** What a page can change. */
export const policyDraftSchema = z.strictObject({
  keySets: z
    .record(
      z.string().regex(KEY_SET_NAME, 'Letters, digits, “_”, “.” and “-”, at most 64.'),
      z.array(importedKeySchema).min(1).max(MAX_KEYS_PER_SET),
    )
    .refine((sets) => Object.keys(sets).length <= MAX_SETS, `At most ${MAX_SETS} key sets.`),
  schPins: z
    .array(z.string().refine(isSchPin, 'A pin is the base64 of 32 bytes.'))
    .max(MAX_SCH_PINS)
    .refine((pins) => new Set(pins).size === pins.length, 'The same pin stands there twice.'),
})
export type PolicyDraft = z.infer<typeof policyDraftSchema>

export const attestationPolicySchema = z.strictObject({
  fileKeySets: z.record(z.string().min(1).max(64), z.array(fileKeySchema).max(200)),
  ...policyDraftSchema.shape,
})
export type AttestationPolicy = z.infer<typeof attestationPolicySchema>
export type ImportedKey = z.infer<typeof importedKeySchema>
export type FileKeySets = AttestationPolicy['fileKeySets']

export const EMPTY_POLICY: AttestationPolicy = { fileKeySets: {}, keySets: {}, schPins: [] }

/** A key of a set with where it came from and when it counts. */
export interface PolicyKey {
  key: AttestationKey
  bits: number
  source: 'file' | 'imported'
  note: string
  validFrom: Date | null
  validUntil: Date | null
}

/** A policy that is ready for judging. */
export interface ReadyPolicy {
  definition: AttestationPolicy
  sets: ReadonlyMap<string, readonly PolicyKey[]>
}

/** @throws ZodError, AttestationKeysError: what is stored is not what was stored */
export function readAttestationPolicy(value: unknown): ReadyPolicy {
  const definition = attestationPolicySchema.parse(value)
  const sets = new Map<string, PolicyKey[]>()
  const add = (set: string, key: PolicyKey) => sets.set(set, [...(sets.get(set) ?? []), key])
  for (const [set, keys] of Object.entries(definition.fileKeySets))
    for (const { jwk, kid } of keys)
      add(set, { ...ready({ ...jwk, kid }, set), source: 'file', note: '', validFrom: null, validUntil: null })
  for (const [set, keys] of Object.entries(definition.keySets))
    for (const { jwk, kid, note, validFrom, validUntil } of keys)
      add(set, {
        ...ready({ ...jwk, kid }, set),
        source: 'imported',
        note,
        validFrom: validFrom === null ? null : new Date(validFrom),
        validUntil: validUntil === null ? null : new Date(validUntil),
      })
  return { definition, sets }
}

function ready(jwk: JsonObject, set: string): Pick<PolicyKey, 'key' | 'bits'> {
  const key = readAttestationKey(jwk, `a key of set ${set}`)
  if (key === null) throw new AttestationKeysError(`a key of set ${set} is switched off`)
  return { key, bits: bitsOf(key) }
}

const bitsOf = (key: AttestationKey): number => {
  const parts = readSpki(key.spki)
  return parts.kty === 'RSA' ? bitLength(parts.n) : 0
}

export const isValidAt = ({ validFrom, validUntil }: Pick<PolicyKey, 'validFrom' | 'validUntil'>, when: Date): boolean =>
  (validFrom === null || validFrom <= when) && (validUntil === null || when < validUntil)

/** The keys of a set at a moment, each once. A set that nobody knows has none: then nothing is accepted. */
export function trustedKeysAt({ sets }: ReadyPolicy, set: string, when: Date): AttestationKey[] {
  const valid = (sets.get(set) ?? []).filter((one) => isValidAt(one, when)).map(({ key }) => key)
  return [...new Map(valid.map((key) => [key.spkiSha256, key])).values()]
}

// ── Importing ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The keys of ATTESTATION_KEYS_FILE as they are kept in a version. @throws AttestationKeysError */
export function fileKeySetsOf(file: Readonly<Record<string, readonly object[]>>): FileKeySets {
  const named = (keys: readonly AttestationKey[]) => keys.map((key) => ({ jwk: canonicalJwk(key), kid: key.kid.slice(0, 200) }))
  const sets: AttestationKeySets = parseAttestationKeys(JSON.stringify(file))
  return Object.fromEntries(Object.entries(sets).map(([set, keys]) => [set, named(keys)]))
}

function canonicalJwk(key: AttestationKey): ImportedKey['jwk'] {
  const jwk = encodeJwk(readSpki(key.spki))
  if (jwk.kty !== 'RSA') throw new AttestationKeysError('not an RSA key')
  return { kty: 'RSA', n: jwk.n, e: jwk.e }
}

/** Members of the vendor's one-line JWK (protocol note 6.2), and the quirk the app writes beside them. */
const VENDOR_MEMBERS: readonly string[] = ['alg', 'e', 'keystate', 'kid', 'kty', 'n', 'use', 'n#len']

export interface ReadVendorJwk {
  jwk: ImportedKey['jwk']
  kid: string
  thumbprint: string
  spkiSha256: string
  bits: number
}

/** Reads the vendor's one-line JWK as an administrator pastes it. @throws AttestationKeysError with a sentence that says what is wrong */
export function readVendorJwk(text: string): ReadVendorJwk {
  const line = text.trim()
  if (line === '') throw new AttestationKeysError('Paste the key: one line that begins with { and ends with }.')
  if (line.length > MAX_JWK_TEXT) throw new AttestationKeysError('This is longer than any key; paste one JWK only.')
  if (/-----BEGIN/.test(line))
    throw new AttestationKeysError('This is PEM. The vendor’s tool also prints the key as a JWK, on one line; paste that.')
  const value = parseLine(line)
  if (!isJsonObject(value)) throw new AttestationKeysError('This is not one JWK: it must be a JSON object.')
  const secret = PRIVATE_JWK_MEMBERS.find((member) => member in value)
  if (secret !== undefined)
    throw new AttestationKeysError(
      `This is a private key (it has the member “${secret}”). Whoever has seen it can forge answers: make a new key pair, and paste its public half only.`,
    )
  const unknown = Object.keys(value).find((member) => !VENDOR_MEMBERS.includes(member))
  if (unknown !== undefined)
    throw new AttestationKeysError(`The JWK has the member “${unknown.slice(0, 40)}”, which a vendor’s key does not have.`)
  const key = readAttestationKey(value, 'The key')
  if (key === null) throw new AttestationKeysError('The key is switched off (keystate is not active).')
  return {
    jwk: canonicalJwk(key),
    kid: key.kid.slice(0, 200),
    thumbprint: key.thumbprint,
    spkiSha256: key.spkiSha256,
    bits: bitsOf(key),
  }
}

function parseLine(line: string): JsonValue {
  try {
    return parseJson(line)
  } catch (error) {
    if (error instanceof JsonError) throw new AttestationKeysError(`This is not one JWK: ${error.message}.`)
    throw error
  }
}

/** A pin as an administrator types it, in either alphabet, as it is kept; null if it is not 32 bytes. */
export function readSchPin(text: string): string | null {
  const trimmed = text.trim()
  const bytes = decodeBase64(trimmed) ?? decodeBase64Url(trimmed.replace(/=+$/, ''))
  return bytes?.length === 32 ? bytes.toString('base64') : null
}

// ── What changed ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One difference between two versions. The words are in lib/messages/attestation.ts. */
export type PolicyChange =
  | { kind: 'key_added' | 'key_removed'; set: string; kid: string; thumbprint: string; source: PolicyKey['source'] }
  | { kind: 'key_valid'; set: string; kid: string; thumbprint: string; from: string | null; until: string | null }
  | { kind: 'key_note'; set: string; kid: string; thumbprint: string; note: string }
  | { kind: 'pin_added' | 'pin_removed'; pin: string }

/** From one version to the next, in the order of sets and keys. */
export function diffPolicies(before: ReadyPolicy, after: ReadyPolicy): PolicyChange[] {
  const [old, now] = [keysOf(before), keysOf(after)]
  const changes: PolicyChange[] = []
  for (const [id, one] of now) {
    const was = old.get(id)
    if (was === undefined) changes.push({ kind: 'key_added', ...nameOf(one), source: one.source })
    else changes.push(...diffKey(was, one))
  }
  for (const [id, one] of old) if (!now.has(id)) changes.push({ kind: 'key_removed', ...nameOf(one), source: one.source })
  const [oldPins, newPins] = [before.definition.schPins, after.definition.schPins]
  for (const pin of newPins) if (!oldPins.includes(pin)) changes.push({ kind: 'pin_added', pin })
  for (const pin of oldPins) if (!newPins.includes(pin)) changes.push({ kind: 'pin_removed', pin })
  return changes
}

type NamedKey = PolicyKey & { set: string }

const keysOf = ({ sets }: ReadyPolicy): Map<string, NamedKey> =>
  new Map(
    [...sets].flatMap(([set, keys]) =>
      keys.map((one): [string, NamedKey] => [`${one.source} ${set} ${one.key.spkiSha256}`, { ...one, set }]),
    ),
  )

const nameOf = ({ set, key }: NamedKey) => ({ set, kid: key.kid, thumbprint: key.thumbprint })

function diffKey(was: NamedKey, now: NamedKey): PolicyChange[] {
  const changes: PolicyChange[] = []
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null
  if (iso(was.validFrom) !== iso(now.validFrom) || iso(was.validUntil) !== iso(now.validUntil))
    changes.push({ kind: 'key_valid', ...nameOf(now), from: iso(now.validFrom), until: iso(now.validUntil) })
  if (was.note !== now.note) changes.push({ kind: 'key_note', ...nameOf(now), note: now.note })
  return changes
}
