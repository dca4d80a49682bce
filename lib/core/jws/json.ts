/**
 * Strict JSON (RFC 8259, I-JSON RFC 7493) for messages from outside.
 *
 * JSON.parse lets the last of two equal members win, takes a byte order mark after a lenient decoding, rounds big numbers and keeps
 * lone surrogates. Two readers of one message may then see two messages. This reader refuses: invalid UTF-8, BOM, NUL, lone
 * surrogates (`json_enc`), duplicate members (`json_dup`), nesting or numbers of values beyond the limits (`json_depth`), anything that
 * is not JSON (`json`).
 * Objects have no prototype, so `__proto__` is a member like any other. Numbers that are not plain safe integers become OddNumber:
 * harmless in members nobody reads, and a schema failure where a number is expected. Linear in the input; no recursion beyond the limit.
 */
import { CodedError } from '../errors.ts'

export type JsonErrorCode = 'json' | 'json_dup' | 'json_enc' | 'json_depth'
export class JsonError extends CodedError<JsonErrorCode> {}

export type JsonValue = null | boolean | number | string | OddNumber | JsonValue[] | JsonObject
export interface JsonObject {
  [member: string]: JsonValue
}

/** A number with fraction, exponent, minus zero or more digits than a double holds: kept as written. */
export class OddNumber {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof OddNumber)

/**
 * A value as a schema is to see it: numbers that were kept as written are NaN, which no schema takes. To a schema the class itself would
 * pass for an object that lacks every member.
 */
export function forSchema(value: JsonValue): unknown {
  if (!holdsOddNumber(value)) return value
  if (value instanceof OddNumber) return Number.NaN
  if (Array.isArray(value)) return value.map(forSchema)
  const object: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value as JsonObject)) object[name] = forSchema(member)
  return object
}

/** Objects and arrays that the reader made with such a number somewhere inside. */
const ODD_CONTAINERS = new WeakSet<object>()

/** Real messages hold none, and are then neither searched nor copied. */
const holdsOddNumber = (value: JsonValue): boolean => value instanceof OddNumber || ODD_CONTAINERS.has(value as object)

export const JSON_MAX_DEPTH = 16
/** Values in one text. Real messages have about thirty; a swarm of tiny ones costs far more than its size. */
export const JSON_MAX_VALUES = 1100

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads one JSON text from UTF-8 bytes. Throws JsonError. */
export function parseJsonBytes(bytes: Uint8Array, maxDepth: number = JSON_MAX_DEPTH): JsonValue {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new JsonError('json_enc', 'not UTF-8')
  }
  return readText(text, maxDepth, isPlain(bytes))
}

/** Reads one JSON text. Throws JsonError. */
export const parseJson = (text: string, maxDepth: number = JSON_MAX_DEPTH): JsonValue => readText(text, maxDepth, false)

function readText(text: string, maxDepth: number, plain: boolean): JsonValue {
  if (text.charCodeAt(0) === 0xfeff) throw new JsonError('json_enc', 'byte order mark')
  return new Reader(text, maxDepth, plain).document()
}

/** No escape and no control character anywhere, as in every JWS of the app: then its strings need no second look. */
function isPlain(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number
    if (octet < 0x20 || octet === 0x5c) return false
  }
  return true
}

const SPACE = new Uint8Array(128)
for (const c of ' \t\n\r') SPACE[c.charCodeAt(0)] = 1

const QUOTE = 0x22
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

class Reader {
  readonly text: string
  readonly maxDepth: number
  /** Decoded from bytes for which isPlain holds. */
  readonly plain: boolean
  at = 0
  values = 0
  oddNumbers = 0

  constructor(text: string, maxDepth: number, plain: boolean) {
    this.text = text
    this.maxDepth = maxDepth
    this.plain = plain
  }

  document(): JsonValue {
    this.space()
    const value = this.value(1)
    this.space()
    if (this.at !== this.text.length) this.fail('something after the end')
    return value
  }

  value(depth: number): JsonValue {
    this.values++
    if (this.values > JSON_MAX_VALUES) throw new JsonError('json_depth', `more than ${JSON_MAX_VALUES} values`)
    const c = this.text.charCodeAt(this.at)
    if (c === QUOTE) return this.string()
    if (c === 0x7b || c === 0x5b) {
      const oddBefore = this.oddNumbers
      const container = c === 0x7b ? this.object(depth) : this.array(depth)
      if (this.oddNumbers > oddBefore) ODD_CONTAINERS.add(container)
      return container
    }
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.number()
    if (this.word('true')) return true
    if (this.word('false')) return false
    if (this.word('null')) return null
    return this.fail('no value')
  }

  object(depth: number): JsonObject {
    this.deeper(depth)
    const object: JsonObject = Object.create(null)
    this.at++
    this.space()
    if (this.take(0x7d)) return object
    for (;;) {
      if (this.text.charCodeAt(this.at) !== QUOTE) this.fail('no member name')
      const name = this.string()
      if (name in object) throw new JsonError('json_dup', `member ${JSON.stringify(name.slice(0, 40))} twice`)
      this.space()
      if (!this.take(0x3a)) this.fail('no colon')
      this.space()
      object[name] = this.value(depth + 1)
      this.space()
      if (this.take(0x7d)) return object
      if (!this.take(0x2c)) this.fail('no comma')
      this.space()
    }
  }

  array(depth: number): JsonValue[] {
    this.deeper(depth)
    const array: JsonValue[] = []
    this.at++
    this.space()
    if (this.take(0x5d)) return array
    for (;;) {
      array.push(this.value(depth + 1))
      this.space()
      if (this.take(0x5d)) return array
      if (!this.take(0x2c)) this.fail('no comma')
      this.space()
    }
  }

  /** Most strings have no escape: found by two searches, sliced once. */
  string(): string {
    const start = this.at + 1
    const end = this.text.indexOf('"', start)
    if (end < 0) return this.fail('a string has no end')
    const text = this.text.slice(start, end)
    if (!this.plain && text.indexOf('\\') >= 0) return this.escapedString(start)
    this.at = end + 1
    return this.plain ? text : this.checkedText(text)
  }

  escapedString(start: number): string {
    let out = ''
    let from = start
    for (let i = start; i < this.text.length; i++) {
      const c = this.text.charCodeAt(i)
      if (c === QUOTE) {
        this.at = i + 1
        return this.checkedText(out + this.text.slice(from, i), true)
      }
      if (c < 0x20) break
      if (c !== 0x5c) continue
      out += this.text.slice(from, i)
      const letter = this.text.charAt(i + 1)
      if (letter === 'u') {
        const digits = this.text.slice(i + 2, i + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) return this.fail('a wrong \\u escape')
        out += String.fromCharCode(Number.parseInt(digits, 16))
        i += 5
      } else {
        const character = ESCAPES[letter]
        if (character === undefined) return this.fail('a wrong escape')
        out += character
        i += 1
      }
      from = i + 1
    }
    return this.fail('a string has no end or a control character')
  }

  checkedText(text: string, escaped = false): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    if (!escaped && /[\x00-\x1f]/.test(text)) {
      if (text.includes('\0')) throw new JsonError('json_enc', 'NUL in a string')
      this.fail('a control character in a string')
    }
    if (escaped && text.includes('\0')) throw new JsonError('json_enc', 'NUL in a string')
    if (!text.isWellFormed()) throw new JsonError('json_enc', 'a lone surrogate')
    return text
  }

  number(): number | OddNumber {
    return this.smallNumber() ?? this.anyNumber()
  }

  /** Nearly all: a few digits, and no sign, fraction or exponent. Null for any other. */
  smallNumber(): number | null {
    let value = 0
    let i = this.at
    for (; i < this.at + 10; i++) {
      const digit = this.text.charCodeAt(i) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    const next = this.text.charCodeAt(i)
    const ends = next === 0x2c || next === 0x7d || next === 0x5d
    if (i === this.at || !ends || (this.text.charCodeAt(this.at) === 0x30 && i > this.at + 1)) return null
    this.at = i
    return value
  }

  anyNumber(): number | OddNumber {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null) return this.fail('no number')
    const source = match[0]
    this.at += source.length
    const value = Number(source)
    if (match[1] !== undefined || match[2] !== undefined || !Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.oddNumbers++
      return new OddNumber(source)
    }
    return value
  }

  word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  space(): void {
    while (SPACE[this.text.charCodeAt(this.at)] === 1) this.at++
  }

  take(c: number): boolean {
    if (this.text.charCodeAt(this.at) !== c) return false
    this.at++
    return true
  }

  deeper(depth: number): void {
    if (depth > this.maxDepth) throw new JsonError('json_depth', `nested deeper than ${this.maxDepth}`)
  }

  fail(what: string): never {
    if (this.text.charCodeAt(this.at) === 0) throw new JsonError('json_enc', 'NUL')
    throw new JsonError('json', `${what} at ${this.at}`)
  }
}
