/**
 * DER writer (ITU-T X.690). Every function returns one whole value (identifier, length, content); values nest by passing them on.
 * What it writes is always accepted by readDer. Wrong arguments are programming errors and throw RangeError.
 */
import { compareEncodings, contextTag, isPrintableText, TAG } from './der-reader.ts'

/** A value with the given identifier octet around the given parts. */
export function tlv(tag: number, ...parts: Uint8Array[]): Buffer<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const headLength = length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : length < 0x1000000 ? 5 : 6
  const out = Buffer.allocUnsafeSlow(headLength + length)
  out[0] = tag
  if (headLength === 2) out[1] = length
  else {
    out[1] = 0x80 | (headLength - 2)
    out.writeUIntBE(length, 2, headLength - 2)
  }
  let at = headLength
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const seq = (...members: Uint8Array[]): Buffer<ArrayBuffer> => tlv(TAG.sequence, ...members)

/** SET OF: members are put in DER order. */
export const setOf = (...members: Uint8Array[]): Buffer<ArrayBuffer> => tlv(TAG.set, ...[...members].sort(compareEncodings))

/** INTEGER from a number or bigint of either sign. */
export function integer(value: bigint | number): Buffer<ArrayBuffer> {
  return tlv(TAG.integer, twosComplement(BigInt(value)))
}

/** INTEGER, never negative, from the octets of its magnitude (big-endian, leading zeros allowed). */
export function unsignedInteger(magnitude: Uint8Array): Buffer<ArrayBuffer> {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const octets = magnitude.subarray(start)
  if (octets.length === 0) return tlv(TAG.integer, Uint8Array.of(0))
  return (octets[0] as number) >= 0x80 ? tlv(TAG.integer, Uint8Array.of(0), octets) : tlv(TAG.integer, octets)
}

export const enumerated = (value: number): Buffer<ArrayBuffer> => tlv(TAG.enumerated, twosComplement(BigInt(value)))

function twosComplement(value: bigint): Uint8Array {
  let length = 1
  while (value >= 1n << BigInt(8 * length - 1) || value < -(1n << BigInt(8 * length - 1))) length++
  const unsigned = BigInt.asUintN(8 * length, value)
  return Buffer.from(unsigned.toString(16).padStart(2 * length, '0'), 'hex')
}

export const boolean = (value: boolean): Buffer<ArrayBuffer> => tlv(TAG.boolean, Uint8Array.of(value ? 0xff : 0))
export const nul = (): Buffer<ArrayBuffer> => tlv(TAG.null)

const oidCache = new Map<string, Buffer<ArrayBuffer>>()

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer<ArrayBuffer> {
  const known = oidCache.get(dotted)
  if (known !== undefined) return known
  const arcs = dotted.split('.').map((arc) => BigInt(arc))
  const [first, second, ...rest] = arcs
  if (first === undefined || second === undefined || first > 2n || (first < 2n && second > 39n))
    throw new RangeError(`OID ${dotted}`)
  const octets: number[] = []
  for (const arc of [first * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)]
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80)
    octets.push(...groups)
  }
  const encoded = tlv(TAG.oid, Uint8Array.from(octets))
  if (oidCache.size < 500) oidCache.set(dotted, encoded)
  return encoded
}

/** BIT STRING; `unusedBits` of the last octet must be zero in `bytes`. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer<ArrayBuffer> =>
  tlv(TAG.bitString, Uint8Array.of(unusedBits), bytes)

/** BIT STRING of named bits (X.690 11.2.2: no trailing zero bits), bit 0 first. */
export function namedBits(set: readonly number[]): Buffer<ArrayBuffer> {
  if (set.length === 0) return bitString(new Uint8Array())
  const highest = Math.max(...set)
  const bytes = new Uint8Array((highest >> 3) + 1)
  for (const bit of set) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7))
  return bitString(bytes, 7 - (highest & 7))
}

export const octetString = (bytes: Uint8Array): Buffer<ArrayBuffer> => tlv(TAG.octetString, bytes)

export const utf8String = (text: string): Buffer<ArrayBuffer> => tlv(TAG.utf8String, Buffer.from(text, 'utf8'))

export function printableString(text: string): Buffer<ArrayBuffer> {
  if (!isPrintableText(text)) throw new RangeError('not a PrintableString')
  return tlv(TAG.printableString, Buffer.from(text, 'latin1'))
}

export function ia5String(text: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length !== text.length) throw new RangeError('not an IA5String')
  return tlv(TAG.ia5String, bytes)
}

const digits = (time: Date): string => `${time.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`

/** UTCTime, whole seconds; for years 1950–2049. */
export function utcTime(time: Date): Buffer<ArrayBuffer> {
  const year = time.getUTCFullYear()
  if (year < 1950 || year > 2049) throw new RangeError(`year ${year} does not fit into UTCTime`)
  return tlv(TAG.utcTime, Buffer.from(digits(time).slice(2), 'latin1'))
}

/** GeneralizedTime, whole seconds. */
export const generalizedTime = (time: Date): Buffer<ArrayBuffer> => tlv(TAG.generalizedTime, Buffer.from(digits(time), 'latin1'))

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
export const rfc5280Time = (time: Date): Buffer<ArrayBuffer> =>
  time.getUTCFullYear() < 2050 ? utcTime(time) : generalizedTime(time)

/** `[n] EXPLICIT`, or `[n] IMPLICIT` of a constructed type when given its members. */
export const context = (n: number, ...members: Uint8Array[]): Buffer<ArrayBuffer> => tlv(contextTag(n), ...members)

/** `[n] IMPLICIT` of a primitive type, from the content octets. */
export const contextPrimitive = (n: number, content: Uint8Array): Buffer<ArrayBuffer> => tlv(contextTag(n, false), content)
