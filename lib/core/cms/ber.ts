/**
 * From BER as CMS peers write it to the DER that the reader takes (RFC 5652 §2: "most of the messages are BER").
 *
 * What is put right: indefinite lengths, lengths not in the shortest form, OCTET STRINGs in pieces. Everything else stays as it is and is
 * the strict reader's to judge. A signature covers DER (RFC 5652 §5.4: signedAttrs) or content octets (eContent), so what is signed comes out
 * of this unchanged; a certificate that is not DER comes out changed, and its signature fails.
 *
 * One pass without recursion, with caps on size, number of values and depth. Fails with DerError.
 */
import { type Bytes, DerError, type DerLimits, type DerNode, readDer, TAG } from '../asn1/der.ts'

/** A GetCACert answer with a long chain is some 10 kB. */
export const CMS_LIMITS: DerLimits = { maxBytes: 256 * 1024, maxNodes: 20_000, maxDepth: 32, legacyStrings: true }

/** Reads one value, DER or BER. @throws DerError */
export function readBer(input: Bytes, limits: DerLimits = CMS_LIMITS): DerNode {
  try {
    return readDer(input, limits)
  } catch (error) {
    if (!(error instanceof DerError) || error.code !== 'der') throw error
    const der = berToDer(input, limits)
    if (der === input) throw error
    return readDer(der, limits)
  }
}

const CONSTRUCTED_OCTET_STRING = 0x24

interface Open {
  tag: number
  /** End of the content; null while the length is indefinite. */
  end: number | null
  parts: Uint8Array[]
}

/** The same value with definite, minimal lengths and whole OCTET STRINGs; the input itself where nothing needs to change. @throws DerError */
export function berToDer(input: Bytes, limits: DerLimits = CMS_LIMITS): Bytes {
  let changed = false
  let nodes = 0
  const open: Open[] = [{ tag: -1, end: input.length, parts: [] }]
  let at = 0
  for (;;) {
    const parent = open.at(-1) as Open
    const closes = parent.end === null ? input[at] === 0 && input[at + 1] === 0 : at === parent.end
    if (closes) {
      if (open.length === 1) break
      if (parent.end === null) at += 2
      open.pop()
      ;(open.at(-1) as Open).parts.push(close(parent))
      continue
    }
    if (++nodes > limits.maxNodes) throw new DerError('size', `more than ${limits.maxNodes} values`)
    const end = parent.end ?? enclosingEnd(open)
    const header = readHeader(input, at, end)
    changed ||= header.loose || header.tag === CONSTRUCTED_OCTET_STRING
    if ((header.tag & 0x20) !== 0) {
      if (open.length > limits.maxDepth) throw new DerError('der', `nested deeper than ${limits.maxDepth}`)
      // X.690 §8.7.3.2 would allow pieces of pieces; no peer writes them.
      if (parent.tag === CONSTRUCTED_OCTET_STRING) throw new DerError('der', `a piece of an OCTET STRING is in pieces (at ${at})`)
      open.push({ tag: header.tag, end: header.length === null ? null : header.valueStart + header.length, parts: [] })
      at = header.valueStart
      continue
    }
    if (header.length === null) throw new DerError('der', `indefinite length of a primitive value at ${at}`)
    if (parent.tag === CONSTRUCTED_OCTET_STRING && header.tag !== TAG.octetString)
      throw new DerError('der', `a piece of an OCTET STRING is none (at ${at})`)
    const value = input.subarray(header.valueStart, header.valueStart + header.length)
    // The pieces of an OCTET STRING lose their own heads.
    if (parent.tag === CONSTRUCTED_OCTET_STRING) parent.parts.push(value)
    else parent.parts.push(head(header.tag, header.length), value)
    at = header.valueStart + header.length
  }
  return changed ? Buffer.concat((open[0] as Open).parts) : input
}

/** A constructed value whose end was reached, whole. */
function close(node: Open): Uint8Array {
  const content = Buffer.concat(node.parts)
  return Buffer.concat([head(node.tag === CONSTRUCTED_OCTET_STRING ? TAG.octetString : node.tag, content.length), content])
}

/** Content of a value of indefinite length cannot leave the nearest value of definite length. */
function enclosingEnd(open: readonly Open[]): number {
  for (let i = open.length - 1; i >= 0; i--) {
    const end = (open[i] as Open).end
    if (end !== null) return end
  }
  return 0
}

interface Header {
  tag: number
  valueStart: number
  /** Null: indefinite. */
  length: number | null
  /** Not as DER would write it. */
  loose: boolean
}

function readHeader(input: Bytes, at: number, end: number): Header {
  if (at + 2 > end) throw new DerError('der', `a value is cut off at ${at}`)
  const tag = input[at] as number
  if ((tag & 0x1f) === 0x1f) throw new DerError('der', `tag number above 30 at ${at}`)
  const first = input[at + 1] as number
  if (first === 0x80) return { tag, valueStart: at + 2, length: null, loose: true }
  if (first < 0x80) return bounded({ tag, valueStart: at + 2, length: first, loose: false }, at, end)
  const count = first & 0x7f
  if (count > 8 || at + 2 + count > end) throw new DerError('der', `length of ${count} octets at ${at}`)
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + (input[at + 2 + i] as number)
  return bounded({ tag, valueStart: at + 2 + count, length, loose: length < 0x80 || input[at + 2] === 0 }, at, end)
}

function bounded(header: Header & { length: number }, at: number, end: number): Header {
  if (header.length > end - header.valueStart) throw new DerError('der', `the value at ${at} ends after its container`)
  return header
}

function head(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  const octets: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff)
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets)
}
