/**
 * Strict DER reader (ITU-T X.690 sections 8, 10, 11) for everything this portal takes from outside.
 *
 * One pass without recursion checks the whole value before anybody looks at a field: definite minimal lengths, no bytes left over,
 * primitive types primitive, INTEGER and OID minimal, BOOLEAN 00 or FF, unused bits zero, SET OF sorted, strings in their alphabet,
 * times that exist. So "decode, then re-encode" gives back the input by construction, and two readings of one value cannot differ.
 *
 * Defends against: BER variants whose signature covers other bytes than those that were read, glued or trailing values, deep nesting
 * and swarms of tiny values (caps are arguments and apply before any work is done for the next value). Values are views of the
 * input, never copies. Fails with DerError; never with anything else, whatever the input.
 */
import { CodedError } from '../errors.ts'

/** Bytes that own a plain ArrayBuffer (what node:crypto, Buffer and the database client hand out and take). */
export type Bytes = Uint8Array<ArrayBuffer>

/** The input is not DER (`der`), or more of it than the caller allows (`size`). */
export class DerError extends CodedError<'der' | 'size'> {}

export interface DerLimits {
  maxBytes: number
  /** Values of any type in the whole tree. */
  maxNodes: number
  /** Nesting; a value at the top has depth 1. */
  maxDepth: number
  /** Accept T61String, BMPString and UniversalString (old CA certificates carry them; a CSR of ours never). */
  legacyStrings?: boolean
}

/** Enough for any certificate, CRL entry or key that is read outside a hostile place. */
export const DEFAULT_DER_LIMITS: DerLimits = { maxBytes: 1 << 20, maxNodes: 50_000, maxDepth: 32, legacyStrings: true }

/** Identifier octets (class, constructed bit and number in one). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Identifier octet of `[n]`: constructed (explicit, or implicit of a constructed type) or primitive (implicit). */
export const contextTag = (n: number, constructed = true): number => (constructed ? 0xa0 : 0x80) | n

const NONE: readonly DerNode[] = []

/** One checked value: where it stands in the input and what it contains. */
export class DerNode {
  readonly tag: number
  readonly source: Bytes
  readonly start: number
  readonly valueStart: number
  readonly end: number
  /** Empty for a primitive value. */
  readonly children: readonly DerNode[]

  constructor(source: Bytes, tag: number, start: number, valueStart: number, end: number) {
    this.source = source
    this.tag = tag
    this.start = start
    this.valueStart = valueStart
    this.end = end
    this.children = (tag & 0x20) === 0 ? NONE : []
  }

  /** The whole encoding, identifier and length included: a view of the input. */
  get bytes(): Bytes {
    return this.source.subarray(this.start, this.end)
  }

  /** The content octets: a view of the input. */
  get value(): Bytes {
    return this.source.subarray(this.valueStart, this.end)
  }
}

/** Reads exactly one DER value that fills `input`. Throws DerError. */
export function readDer(input: Bytes, limits: DerLimits = DEFAULT_DER_LIMITS): DerNode {
  if (input.length > limits.maxBytes) throw new DerError('size', `${input.length} bytes, more than ${limits.maxBytes}`)
  if (input.length < 2) throw new DerError('der', `${input.length} bytes are no value`)
  let nodes = 0
  const open: DerNode[] = []
  let root: DerNode | null = null
  let at = 0
  for (;;) {
    // A constructed value ends where its last child ends; its own rules are checked then.
    let parent = open.at(-1)
    while (parent !== undefined && at === parent.end) {
      if (parent.tag === TAG.set) checkSetOrder(parent)
      open.pop()
      parent = open.at(-1)
    }
    if (root !== null && parent === undefined) break
    nodes++
    if (nodes > limits.maxNodes) throw new DerError('size', `more than ${limits.maxNodes} values`)
    const node = readHeader(input, at, parent === undefined ? input.length : parent.end, limits)
    if (parent === undefined) root = node
    else (parent.children as DerNode[]).push(node)
    if ((node.tag & 0x20) === 0) {
      if (node.tag < 0x20) checkPrimitive(node)
      at = node.end
    } else {
      if (open.length >= limits.maxDepth) throw new DerError('der', `nested deeper than ${limits.maxDepth}`)
      open.push(node)
      at = node.valueStart
    }
  }
  if (root.end !== input.length) throw new DerError('der', `${input.length - root.end} bytes after the end`)
  return root
}

function readHeader(input: Bytes, at: number, end: number, limits: DerLimits): DerNode {
  if (at + 2 > end) throw new DerError('der', `a value is cut off at ${at}`)
  const tag = input[at] as number
  checkTag(tag, at, limits)
  const first = input[at + 1] as number
  let length = first
  let valueStart = at + 2
  if (first >= 0x80) {
    // X.690 10.1: definite form, fewest octets. Four octets are more than any limit allows.
    const count = first & 0x7f
    if (count === 0) throw new DerError('der', `indefinite length at ${at}`)
    if (count > 4 || valueStart + count > end) throw new DerError('der', `length of ${count} octets at ${at}`)
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (input[valueStart + i] as number)
    if (length < 0x80 || input[valueStart] === 0) throw new DerError('der', `length not in the shortest form at ${at}`)
    valueStart += count
  }
  if (length > end - valueStart) throw new DerError('der', `the value at ${at} ends after its container`)
  return new DerNode(input, tag, at, valueStart, valueStart + length)
}

/** Universal types known here, each with the one form DER gives it. */
const UNIVERSAL = new Set<number>(Object.values(TAG))
const LEGACY_STRINGS = new Set<number>([TAG.t61String, TAG.bmpString, TAG.universalString])

function checkTag(tag: number, at: number, limits: DerLimits): void {
  const tagClass = tag & 0xc0
  if ((tag & 0x1f) === 0x1f) throw new DerError('der', `tag number above 30 at ${at}`)
  if (tagClass === 0x80) return
  if (tagClass !== 0) throw new DerError('der', `application or private tag at ${at}`)
  if (!UNIVERSAL.has(tag)) throw new DerError('der', `tag ${hex(tag)} at ${at} is no DER type known here`)
  if (limits.legacyStrings !== true && LEGACY_STRINGS.has(tag)) throw new DerError('der', `string type ${hex(tag)} at ${at}`)
}

function checkPrimitive(node: DerNode): void {
  PRIMITIVE_RULES[node.tag]?.(node)
}

const PRIMITIVE_RULES: Record<number, (node: DerNode) => void> = {
  // X.690 11.1
  [TAG.boolean]: (node) => {
    const octet = node.source[node.valueStart]
    demand(node.end - node.valueStart === 1 && (octet === 0 || octet === 0xff), node, 'BOOLEAN is neither 00 nor FF')
  },
  [TAG.integer]: checkMinimalInteger,
  [TAG.enumerated]: checkMinimalInteger,
  // X.690 11.2.1
  [TAG.bitString]: (node) => {
    const unused = node.source[node.valueStart] as number
    const length = node.end - node.valueStart
    demand(length >= 1 && unused <= 7 && (length > 1 || unused === 0), node, 'BIT STRING with a wrong count of unused bits')
    if (unused > 0) {
      const last = node.source[node.end - 1] as number
      demand((last & ((1 << unused) - 1)) === 0, node, 'BIT STRING with unused bits set')
    }
  },
  [TAG.null]: (node) => demand(node.end === node.valueStart, node, 'NULL with content'),
  [TAG.oid]: checkOid,
  [TAG.utf8String]: (node) => demand(isUtf8(node), node, 'UTF8String is not UTF-8'),
  [TAG.numericString]: (node) =>
    demand(
      everyOctet(node, (o) => o === 0x20 || (o >= 0x30 && o <= 0x39)),
      node,
      'NumericString',
    ),
  [TAG.printableString]: (node) =>
    demand(
      everyOctet(node, (o) => PRINTABLE[o] === 1),
      node,
      'PrintableString with another character',
    ),
  [TAG.ia5String]: (node) =>
    demand(
      everyOctet(node, (o) => o < 0x80),
      node,
      'IA5String above 7F',
    ),
  [TAG.visibleString]: (node) =>
    demand(
      everyOctet(node, (o) => o >= 0x20 && o < 0x7f),
      node,
      'VisibleString',
    ),
  [TAG.utcTime]: (node) => void parseTime(node),
  [TAG.generalizedTime]: (node) => void parseTime(node),
  [TAG.bmpString]: (node) => demand((node.end - node.valueStart) % 2 === 0, node, 'BMPString of odd length'),
  [TAG.universalString]: (node) => demand(isUniversal(node), node, 'UniversalString of other than characters'),
}

/** Octets of PrintableString (X.680 table 10). */
const PRINTABLE = new Uint8Array(256)
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") PRINTABLE[c.charCodeAt(0)] = 1
export const isPrintableText = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (PRINTABLE[text.charCodeAt(i)] !== 1) return false
  return true
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function isUtf8(node: DerNode): boolean {
  if (everyOctet(node, (o) => o < 0x80)) return true
  try {
    utf8.decode(node.value)
    return true
  } catch {
    return false
  }
}

function everyOctet(node: DerNode, holds: (octet: number) => boolean): boolean {
  for (let i = node.valueStart; i < node.end; i++) if (!holds(node.source[i] as number)) return false
  return true
}

/** ISO/IEC 10646 in four octets each: nothing above 10FFFF, no surrogates. */
function isUniversal(node: DerNode): boolean {
  const { value } = node
  if (value.length % 4 !== 0) return false
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  for (let i = 0; i < value.length; i += 4) {
    const character = view.getUint32(i)
    if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) return false
  }
  return true
}

/** X.690 8.3.2: the first nine bits are never all equal. */
function checkMinimalInteger(node: DerNode): void {
  const length = node.end - node.valueStart
  demand(length > 0, node, 'INTEGER without content')
  if (length === 1) return
  const first = node.source[node.valueStart] as number
  const top = (node.source[node.valueStart + 1] as number) & 0x80
  demand(!(first === 0 && top === 0) && !(first === 0xff && top !== 0), node, 'INTEGER not in the shortest form')
}

/** Longest arc: seven octets of seven bits, so that it is an exact number. Longest identifier: 64 octets. */
function checkOid(node: DerNode): void {
  const length = node.end - node.valueStart
  demand(length > 0 && length <= 64, node, `OBJECT IDENTIFIER of ${length} octets`)
  let arc = 0
  for (let i = node.valueStart; i < node.end; i++) {
    const octet = node.source[i] as number
    demand(arc > 0 || octet !== 0x80, node, 'OBJECT IDENTIFIER with a padded arc')
    arc = octet & 0x80 ? arc + 1 : 0
    demand(arc < 7, node, 'OBJECT IDENTIFIER with a huge arc')
  }
  demand(arc === 0, node, 'OBJECT IDENTIFIER is cut off')
}

/** X.690 11.6: ascending as octet strings, the shorter one padded with zeros. */
function checkSetOrder(set: DerNode): void {
  for (let i = 1; i < set.children.length; i++) {
    const [a, b] = [set.children[i - 1], set.children[i]]
    if (a !== undefined && b !== undefined) demand(compareEncodings(a.bytes, b.bytes) <= 0, set, 'SET OF out of order')
  }
}

/** Order of DER's SET OF (X.690 11.6). */
export function compareEncodings(a: Uint8Array, b: Uint8Array): number {
  const length = Math.max(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** RFC 5280 4.1.2.5: UTCTime YYMMDDHHMMSSZ (1950–2049), GeneralizedTime YYYYMMDDHHMMSSZ, no fractions, no offsets. */
export function parseTime(node: DerNode): Date {
  const text = latin1(node)
  const utc = node.tag === TAG.utcTime
  demand((utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text), node, 'time not in the form of RFC 5280')
  const digits = utc ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}.000Z`
  const time = new Date(iso)
  demand(!Number.isNaN(time.getTime()) && time.toISOString() === iso, node, 'time that does not exist')
  return time
}

function latin1(node: DerNode): string {
  let text = ''
  if (node.end - node.valueStart > 32) return text
  for (let i = node.valueStart; i < node.end; i++) text += String.fromCharCode(node.source[i] as number)
  return text
}

function demand(holds: boolean, node: DerNode, what: string): void {
  if (!holds) throw new DerError('der', `${what} (at ${node.start})`)
}

const hex = (octet: number): string => octet.toString(16).padStart(2, '0')
