/**
 * The exchange around an answer, taken apart for the evidence page: every part with its own bytes, and every value in it with a path
 * that checks/places.ts can name. For looking at, never for judging: nothing is verified, and what cannot be read is shown as bytes.
 */
import { type Asn1Node, openBitString, outlineDer } from '#lib/core/asn1/outline.ts'
import { type JsonNode, outlineJson } from '#lib/core/jws/json-outline.ts'
import { type ExchangeMessage, HIDDEN_REQUEST } from '#lib/core/views.ts'

/** One line of a part as it is shown. */
export interface PartLine {
  path: string
  depth: number
  /** "nonce", "SEQUENCE"; null in a list. */
  name: string | null
  /** What the value says; null for one that only holds others. */
  value: string | null
  /** JSON that holds other values. */
  opens: '{ }' | '[ ]' | null
  /** Of the part's bytes. */
  start: number
  end: number
  /** Of a value in DER: its identifier octet, the length of its content, and the field of the PKCS#10 that it is. */
  der?: { tag: number; length: number; field: string | null }
}

export interface AnswerPart {
  path: string
  kind: 'facts' | 'json' | 'asn1' | 'bytes'
  bytes: Uint8Array
  lines: PartLine[]
  /** Why it could not be read to its end. */
  problem: string | null
}

const MAX_KEYS = 8
const utf8 = new TextEncoder()

/** @param answer the callback that was judged; `command` the provision command it answers, if it is known */
export function decodeAnswer(answer: ExchangeMessage, command: ExchangeMessage | null): AnswerPart[] {
  const raw = answer.bytes === null ? utf8.encode(answer.body) : fromBase64(answer.bytes)
  const envelope = jsonPart('envelope', raw)
  const data = stringAt(envelope, 'envelope.provResponse.result.data')
  const outer = decodeJws('', data === HIDDEN_REQUEST ? null : data)
  const payload = outer.find((part) => part.path === 'payload')
  const signedKeys = (payload?.lines ?? []).filter((line) => /^payload\.profile\.signedkeys\[\d+\]$/.test(line.path))
  const keys = signedKeys.slice(0, MAX_KEYS).flatMap((line, index) => {
    const parts = decodeJws(`keys[${index}].`, line.value)
    const certreq = stringAt(
      parts.find((part) => part.path.endsWith('.payload')),
      `keys[${index}].payload.certreq`,
    )
    return certreq === null ? parts : [...parts, csrPart(`keys[${index}].csr`, certreq)]
  })
  return [
    receiptPart(answer, raw.length),
    ...(command === null ? [] : [jsonPart('command', utf8.encode(command.body))]),
    envelope,
    ...outer,
    ...keys,
  ]
}

/** A callback without credentials is not stored, so one that is here had them. */
function receiptPart({ at, size }: ExchangeMessage, length: number): AnswerPart {
  const facts = { receivedAt: at, credentials: 'right', bytes: String(size ?? length) }
  const lines = Object.entries(facts).map(
    ([name, value]): PartLine => ({ path: `receipt.${name}`, depth: 0, name, value, opens: null, start: 0, end: 0 }),
  )
  return { path: 'receipt', kind: 'facts', bytes: new Uint8Array(), lines, problem: null }
}

function decodeJws(prefix: string, text: string | null): AnswerPart[] {
  if (text === null) return []
  const [header = '', payload, signature, ...more] = text.split('.')
  const parts: AnswerPart[] = [segmentPart(`${prefix}header`, header)]
  if (payload !== undefined) parts.push(segmentPart(`${prefix}payload`, payload))
  if (signature !== undefined) parts.push(bytesPart(`${prefix}signature`, [signature, ...more].join('.')))
  return parts
}

function segmentPart(path: string, segment: string): AnswerPart {
  const bytes = decodeBase64(segment)
  return bytes === null ? { ...bytesPart(path, segment), problem: 'not base64url' } : jsonPart(path, bytes)
}

function bytesPart(path: string, segment: string): AnswerPart {
  const bytes = decodeBase64(segment)
  const line = { path, depth: 0, name: null, value: null, opens: null, start: 0 }
  if (bytes === null) {
    const text = utf8.encode(segment)
    return { path, kind: 'bytes', bytes: text, lines: [{ ...line, end: text.length }], problem: 'not base64url' }
  }
  return { path, kind: 'bytes', bytes, lines: [{ ...line, end: bytes.length }], problem: null }
}

function jsonPart(path: string, bytes: Uint8Array): AnswerPart {
  const { text, placeOf } = readText(bytes)
  const { root, problem } = outlineJson(text)
  if (root === null) {
    const line = { path, depth: 0, name: null, value: null, opens: null, start: 0, end: bytes.length }
    return { path, kind: 'bytes', bytes, lines: [line], problem: problem ?? 'no JSON' }
  }
  const lines: PartLine[] = []
  const walk = (node: JsonNode, depth: number): void => {
    const nodePath = node.path === '' ? path : `${path}${node.path.startsWith('[') ? '' : '.'}${node.path}`
    const opens = node.type === 'object' ? '{ }' : node.type === 'array' ? '[ ]' : null
    const { name, value } = node
    lines.push({ path: nodePath, depth, name, value, opens, start: placeOf(node.start), end: placeOf(node.end) })
    for (const child of node.children) walk(child, depth + 1)
  }
  walk(root, 0)
  return { path, kind: 'json', bytes, lines, problem }
}

/** What is no UTF-8 is read as Latin-1, which has a character for each octet, so that its octets stay what they are. */
function readText(bytes: Uint8Array): { text: string; placeOf: (at: number) => number } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, placeOf: bytePlaces(text) }
  } catch {
    return { text: Array.from(bytes, (octet) => String.fromCharCode(octet)).join(''), placeOf: (at) => at }
  }
}

/** From places in text to places in its UTF-8, for ascending or any order of questions. */
function bytePlaces(text: string): (at: number) => number {
  const places = new Uint32Array(text.length + 1)
  let octets = 0
  for (let i = 0; i < text.length; i++) {
    places[i] = octets
    const unit = text.charCodeAt(i)
    octets += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3
  }
  places[text.length] = octets
  return (at) => places[at] ?? octets
}

/** Names of the fields of a PKCS#10 (RFC 2986) by the way to them. */
const CSR_FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': ['info', 'algorithm', 'signature'],
  '.info': ['version', 'subject', 'spki', 'attributes'],
  '.info.spki': ['algorithm', 'key'],
}

function csrPart(path: string, certreq: string): AnswerPart {
  const bytes = decodeBase64(certreq)
  if (bytes === null) return { ...bytesPart(path, certreq), problem: 'not base64' }
  const { root, problem } = outlineDer(bytes)
  const lines: PartLine[] = []
  const walk = (node: Asn1Node, way: string, depth: number): void => {
    const { start, end, type, text, children, tag } = node
    const field = /\.([a-z]+)$/.exec(way)?.[1] ?? null
    const der = { tag, length: end - node.valueStart, field }
    lines.push({ path: `${path}${way}`, depth, name: type, value: text, opens: null, start, end, der })
    const inner = openBitString(bytes, node)
    const members = inner === null ? children : [inner]
    for (const [index, child] of members.entries()) {
      const known = CSR_FIELDS[way]?.[index]
      walk(child, known === undefined ? `${way}[${index}]` : `${way}.${known}`, depth + 1)
    }
  }
  if (root === null) return { ...bytesPart(path, certreq), problem }
  walk(root, '', 0)
  return { path, kind: 'asn1', bytes, lines, problem }
}

function stringAt(part: AnswerPart | undefined, path: string): string | null {
  return part?.kind === 'json' ? (part.lines.find((line) => line.path === path)?.value ?? null) : null
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

/** Either alphabet, padded or not; null for anything that is no base64 at all. */
function decodeBase64(text: string): Uint8Array | null {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return null
  return fromBase64(plain)
}
