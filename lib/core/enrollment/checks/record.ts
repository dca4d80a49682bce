/**
 * What the checks were given, as JSON: kept with the evidence, so that anybody can let them judge the same bytes again and see whether
 * the same comes out (lib/core/bundle). Whole by construction: whatever stands in the input is written, but for the body, which is
 * stored as it came. Nothing in it is secret once the offer has been answered.
 *
 * Values that JSON does not have are objects with one member: {"$time": ISO 8601}, {"$bytes": base64}, {"$map": [[key, value], …]},
 * {"$set": [value, …]}; an attestation key is {"$key": kid, "spki": base64}. No value of the input has such members of its own.
 */
import type { Bytes } from '../../asn1/der.ts'
import { type AttestationKey, makeAttestationKey } from '../../jws/attestation-keys.ts'
import type { CheckAnswerInput } from './types.ts'

/** Grows when an older record would be read wrongly. */
export const RECORD_VERSION = 1

export const recordInput = ({ body: _body, ...input }: CheckAnswerInput): unknown => ({
  version: RECORD_VERSION,
  ...(encode(input) as object),
})

/** The input again. @throws RecordError for anything that recordInput did not write */
export function readRecordedInput(record: unknown, body: Bytes): CheckAnswerInput {
  if (!isObject(record) || record.version !== RECORD_VERSION) throw new RecordError('no record of this version')
  const { version: _version, ...rest } = record
  const input = decode(rest)
  if (!isInput(input)) throw new RecordError('expectation, policy or facts are missing')
  return { ...input, body }
}

/** The record is damaged, or of another version. */
export class RecordError extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members that the checks reach into; a record is only ever read after its hash has been compared. */
function isInput(value: unknown): value is Omit<CheckAnswerInput, 'body'> {
  if (!isObject(value)) return false
  const { expectation, policy, facts } = value
  return (
    isObject(expectation) &&
    Array.isArray(expectation.keys) &&
    isObject(policy) &&
    Array.isArray(policy.trustedKeys) &&
    Array.isArray(policy.acceptedHosts) &&
    isObject(facts) &&
    facts.receivedAt instanceof Date &&
    facts.knownKeys instanceof Map &&
    isObject(facts.user)
  )
}

const isAttestationKey = (value: object): value is AttestationKey => 'spkiSha256' in value && 'thumbprint' in value

function encode(value: unknown): unknown {
  if (value instanceof Date) return { $time: value.toISOString() }
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
  if (value instanceof Map) return { $map: [...value].map(encode) }
  if (value instanceof Set) return { $set: [...value].map(encode) }
  if (Array.isArray(value)) return value.map(encode)
  if (!isObject(value)) return value
  if (isAttestationKey(value)) return { $key: value.kid, spki: toBase64(value.spki) }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encode(member)]))
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (!isObject(value)) return value
  const { $time, $bytes, $map, $set, $key, spki } = value
  if (typeof $time === 'string') return readTime($time)
  if (typeof $bytes === 'string') return fromBase64($bytes)
  if (Array.isArray($map)) return new Map(decode($map) as [unknown, unknown][])
  if (Array.isArray($set)) return new Set(decode($set) as unknown[])
  if (typeof $key === 'string' && typeof spki === 'string') return makeAttestationKey($key, fromBase64(spki))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decode(member)]))
}

function readTime(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new RecordError(`${text} is no time`)
  return time
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const fromBase64 = (text: string): Buffer<ArrayBuffer> => Buffer.from(text, 'base64')
