/**
 * Just enough DER (X.690) to read a PKCS#10 and a certificate and to write another PKCS#10. The phone's own, on purpose: a phone and a
 * portal that shared a reader would share its mistakes. Every length is checked against the octets there are before it is used.
 */
import { type Bytes, concatBytes } from './bytes.ts'

export interface DerValue {
  tag: number
  /** The contents. */
  value: Bytes
  /** Tag, length and contents. */
  bytes: Bytes
  /** Where the next value begins. */
  end: number
}

const plain = (bytes: Uint8Array): Bytes => new Uint8Array(bytes)

/** Reads the value that begins at `at`. @throws Error */
export function readDer(bytes: Uint8Array, at = 0): DerValue {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new Error('The data ends in the middle of a value.')
  if ((tag & 0x1f) === 0x1f) throw new Error('A tag of more than one octet is not expected here.')
  let header = 2
  let length = first
  if (first & 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 3) throw new Error('A length is not DER.')
    length = 0
    for (let index = 0; index < count; index++) length = length * 256 + (bytes[at + 2 + index] ?? 0)
    header += count
    // DER: the shortest form only (X.690, 10.1).
    if (length < 0x80 || (count > 1 && length < 256 ** (count - 1))) throw new Error('A length is not in its shortest form.')
  }
  const end = at + header + length
  if (end > bytes.length) throw new Error('A value is longer than the data.')
  return { tag, value: plain(bytes.subarray(at + header, end)), bytes: plain(bytes.subarray(at, end)), end }
}

/** Reads one value that fills the octets wholly. @throws Error */
export function readWhole(bytes: Uint8Array): DerValue {
  const value = readDer(bytes)
  if (value.end !== bytes.length) throw new Error('There is something after the end.')
  return value
}

/** The values inside a constructed one. @throws Error */
export function readChildren(value: Uint8Array): DerValue[] {
  const children: DerValue[] = []
  for (let at = 0; at < value.length; ) {
    const child = readDer(value, at)
    children.push(child)
    at = child.end
  }
  return children
}

export function derValue(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const value = concatBytes(...parts)
  if (value.length < 0x80) return concatBytes(new Uint8Array([tag, value.length]), value)
  const length: number[] = []
  for (let rest = value.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256)
  return concatBytes(new Uint8Array([tag, 0x80 | length.length, ...length]), value)
}

export const derSequence = (...parts: readonly Uint8Array[]): Bytes => derValue(0x30, ...parts)
export const derSet = (...parts: readonly Uint8Array[]): Bytes => derValue(0x31, ...parts)
export const derNull = (): Bytes => new Uint8Array([0x05, 0x00])
export const derBitString = (bytes: Uint8Array): Bytes => derValue(0x03, new Uint8Array([0]), bytes)
export const derOctetString = (bytes: Uint8Array): Bytes => derValue(0x04, bytes)

/** Octets of a magnitude → a positive INTEGER in its shortest form. */
export function derUnsigned(magnitude: Uint8Array): Bytes {
  const first = magnitude.findIndex((octet) => octet !== 0)
  const octets = first < 0 ? new Uint8Array([0]) : magnitude.subarray(first)
  return derValue(0x02, (octets[0] ?? 0) & 0x80 ? new Uint8Array([0]) : new Uint8Array(), octets)
}

/** R‖S as JWS and WebCrypto have an ECDSA signature → Ecdsa-Sig-Value (RFC 3279 section 2.2.3), as PKCS#10 has it. */
export function derEcdsaSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2
  return derSequence(derUnsigned(raw.subarray(0, half)), derUnsigned(raw.subarray(half)))
}

/** "1.2.840.113549.1.9.1" → its encoding. */
export function derOid(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const sevens = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) sevens.unshift((left & 0x7f) | 0x80)
    return sevens
  })
  return derValue(0x06, new Uint8Array(octets))
}

/** The contents of an OBJECT IDENTIFIER → "1.2.840…". */
export function readOid(value: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const octet of value) {
    arc = arc * 128 + (octet & 0x7f)
    if ((octet & 0x80) === 0) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join('.')
}
