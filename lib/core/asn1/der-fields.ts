/**
 * Typed readings of checked DER values: each takes a node from readDer and gives a JavaScript value, or throws DerError when the type
 * is another. What readDer has already made sure of (minimal, sorted, in alphabet) is not looked at again.
 */
import { type Bytes, DerError, type DerNode, parseTime, TAG } from './der-reader.ts'

/** The node itself if its identifier octet is `tag`. */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node === undefined) throw new DerError('der', `${what} is missing`)
  if (node.tag !== tag) throw new DerError('der', `${what} has tag ${node.tag.toString(16)}, not ${tag.toString(16)}`)
  return node
}

/** Members of a SEQUENCE, their number within bounds. */
export function readSequence(
  node: DerNode | undefined,
  what: string,
  min = 0,
  max = Number.POSITIVE_INFINITY,
): readonly DerNode[] {
  return countedChildren(expectTag(node, TAG.sequence, what), what, min, max)
}

/** Members of a SET OF, their number within bounds; they stand in DER order. */
export function readSet(node: DerNode | undefined, what: string, min = 0, max = Number.POSITIVE_INFINITY): readonly DerNode[] {
  return countedChildren(expectTag(node, TAG.set, what), what, min, max)
}

function countedChildren(node: DerNode, what: string, min: number, max: number): readonly DerNode[] {
  const count = node.children.length
  if (count < min || count > max) throw new DerError('der', `${what} has ${count} members`)
  return node.children
}

/** Content octets of an INTEGER, two's complement, big-endian. */
export const readIntegerBytes = (node: DerNode | undefined, what: string): Bytes => expectTag(node, TAG.integer, what).value

export function readInteger(node: DerNode | undefined, what: string): bigint {
  const bytes = readIntegerBytes(node, what)
  const magnitude = BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
  return (bytes[0] as number) < 0x80 ? magnitude : magnitude - (1n << BigInt(8 * bytes.length))
}

/** An INTEGER between 0 and 2^31 - 1. */
export function readSmallInteger(node: DerNode | undefined, what: string): number {
  const bytes = readIntegerBytes(node, what)
  if (bytes.length > 4 || (bytes[0] as number) >= 0x80) throw new DerError('der', `${what} is out of range`)
  return bytes.reduce((sum, octet) => sum * 256 + octet, 0)
}

/** Magnitude of a non-negative INTEGER without the sign octet. */
export function readUnsignedBytes(node: DerNode | undefined, what: string): Bytes {
  const bytes = readIntegerBytes(node, what)
  if ((bytes[0] as number) >= 0x80) throw new DerError('der', `${what} is negative`)
  return bytes[0] === 0 && bytes.length > 1 ? bytes.subarray(1) : bytes
}

export function readBoolean(node: DerNode | undefined, what: string): boolean {
  return expectTag(node, TAG.boolean, what).value[0] === 0xff
}

/** Dotted form. */
export function readOid(node: DerNode | undefined, what: string): string {
  return oidToText(expectTag(node, TAG.oid, what).value)
}

/** X.690 8.19: the first subidentifier holds two arcs. The reader has made sure that every arc is an exact number. */
export function oidToText(content: Uint8Array): string {
  let text = ''
  let arc = 0
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f)
    if (octet & 0x80) continue
    if (text === '') {
      const first = arc < 80 ? Math.floor(arc / 40) : 2
      text = `${first}.${arc - first * 40}`
    } else text += `.${arc}`
    arc = 0
  }
  return text
}

export function readBitString(node: DerNode | undefined, what: string): { unusedBits: number; bytes: Bytes } {
  const value = expectTag(node, TAG.bitString, what).value
  return { unusedBits: value[0] as number, bytes: value.subarray(1) }
}

/** A BIT STRING used as a container of whole octets (keys, signatures). */
export function readBitOctets(node: DerNode | undefined, what: string): Bytes {
  const { unusedBits, bytes } = readBitString(node, what)
  if (unusedBits !== 0) throw new DerError('der', `${what} is not whole octets`)
  return bytes
}

export const readOctetString = (node: DerNode | undefined, what: string): Bytes => expectTag(node, TAG.octetString, what).value

/** UTCTime or GeneralizedTime as RFC 5280 writes them. */
export function readTime(node: DerNode | undefined, what: string): Date {
  if (node === undefined) throw new DerError('der', `${what} is missing`)
  if (node.tag !== TAG.utcTime && node.tag !== TAG.generalizedTime) throw new DerError('der', `${what} is not a time`)
  return parseTime(node)
}

const DECODERS: Record<number, (bytes: Bytes) => string> = {
  [TAG.utf8String]: (bytes) => asBuffer(bytes).toString('utf8'),
  [TAG.printableString]: latin1,
  [TAG.numericString]: latin1,
  [TAG.ia5String]: latin1,
  [TAG.visibleString]: latin1,
  [TAG.t61String]: latin1,
  [TAG.bmpString]: (bytes) => {
    let text = ''
    for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode((bytes[i] as number) * 256 + (bytes[i + 1] as number))
    return text
  },
}

/** Text of a string type, or null for any other type. For showing; comparisons use bytes. */
export const readText = (node: DerNode): string | null => DECODERS[node.tag]?.(node.value) ?? null

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function latin1(bytes: Bytes): string {
  return asBuffer(bytes).toString('latin1')
}
