/**
 * The phone's keys and their JWK as the app writes it, quirks and all (vectors/README, protocol note section 6): the attestation key's
 * `n` carries a leading zero octet and `n#len` counts it; `use` of a profile key is the echo of the request's upper-case usage;
 * `keystate` goes back in lower case; members stand in the order of the published example.
 */
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'

export const RSA_SHA256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

export interface KeyOptions {
  bits?: number
  /** 65537 by default; 3 is a fault. */
  exponent?: 3 | 65537
  /** Whether the private half may leave the key store: only where it is to be kept in a file. */
  extractable: boolean
}

/** A new RSA key for RS256. The public half can always be exported. */
export function makeKey({ bits = 2048, exponent = 65537, extractable }: KeyOptions): Promise<CryptoKeyPair> {
  const publicExponent = exponent === 3 ? new Uint8Array([3]) : new Uint8Array([1, 0, 1])
  return crypto.subtle.generateKey({ ...RSA_SHA256, modulusLength: bits, publicExponent }, extractable, ['sign', 'verify'])
}

/** The app's attestation key: both halves, from the private JWK that the simulator hands out. */
export async function importAttestationKey(jwk: JsonWebKey): Promise<CryptoKeyPair> {
  const { n, e } = jwk
  return {
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['sign'], ext: false }, RSA_SHA256, false, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', { kty: 'RSA', n, e }, RSA_SHA256, true, ['verify']),
  }
}

export interface AppJwk {
  kty: 'RSA'
  'n#len': string
  alg: 'RS256'
  e: string
  kid: string
  use: string
  n: string
}

/** The members of an app's JWK up to `n`; the caller adds `keystate` last. */
export async function toAppJwk(
  key: CryptoKey,
  { kid, use, leadingZero = false }: { kid: string; use: string; leadingZero?: boolean },
): Promise<AppJwk> {
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', key)
  const modulus = fromBase64Url(n)
  const octets = leadingZero ? concatBytes(new Uint8Array([0]), modulus) : modulus
  return { kty: 'RSA', 'n#len': String(octets.length * 8), alg: 'RS256', e, kid, use, n: toBase64Url(octets) }
}

/** Compact JWS (RFC 7515 section 7.1) by RS256. Members are serialised in the order they have. */
export async function signJws(header: object, payload: object, signer: CryptoKey): Promise<string> {
  const input = `${toBase64Url(utf8(JSON.stringify(header)))}.${toBase64Url(utf8(JSON.stringify(payload)))}`
  const signature = new Uint8Array(await crypto.subtle.sign(RSA_SHA256.name, signer, utf8(input)))
  return `${input}.${toBase64Url(signature)}`
}
