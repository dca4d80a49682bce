/**
 * What lib/core uses of Node's Buffer, for the browser: octets with their text encodings. Lenient where Node's is (base64 skips what it
 * does not know), since strict readers compare what they read with its one spelling.
 */

type Encoding = 'utf8' | 'latin1' | 'hex' | 'base64' | 'base64url'

const CHUNK = 8192

class Octets extends Uint8Array<ArrayBuffer> {
  override toString(encoding: Encoding = 'utf8'): string {
    if (encoding === 'utf8') return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this)
    if (encoding === 'hex') return Array.from(this, (octet) => octet.toString(16).padStart(2, '0')).join('')
    let text = ''
    for (let at = 0; at < this.length; at += CHUNK) text += String.fromCharCode(...this.subarray(at, at + CHUNK))
    if (encoding === 'latin1') return text
    const base64 = btoa(text)
    return encoding === 'base64' ? base64 : base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  }

  equals(other: Uint8Array): boolean {
    return compare(this, other) === 0
  }

  writeUIntBE(value: number, offset: number, length: number): number {
    for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) this[offset + i] = rest % 256
    return offset + length
  }
}

const make = (length: number): Octets => new Octets(new ArrayBuffer(length))

const DECODERS: Record<Encoding, (text: string) => Octets> = {
  utf8: (text) => copyOf(new TextEncoder().encode(text)),
  latin1: (text) => fill(text.length, (i) => text.charCodeAt(i)),
  hex: (text) => fill(Math.floor(text.length / 2), (i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)),
  base64: decodeBase64,
  base64url: decodeBase64,
}

function decodeBase64(text: string): Octets {
  const known = (text.split('=', 1)[0] ?? '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '')
  const binary = atob(known.length % 4 === 1 ? known.slice(0, -1) : known)
  return fill(binary.length, (i) => binary.charCodeAt(i))
}

function fill(length: number, octetAt: (index: number) => number): Octets {
  const octets = make(length)
  for (let i = 0; i < length; i++) octets[i] = octetAt(i)
  return octets
}

function copyOf(source: ArrayLike<number>): Octets {
  const octets = make(source.length)
  octets.set(source)
  return octets
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return Math.sign(difference)
  }
  return Math.sign(a.length - b.length)
}

function from(source: string | ArrayBuffer | ArrayLike<number>, encodingOrOffset?: Encoding | number, length?: number): Octets {
  if (typeof source === 'string') return DECODERS[(encodingOrOffset as Encoding | undefined) ?? 'utf8'](source)
  if (source instanceof ArrayBuffer) return new Octets(source, encodingOrOffset as number | undefined, length)
  return copyOf(source)
}

/** Stands in for the global Buffer. */
export const octets = {
  from,
  alloc: make,
  allocUnsafe: make,
  allocUnsafeSlow: make,
  concat: (list: readonly Uint8Array[]): Octets => {
    const whole = make(list.reduce((sum, one) => sum + one.length, 0))
    let at = 0
    for (const one of list) {
      whole.set(one, at)
      at += one.length
    }
    return whole
  },
  byteLength: (text: string): number => new TextEncoder().encode(text).length,
  compare,
}
