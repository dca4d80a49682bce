/**
 * DER (and what pretends to be) as a tree that shows where every value stands: for looking at a request, never for judging it (that is
 * der-reader.ts).
 *
 * Made for values that are wrong: of one that breaks off or contradicts itself the tree holds what could be read, and says where it
 * ended. Bounded in size, depth and number of values; never throws. Needs nothing of Node, so it runs in the browser.
 */
import { oidName } from './oids.ts'

export interface Asn1Node {
  /** "SEQUENCE", "INTEGER", "[0]". */
  type: string
  tag: number
  /** Octets from the start of the input: of the identifier, of the content, and after the end. */
  start: number
  valueStart: number
  end: number
  /** What the content says: a name for an OID, text for a string, a number for a small INTEGER, else null. */
  text: string | null
  children: Asn1Node[]
}

export interface Asn1Outline {
  root: Asn1Node | null
  problem: string | null
}

const MAX_BYTES = 16_384
const MAX_NODES = 600
const MAX_DEPTH = 24

const UNIVERSAL: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  10: 'ENUMERATED',
  12: 'UTF8String',
  16: 'SEQUENCE',
  17: 'SET',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'T61String',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  26: 'VisibleString',
  28: 'UniversalString',
  30: 'BMPString',
}
const LATIN_STRINGS = new Set([18, 19, 20, 22, 23, 24, 26])

interface Reading {
  input: Uint8Array
  nodes: number
  problem: string | null
}

export function outlineDer(input: Uint8Array): Asn1Outline {
  if (input.length > MAX_BYTES) return { root: null, problem: `${input.length} bytes, more than are shown` }
  const reading: Reading = { input, nodes: 0, problem: null }
  const root = readNode(reading, 0, input.length, 0)
  if (root && reading.problem === null && root.end < input.length)
    reading.problem = `${input.length - root.end} bytes after the end, from octet ${root.end}`
  return { root, problem: reading.problem }
}

/** Null, with a problem said, for what is no value at all. */
function readNode(reading: Reading, at: number, limit: number, depth: number): Asn1Node | null {
  const { input } = reading
  const stop = (why: string): null => {
    reading.problem ??= why
    return null
  }
  if (++reading.nodes > MAX_NODES) return stop(`more than ${MAX_NODES} values`)
  if (depth > MAX_DEPTH) return stop(`nested deeper than ${MAX_DEPTH} levels`)
  const tag = input[at]
  const first = input[at + 1]
  if (tag === undefined || first === undefined || at + 2 > limit) return stop(`a value breaks off at octet ${at}`)
  if ((tag & 0x1f) === 0x1f) return stop(`a tag number above 30 at octet ${at}`)
  const long = first >= 0x80 ? first & 0x7f : 0
  if (first === 0x80 || long > 4 || at + 2 + long > limit) return stop(`a length that cannot be read at octet ${at}`)
  let length = long === 0 ? first : 0
  for (let i = 0; i < long; i++) length = length * 256 + (input[at + 2 + i] as number)
  const valueStart = at + 2 + long
  if (valueStart + length > limit) stop(`the value at octet ${at} ends after what holds it`)
  const end = Math.min(valueStart + length, limit)
  const node: Asn1Node = { type: typeName(tag), tag, start: at, valueStart, end, text: null, children: [] }
  if (tag & 0x20) readMembers(reading, node, valueStart, depth)
  else node.text = sayValue(tag, input.subarray(valueStart, end))
  return node
}

function readMembers(reading: Reading, node: Asn1Node, from: number, depth: number): void {
  for (let next = from; next < node.end; ) {
    const child = readNode(reading, next, node.end, depth + 1)
    if (child === null) return
    node.children.push(child)
    next = child.end
  }
}

/** A BIT STRING's content as a tree of its own, where it is one (the key in a SubjectPublicKeyInfo). */
export function openBitString(input: Uint8Array, node: Asn1Node): Asn1Node | null {
  if (node.tag !== 3 || input[node.valueStart] !== 0 || input[node.valueStart + 1] !== 0x30) return null
  const reading: Reading = { input, nodes: 0, problem: null }
  const inner = readNode(reading, node.valueStart + 1, node.end, 0)
  return reading.problem === null && inner?.end === node.end ? inner : null
}

function typeName(tag: number): string {
  const number = tag & 0x1f
  switch (tag & 0xc0) {
    case 0x00:
      return UNIVERSAL[number] ?? `UNIVERSAL ${number}`
    case 0x80:
      return `[${number}]`
    default:
      return `${(tag & 0xc0) === 0x40 ? 'APPLICATION' : 'PRIVATE'} ${number}`
  }
}

function sayValue(tag: number, value: Uint8Array): string | null {
  if (tag === 1) return value.length === 1 ? (value[0] === 0 ? 'FALSE' : 'TRUE') : null
  if (tag === 2) return value.length > 0 && value.length <= 4 ? String(smallInteger(value)) : null
  if (tag === 6) return value.length === 0 ? null : sayOid(value)
  if (tag === 12) return new TextDecoder('utf-8').decode(value)
  if (LATIN_STRINGS.has(tag)) return String.fromCharCode(...value.subarray(0, 1024))
  if (tag === 30) return new TextDecoder('utf-16be').decode(value)
  return null
}

const smallInteger = (value: Uint8Array): number =>
  value.reduce((sum, octet) => (sum << 8) | octet, (value[0] as number) & 0x80 ? -1 : 0)

/** X.690 8.19. An arc may be too large for a number; it is only shown. */
function sayOid(value: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const octet of value) {
    arc = arc * 128 + (octet & 0x7f)
    if (octet & 0x80) continue
    if (arcs.length === 0) {
      const head = Math.min(Math.floor(arc / 40), 2)
      arcs.push(head, arc - head * 40)
    } else arcs.push(arc)
    arc = 0
  }
  const dotted = arcs.join('.')
  const name = oidName(dotted)
  return name === dotted ? dotted : `${name} (${dotted})`
}
