/**
 * What lib/core uses of node:crypto, for the browser, done by WebCrypto.
 *
 * WebCrypto answers later, and lib/core asks now. So a question that has not been answered yet is noted down and gets a stand-in; `settle`
 * lets WebCrypto answer what was noted and runs the whole again, until nothing was asked that is not known. What counts is that last run,
 * in which every answer was WebCrypto's; what an earlier run said or threw is forgotten.
 */
import { bitString, nul, oid, seq } from '../core/asn1/der.ts'
import { OID } from '../core/asn1/oids.ts'

type Answer = string | boolean
const answers = new Map<string, Answer>()
let open = new Map<string, () => Promise<Answer>>()

/** Questions depend on answers (a signature is verified by a key whose hash was asked for), but not deeply. */
const MAX_ROUNDS = 40

export async function settle<T>(compute: () => T): Promise<T> {
  answers.clear()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    open = new Map()
    const result = attempt(compute)
    if (open.size === 0) {
      if ('error' in result) throw result.error
      return result.value
    }
    await Promise.all([...open].map(async ([question, find]) => void answers.set(question, await find())))
  }
  throw new Error('the questions do not come to an end')
}

function attempt<T>(compute: () => T): { value: T } | { error: unknown } {
  try {
    return { value: compute() }
  } catch (error) {
    return { error }
  }
}

function ask<A extends Answer>(question: string, find: () => Promise<A>, meanwhile: A): A {
  const answer = answers.get(question)
  if (answer !== undefined) return answer as A
  open.set(question, find)
  return meanwhile
}

const bytesOf = (data: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)
const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64')

const HASHES: Record<string, string> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' }

function hashName(name: string): string {
  const found = HASHES[name]
  if (found === undefined) throw new Error(`no hash ${name}`)
  return found
}

export function hash(name: string, data: string | Uint8Array, encoding: 'hex' | 'base64' | 'base64url' | 'buffer' = 'hex') {
  const algorithm = hashName(name)
  const bytes = bytesOf(data)
  const digest = ask(
    `${algorithm} ${base64(bytes)}`,
    async () => base64(new Uint8Array(await crypto.subtle.digest(algorithm, bytes))),
    '',
  )
  const octets = Buffer.from(digest, 'base64')
  return encoding === 'buffer' ? octets : octets.toString(encoding)
}

export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) throw new RangeError('lengths differ')
  return a.every((octet, i) => octet === b[i])
}

interface Curve {
  name: string
  length: number
}

export interface PublicKey {
  asymmetricKeyType: 'rsa' | 'ec'
  curve: Curve | null
  spki: Uint8Array<ArrayBuffer>
}

/** AlgorithmIdentifiers as they begin a SubjectPublicKeyInfo: RSA (RFC 3279 2.3.1), and EC with its named curve (RFC 5480). */
const RSA = '300d06092a864886f70d0101010500'
const EC_CURVES: Record<string, Curve> = {
  '301306072a8648ce3d020106082a8648ce3d030107': { name: 'P-256', length: 32 },
  '301006072a8648ce3d020106052b81040022': { name: 'P-384', length: 48 },
}

export function createPublicKey(source: string | { key: Uint8Array }): PublicKey {
  const spki = new Uint8Array(typeof source === 'string' ? readPem(source) : source.key)
  const hex = Buffer.from(spki).toString('hex')
  const curve = Object.entries(EC_CURVES).find(([prefix]) => hex.indexOf(prefix) === 4)?.[1] ?? null
  if (curve === null && !hex.slice(0, 60).includes(RSA)) throw new Error('a kind of key that is not known here')
  const key: PublicKey = { asymmetricKeyType: curve === null ? 'rsa' : 'ec', curve, spki }
  const usable = () =>
    importKey(key, 'SHA-256').then(
      () => true,
      () => false,
    )
  if (!ask(`key ${base64(spki)}`, usable, true)) throw new Error('no usable key')
  return key
}

/** A SubjectPublicKeyInfo; WebCrypto does not know the RSAPublicKey of RFC 8017 by itself. */
function readPem(pem: string): Uint8Array {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
  return pem.includes('RSA PUBLIC KEY') ? seq(seq(oid(OID.rsaEncryption), nul()), bitString(der)) : der
}

const importKey = ({ curve, spki }: PublicKey, hashAlgorithm: string): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    'spki',
    spki,
    curve ? { name: 'ECDSA', namedCurve: curve.name } : { name: 'RSASSA-PKCS1-v1_5', hash: hashAlgorithm },
    false,
    ['verify'],
  )

export function verify(
  name: string,
  data: Uint8Array,
  given: PublicKey | { key: PublicKey; dsaEncoding: 'ieee-p1363' },
  signature: Uint8Array,
): boolean {
  const key = 'spki' in given ? given : given.key
  const algorithm = hashName(name)
  const octets = key.curve && 'spki' in given ? readDerSignature(signature, key.curve.length) : new Uint8Array(signature)
  if (octets === null) return false
  const signed = bytesOf(data)
  const find = async () => {
    const scheme = key.curve ? { name: 'ECDSA', hash: algorithm } : { name: 'RSASSA-PKCS1-v1_5' }
    return crypto.subtle.verify(scheme, await importKey(key, algorithm), octets, signed)
  }
  return ask(`${algorithm} ${base64(key.spki)} ${base64(octets)} ${base64(signed)}`, find, false)
}

/** R‖S of an Ecdsa-Sig-Value (RFC 3279 2.2.3), DER only; null for anything else. */
function readDerSignature(der: Uint8Array, length: number): Uint8Array<ArrayBuffer> | null {
  const out = new Uint8Array(2 * length)
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  let at = 2
  for (const end of [length, 2 * length]) {
    const size = der[at + 1] ?? 0
    const value = der.subarray(at + 2, at + 2 + size)
    const padded = value[0] === 0 && size > 1
    if (der[at] !== 0x02 || size === 0 || value.length !== size || (value[0] as number) >= 0x80) return null
    if (padded && (value[1] as number) < 0x80) return null
    const magnitude = padded ? value.subarray(1) : value
    if (magnitude.length > length) return null
    out.set(magnitude, end - magnitude.length)
    at += 2 + size
  }
  return at === der.length ? out : null
}
