/**
 * The phone's keys, the kinds it can make, and their JWK as the app writes it, quirks and all (vectors/README, protocol note section 6):
 * the attestation key's `n` carries a leading zero octet and `n#len` counts it; `use` of a profile key is the echo of the request's
 * upper-case usage; `keystate` goes back in lower case; members stand in the order of the published example. Only RSA-2048 is published;
 * the words of the other kinds, and an EC key's members, are as RFC 7518 has them.
 */
import { type Bytes, concatBytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'
import { readChildren, readOid, readWhole } from './der.ts'

export const RSA_SHA256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/** What a phone can be able to make, by `keytypeprios`. */
export const KEY_KINDS = {
  'RSA-2048': { keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256' },
  'RSA-3072': { keytype: 'RSA', keylength: '3072', responsemechanism: 'RS256' },
  'RSA-4096': { keytype: 'RSA', keylength: '4096', responsemechanism: 'RS256' },
  'EC-P256': { keytype: 'EC', keylength: '256', responsemechanism: 'ES256' },
  'EC-P384': { keytype: 'EC', keylength: '384', responsemechanism: 'ES384' },
} as const

export type KeyKind = keyof typeof KEY_KINDS
export const ALL_KEY_KINDS = Object.keys(KEY_KINDS) as KeyKind[]
export const isKeyKind = (name: string): name is KeyKind => Object.hasOwn(KEY_KINDS, name)

/** The first on the list that this phone has; null if there is none. */
export function pickKind(
  prios: readonly { keytype: string; keylength: string; responsemechanism: string }[],
  supported: readonly KeyKind[],
): KeyKind | null {
  const isKind = (kind: KeyKind, prio: (typeof prios)[number]): boolean =>
    (['keytype', 'keylength', 'responsemechanism'] as const).every((member) => KEY_KINDS[kind][member] === prio[member])
  return prios.flatMap((prio) => supported.find((kind) => isKind(kind, prio)) ?? [])[0] ?? null
}

/** What there is to know of a key from WebCrypto's own description of it. */
const CURVES = {
  'P-256': { alg: 'ES256', hash: 'SHA-256' },
  'P-384': { alg: 'ES384', hash: 'SHA-384' },
} as const
type Curve = keyof typeof CURVES

const curveOf = (key: CryptoKey): Curve | null =>
  key.algorithm.name === 'ECDSA' ? ((key.algorithm as EcKeyAlgorithm).namedCurve as Curve) : null

/** The JWS algorithm that the key signs with (RFC 7518 section 3.1). */
export function algOf(key: CryptoKey): 'RS256' | 'ES256' | 'ES384' {
  const curve = curveOf(key)
  return curve ? CURVES[curve].alg : 'RS256'
}

/** For showing: "RSA-2048", "EC-P256". */
export function kindOfKey(key: CryptoKey): string {
  const curve = curveOf(key)
  return curve ? `EC-${curve.replace('-', '')}` : `RSA-${(key.algorithm as RsaKeyAlgorithm).modulusLength}`
}

export interface KeyOptions {
  kind?: KeyKind | undefined
  /** Of an RSA key, where a fault wants another length than the kind's; the key is then RSA whatever kind was picked. */
  bits?: number
  /** Of an RSA key. 65537 by default; 3 is a fault. */
  exponent?: 3 | 65537
  /** Whether the private half may leave the key store: only where it is to be kept in a file. */
  extractable: boolean
}

/** A new key. The public half can always be exported. */
export function makeKey({ kind = 'RSA-2048', bits, exponent, extractable }: KeyOptions): Promise<CryptoKeyPair> {
  const uses: KeyUsage[] = ['sign', 'verify']
  const bent = bits !== undefined || exponent !== undefined
  if (!bent && (kind === 'EC-P256' || kind === 'EC-P384')) {
    const namedCurve: Curve = kind === 'EC-P256' ? 'P-256' : 'P-384'
    return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, extractable, uses)
  }
  const { keytype, keylength } = KEY_KINDS[kind]
  const modulusLength = bits ?? (keytype === 'RSA' ? Number(keylength) : 2048)
  const publicExponent = exponent === 3 ? new Uint8Array([3]) : new Uint8Array([1, 0, 1])
  return crypto.subtle.generateKey({ ...RSA_SHA256, modulusLength, publicExponent }, extractable, uses)
}

/** A signature as JWS has it: RSASSA-PKCS1-v1_5, or R‖S of the curve's length for ECDSA (RFC 7518 section 3.4). */
export async function signBytes(signer: CryptoKey, bytes: Bytes): Promise<Bytes> {
  const curve = curveOf(signer)
  const algorithm = curve ? { name: 'ECDSA', hash: CURVES[curve].hash } : RSA_SHA256.name
  return new Uint8Array(await crypto.subtle.sign(algorithm, signer, bytes))
}

/** The app's attestation key: both halves, from the private JWK that the simulator hands out. */
export async function importAttestationKey(jwk: JsonWebKey): Promise<CryptoKeyPair> {
  const { n, e } = jwk
  return {
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['sign'], ext: false }, RSA_SHA256, false, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', { kty: 'RSA', n, e }, RSA_SHA256, true, ['verify']),
  }
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const CURVE_OIDS: Readonly<Record<string, Curve>> = { '1.2.840.10045.3.1.7': 'P-256', '1.3.132.0.34': 'P-384' }

/** Both halves of a key that was kept as PKCS#8 (RFC 5208 section 5), whose AlgorithmIdentifier says what it is. @throws Error */
export async function importPrivateKey(pkcs8: Bytes): Promise<CryptoKeyPair> {
  const [, identifier] = readChildren(readWhole(pkcs8).value)
  const [algorithm, parameters] = readChildren(identifier?.value ?? new Uint8Array())
  const isEc = readOid(algorithm?.value ?? new Uint8Array()) === EC_PUBLIC_KEY
  const namedCurve = isEc ? CURVE_OIDS[readOid(parameters?.value ?? new Uint8Array())] : undefined
  if (isEc && !namedCurve) throw new Error('The key is on a curve that this phone does not have.')
  const kind = namedCurve ? { name: 'ECDSA', namedCurve } : RSA_SHA256
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, kind, true, ['sign'])
  const {
    d: _d,
    p: _p,
    q: _q,
    dp: _dp,
    dq: _dq,
    qi: _qi,
    key_ops: _uses,
    ...jwk
  } = await crypto.subtle.exportKey('jwk', privateKey)
  return { privateKey, publicKey: await crypto.subtle.importKey('jwk', jwk, kind, true, ['verify']) }
}

export type AppJwk =
  | { kty: 'RSA'; 'n#len': string; alg: 'RS256'; e: string; kid: string; use: string; n: string }
  | { kty: 'EC'; crv: string; alg: 'ES256' | 'ES384'; kid: string; use: string; x: string; y: string }

/** The members of an app's JWK up to the key's own; the caller adds `keystate` last. */
export async function toAppJwk(
  key: CryptoKey,
  { kid, use, leadingZero = false }: { kid: string; use: string; leadingZero?: boolean },
): Promise<AppJwk> {
  const { n = '', e = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', key)
  const alg = algOf(key)
  if (alg !== 'RS256') return { kty: 'EC', crv, alg, kid, use, x, y }
  const modulus = fromBase64Url(n)
  const octets = leadingZero ? concatBytes(new Uint8Array([0]), modulus) : modulus
  return { kty: 'RSA', 'n#len': String(octets.length * 8), alg, e, kid, use, n: toBase64Url(octets) }
}

/**
 * Compact JWS (RFC 7515 section 7.1) by the signer's own algorithm. Members are serialised in the order they have.
 * @param bend what a fault makes of the signature
 */
export async function signJws(
  header: object,
  payload: object,
  signer: CryptoKey,
  bend: (signature: Bytes) => Bytes = (signature) => signature,
): Promise<string> {
  const input = `${toBase64Url(utf8(JSON.stringify(header)))}.${toBase64Url(utf8(JSON.stringify(payload)))}`
  return `${input}.${toBase64Url(bend(await signBytes(signer, utf8(input))))}`
}
