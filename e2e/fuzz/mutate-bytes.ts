/** Mutations that know nothing of structure: octets of any input, and the ways in which base64 is misspelt. */
import type { Choices } from './choices.ts'

type Bytes = Buffer<ArrayBuffer>
const join = (...parts: Uint8Array[]): Bytes => Buffer.concat(parts)

/** Octets that mean something in JSON, base64, DER or UTF-8. */
const TELLING = [0x00, 0x01, 0x20, 0x22, 0x2e, 0x30, 0x31, 0x3d, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xc0, 0xed, 0xff]

const BYTE_CHANGES: Record<string, (input: Bytes, at: number, choices: Choices) => Bytes> = {
  'bit flipped': (input, at, choices) => {
    const out = Buffer.from(input) as Bytes
    out[at] = (out[at] ?? 0) ^ (1 << choices.below(8))
    return out
  },
  'octet replaced': (input, at, choices) => {
    const out = Buffer.from(input) as Bytes
    out[at] = choices.onceIn(3) ? choices.octet() : choices.of(TELLING)
    return out
  },
  'octet inserted': (input, at, choices) => join(input.subarray(0, at), Uint8Array.of(choices.of(TELLING)), input.subarray(at)),
  'octets removed': (input, at, choices) => join(input.subarray(0, at), input.subarray(at + choices.count(16))),
  'octets repeated': (input, at, choices) => {
    const end = at + choices.count(64)
    return join(input.subarray(0, end), input.subarray(at, end), input.subarray(end))
  },
  'cut off': (input, at) => join(input.subarray(0, at)),
  'octets after the end': (input, _at, choices) => join(input, Buffer.alloc(choices.count(8), choices.of(TELLING))),
  'twice in a row': (input) => join(input, input),
  'octets exchanged': (input, at, choices) => {
    const to = choices.below(input.length)
    const out = Buffer.from(input) as Bytes
    out[at] = input[to] ?? 0
    out[to] = input[at] ?? 0
    return out
  },
  'byte order mark': (input) => join(Uint8Array.of(0xef, 0xbb, 0xbf), input),
  nothing: () => Buffer.alloc(0),
}

export interface Change<T> {
  value: T
  how: string
}

export function mutateBytes(input: Bytes, choices: Choices): Change<Bytes> {
  const [how, change] = choices.of(Object.entries(BYTE_CHANGES))
  return { value: change(input, choices.below(input.length), choices), how }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE64_CHANGES: Record<string, (text: string, at: number, choices: Choices) => string> = {
  'padding added': (text, _at, choices) => `${text}${'='.repeat(choices.count(3))}`,
  'padding taken': (text) => text.replace(/=+$/, ''),
  'the other alphabet': (text) =>
    /[-_]/.test(text) ? text.replaceAll('-', '+').replaceAll('_', '/') : text.replaceAll('+', '-').replaceAll('/', '_'),
  'trailing bits': (text, _at, choices) =>
    text.replace(/[A-Za-z0-9+/_-](=*)$/, (_all, end) => `${choices.of([...ALPHABET])}${end}`),
  whitespace: (text, at, choices) => text.slice(0, at) + choices.of([' ', '\n', '\r\n', '\t', '\u00a0']) + text.slice(at),
  'line break at the end': (text) => `${text}\n`,
  'a character of no alphabet': (text, at, choices) =>
    text.slice(0, at) + choices.of(['?', '#', '*', '%', '=', 'é', '\u200b', '.', ',']) + text.slice(at),
  'a character replaced': (text, at, choices) => text.slice(0, at) + choices.of([...ALPHABET]) + text.slice(at + 1),
  'a character removed': (text, at) => text.slice(0, at) + text.slice(at + 1),
  'padding inside': (text, at) => `${text.slice(0, at)}=${text.slice(at)}`,
  'one character': () => 'A',
  nothing: () => '',
}

/** Of either alphabet. */
export function mutateBase64(text: string, choices: Choices): Change<string> {
  const [how, change] = choices.of(Object.entries(BASE64_CHANGES))
  return { value: change(text, choices.below(text.length), choices), how }
}
