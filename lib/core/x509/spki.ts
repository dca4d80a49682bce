/**
 * Public keys in their one canonical form: the SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 3279, RFC 5480) as this module writes it.
 *
 * A JWK, a PKCS#10 and a certificate can spell one key in several ways (leading zeros, absent parameters, other algorithm
 * identifiers). Keys are compared, hashed and handed to OpenSSL only as these bytes. Reading a JWK fails with a reason and never throws.
 */
import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import {
  type Bytes,
  bitString,
  DerError,
  type DerNode,
  nul,
  oid,
  readBitOctets,
  readDer,
  readOid,
  readSequence,
  readUnsignedBytes,
  seq,
  unsignedInteger,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { decodeBase64Url } from '../jws/base64.ts'
import type { JsonObject } from '../jws/json.ts'

/** Magnitudes without leading zeros; EC coordinates at the curve's full length. */
export type PublicKeyParts =
  | { kty: 'RSA'; n: Buffer<ArrayBuffer>; e: Buffer<ArrayBuffer> }
  | { kty: 'EC'; crv: 'P-256' | 'P-384'; x: Buffer<ArrayBuffer>; y: Buffer<ArrayBuffer> }

export interface JwkProblem {
  /** schema: members missing or of the wrong type; weak_key: a spelling no honest key has. */
  code: 'schema' | 'weak_key'
  detail: string
}

/** RFC 7518 6.2.2, 6.3.2: members that only a private or a symmetric key has. */
export const PRIVATE_JWK_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

const CURVES = { 'P-256': { oid: OID.secp256r1, length: 32 }, 'P-384': { oid: OID.secp384r1, length: 48 } } as const
const RSA_ALGORITHM = seq(oid(OID.rsaEncryption), nul())
const USUAL_EXPONENT = Buffer.from([1, 0, 1])
const EC_ALGORITHM = {
  'P-256': seq(oid(OID['id-ecPublicKey']), oid(OID.secp256r1)),
  'P-384': seq(oid(OID['id-ecPublicKey']), oid(OID.secp384r1)),
}
/** 4096 bits and one leading zero octet, as text. Anything longer is not worth decoding. */
const MAX_N_TEXT = Math.ceil((513 * 4) / 3)

/**
 * Public key of a JWK. `n` may carry exactly one leading zero octet, as the app writes it (RFC 7518 6.3.1.1 forbids it, the published
 * example has it); every other member of the JWK is the caller's business.
 */
export function readJwk(jwk: JsonObject): PublicKeyParts | JwkProblem {
  if (jwk.kty === 'RSA') return readRsaJwk(jwk)
  if (jwk.kty === 'EC') return readEcJwk(jwk)
  return { code: 'schema', detail: 'kty is neither RSA nor EC' }
}

export const isJwkProblem = (value: PublicKeyParts | JwkProblem): value is JwkProblem => 'code' in value

function readRsaJwk(jwk: JsonObject): PublicKeyParts | JwkProblem {
  const { n: nText, e: eText } = jwk
  if (typeof nText !== 'string' || typeof eText !== 'string') return { code: 'schema', detail: 'n or e is no string' }
  if (nText.length > MAX_N_TEXT) return { code: 'weak_key', detail: `n has more than 4096 bits` }
  if (eText.length > MAX_N_TEXT) return { code: 'weak_key', detail: 'e is not 65537' }
  const nOctets = decodeBase64Url(nText)
  const e = decodeBase64Url(eText)
  if (nOctets === null || e === null) return { code: 'schema', detail: 'n or e is not canonical base64url' }
  if (nOctets.length < 2 || e.length === 0 || e[0] === 0) return { code: 'weak_key', detail: 'n or e is empty, zero or padded' }
  const n = nOctets[0] === 0 ? nOctets.subarray(1) : nOctets
  if (n[0] === 0) return { code: 'weak_key', detail: 'n has more than one leading zero octet' }
  return { kty: 'RSA', n, e }
}

function readEcJwk(jwk: JsonObject): PublicKeyParts | JwkProblem {
  const { crv, x: xText, y: yText } = jwk
  if (typeof crv !== 'string' || typeof xText !== 'string' || typeof yText !== 'string')
    return { code: 'schema', detail: 'crv, x or y is no string' }
  if (crv !== 'P-256' && crv !== 'P-384') return { code: 'weak_key', detail: `curve ${crv.slice(0, 20)}` }
  const x = decodeBase64Url(xText)
  const y = decodeBase64Url(yText)
  const { length } = CURVES[crv]
  // RFC 7518 6.2.1.2: exactly the full size of a coordinate.
  if (x === null || y === null || x.length !== length || y.length !== length)
    return { code: 'weak_key', detail: 'x or y has not the length of the curve' }
  return { kty: 'EC', crv, x, y }
}

/** The canonical SubjectPublicKeyInfo. */
export function encodeSpki(key: PublicKeyParts): Buffer<ArrayBuffer> {
  if (key.kty === 'RSA') return encodeUsualRsa(key.n, key.e) ?? encodeRsa(key.n, key.e)
  return seq(EC_ALGORITHM[key.crv], bitString(Buffer.concat([Uint8Array.of(4), key.x, key.y])))
}

const encodeRsa = (n: Uint8Array, e: Uint8Array): Buffer<ArrayBuffer> => seq(RSA_ALGORITHM, bitString(encodeRsaPublicKey(n, e)))

/** RSAPublicKey (RFC 8017 A.1.1). */
const encodeRsaPublicKey = (n: Uint8Array, e: Uint8Array): Buffer<ArrayBuffer> => seq(unsignedInteger(n), unsignedInteger(e))

/** The same for a modulus of 2048, 3072 or 4096 bits and the exponent 65537, which nearly every key has: only the modulus is put in. */
function encodeUsualRsa(n: Buffer, e: Buffer): Buffer<ArrayBuffer> | null {
  const frame = USUAL_FRAMES.get(n.length)
  return frame === undefined || (n[0] as number) < 0x80 || !e.equals(USUAL_EXPONENT) ? null : Buffer.concat([frame, n, USUAL_END])
}

const USUAL_END = unsignedInteger(USUAL_EXPONENT)
const USUAL_FRAMES = new Map(
  [256, 384, 512].map((length) => {
    const whole = encodeRsa(new Uint8Array(length).fill(0xff), USUAL_EXPONENT)
    return [length, whole.subarray(0, whole.length - length - USUAL_END.length)]
  }),
)

/** RFC 5280 4.1.2.7: the form of any SubjectPublicKeyInfo, whatever the key. Throws DerError. */
export function checkSpkiForm(node: DerNode | undefined): void {
  const [algorithm, key] = readSequence(node, 'SubjectPublicKeyInfo', 2, 2)
  readOid(readSequence(algorithm, 'AlgorithmIdentifier', 1, 2)[0], 'algorithm')
  readBitOctets(key, 'subjectPublicKey')
}

/** Reads a SubjectPublicKeyInfo; only the canonical form of RSA, P-256 and P-384 is known. Throws DerError. */
export function readSpki(der: Bytes): PublicKeyParts {
  return readSpkiNode(readDer(der))
}

/** The same for a value already read. Throws DerError. */
export function readSpkiNode(node: DerNode): PublicKeyParts {
  const [algorithm, subjectPublicKey] = readSequence(node, 'SubjectPublicKeyInfo', 2, 2)
  if (algorithm === undefined) throw new DerError('der', 'SubjectPublicKeyInfo without algorithm')
  const key = readBitOctets(subjectPublicKey, 'subjectPublicKey')
  if (RSA_ALGORITHM.equals(algorithm.bytes)) {
    const [n, e] = readSequence(readDer(key), 'RSAPublicKey', 2, 2)
    return { kty: 'RSA', n: Buffer.from(readUnsignedBytes(n, 'modulus')), e: Buffer.from(readUnsignedBytes(e, 'publicExponent')) }
  }
  for (const crv of ['P-256', 'P-384'] as const) {
    const { length } = CURVES[crv]
    if (!EC_ALGORITHM[crv].equals(algorithm.bytes)) continue
    if (key.length !== 1 + 2 * length || key[0] !== 4) throw new DerError('der', 'EC point not in the uncompressed form')
    return { kty: 'EC', crv, x: Buffer.from(key.subarray(1, 1 + length)), y: Buffer.from(key.subarray(1 + length)) }
  }
  throw new DerError('der', 'SubjectPublicKeyInfo of an unknown algorithm')
}

/** A clean public JWK: only the members that make the key, canonical. */
export function encodeJwk(
  key: PublicKeyParts,
): { kty: 'RSA'; n: string; e: string } | { kty: 'EC'; crv: string; x: string; y: string } {
  const text = (bytes: Buffer): string => bytes.toString('base64url')
  if (key.kty === 'RSA') return { kty: 'RSA', n: text(key.n), e: text(key.e) }
  return { kty: 'EC', crv: key.crv, x: text(key.x), y: text(key.y) }
}

/** RFC 7638 thumbprint of the canonical JWK (erratum 7565: leading zeros are stripped before). */
export function jwkThumbprint(key: PublicKeyParts): string {
  const jwk = encodeJwk(key)
  const ordered = jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
  return hash('sha256', JSON.stringify(ordered), 'base64url')
}

/** SHA-256 of the SubjectPublicKeyInfo, lower-case hex: the name of a key everywhere in the portal. */
export const spkiSha256 = (spki: Uint8Array): string => hash('sha256', spki, 'hex')

/**
 * A key ready for verifying. Only for keys that passed the key hygiene. Throws if OpenSSL does not take it. By way of PEM, because
 * Node takes a string in 10 µs and an options object in 30.
 */
export const publicKeyOf = (spki: Uint8Array): KeyObject => createPublicKey(pem('PUBLIC KEY', spki))

/** The same from its parts; OpenSSL takes an RSA key in half the time when no algorithm has to be found out first. */
export const publicKeyFromParts = (key: PublicKeyParts): KeyObject =>
  key.kty === 'RSA' ? createPublicKey(pem('RSA PUBLIC KEY', encodeRsaPublicKey(key.n, key.e))) : publicKeyOf(encodeSpki(key))

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----`
