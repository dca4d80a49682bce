/**
 * Takes an answer to pieces, once, as far as it goes: body → envelope → outer JWS → payload → inner JWS of each key → JWK and PKCS#10.
 *
 * Nothing is judged here and nothing throws for hostile input; each piece is there, or the problem that kept it from being read. A
 * piece is read even when a check of the piece around it will fail, so that the evidence shows what a refused answer contained.
 * Work is bounded: 64 KiB of body, eight keys, and the caps of the JSON and PKCS#10 readers.
 */
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { type Bytes, DerError } from '../../asn1/der.ts'
import { type CallbackEnvelope, MAX_MESSAGE_BYTES, type Parsed, readCallback } from '../../hermod/messages.ts'
import { describeSchemaProblem } from '../../hermod/schema-problem.ts'
import { decodeBase64 } from '../../jws/base64.ts'
import { type CompactJws, readCompact } from '../../jws/compact.ts'
import {
  forSchema,
  isJsonObject,
  JsonError,
  type JsonErrorCode,
  type JsonObject,
  type JsonValue,
  parseJsonBytes,
} from '../../jws/json.ts'
import { CSR_LIMITS, type Csr, readCsr } from '../../x509/csr.ts'
import { findKeyWeakness, isPrimeModulus } from '../../x509/key-hygiene.ts'
import { formatRdns } from '../../x509/name.ts'
import { sharesPrime } from '../../x509/shared-prime.ts'
import {
  encodeSpki,
  isJwkProblem,
  type JwkProblem,
  jwkThumbprint,
  type PublicKeyParts,
  publicKeyFromParts,
  readJwk,
  readSpki,
  spkiSha256,
} from '../../x509/spki.ts'
import { weakListName } from '../../x509/weak-key-list.ts'

export const MAX_SIGNED_KEYS = 8

/** A public key that came in a message. `weakness` is looked for only when asked. */
export interface MessageKey {
  parts: PublicKeyParts
  spki: Buffer<ArrayBuffer>
  spkiSha256: string
  weakness: () => string | null
  /** RFC 7638, of the canonical key. */
  thumbprint: () => string
  /** Ready for verifying; null if OpenSSL does not take it. Ask only of keys without weakness. */
  keyObject: () => KeyObject | null
}

export interface KeyReading {
  jws: CompactJws
  /** `kid` of the inner header, or null. */
  kid: string | null
  /** Payload of the inner JWS if it is a key with a request, else null. */
  payload: JsonObject | null
  payloadProblem: string | null
  jwk: MessageKey | JwkProblem | null
  /** `certreq` as text; null if the payload has none. */
  certreq: string | null
  csr: RequestReading | null
}

/** The PKCS#10, or why it is none. `ownKey`: the key it carries, if that is in the canonical form. */
export type RequestReading =
  | { ok: true; csr: Csr; subjectText: () => string; ownKey: () => MessageKey | null }
  | { ok: false; code: 'b64' | 'der' | 'size'; problem: string }

const text256 = z.string().refine((text) => text.length <= 256 || [...text].length <= 256, 'more than 256 characters')

/** Outer payload (protocol note 6). Unknown members are ignored. */
const payloadSchema = z.object({
  deviceinfo: z.object({ operatingsystem: text256.optional(), name: text256.optional(), model: text256.optional() }).optional(),
  profile: z.object({
    signedkeys: z.array(z.string()).min(1).max(MAX_SIGNED_KEYS),
    servername: z.string(),
    name: z.string(),
    userid: z.string(),
    id: z.guid(),
    boxurl: z.string().max(2048),
  }),
})
export type AnswerPayload = z.infer<typeof payloadSchema>

export interface AnswerReading {
  size: number
  json: { ok: true; value: JsonValue } | { ok: false; code: JsonErrorCode | 'size'; problem: string }
  envelope: Parsed<CallbackEnvelope> | null
  jwsText: string | null
  outer: CompactJws | null
  headerKey: MessageKey | JwkProblem | null
  payload: { ok: true; value: AnswerPayload } | { ok: false; problem: string } | null
  /** Entries of `signedkeys`, read or not. */
  keyCount: number
  keys: KeyReading[]
}

export const isMessageKey = (value: MessageKey | JwkProblem | null): value is MessageKey => value !== null && 'spki' in value

/** `maxKeys`: signed keys beyond these are counted, not read; so an answer with too many costs no more than a good one. */
export function readAnswer(body: Bytes, maxKeys = MAX_SIGNED_KEYS): AnswerReading {
  const json = readJson(body)
  const value = json.ok ? json.value : null
  const jwsText = stringAt(value, 'provResponse', 'result', 'data')
  const outer = jwsText === null ? null : readCompact(jwsText)
  const signedKeys = listAt(outer?.payload ?? null, 'profile', 'signedkeys')
  return {
    size: body.length,
    json,
    envelope: json.ok ? readCallback(json.value) : null,
    jwsText,
    outer,
    headerKey: readMessageKey(outer?.header?.jwk),
    payload: outer?.payload ? readPayload(outer.payload) : null,
    keyCount: signedKeys.length,
    keys: signedKeys
      .slice(0, maxKeys)
      .filter((key) => typeof key === 'string')
      .map(readKey),
  }
}

/**
 * Those of an answer's RSA keys whose modulus is prime, as SHA-256 (hex): blocked for the checks by way of their known keys. Apart
 * from the checks because the test costs more than all of them together; it runs outside the event loop.
 */
export async function findPrimeKeys(body: Bytes): Promise<string[]> {
  const { headerKey, keys } = readAnswer(body)
  const candidates = [headerKey, ...keys.map((key) => key.jwk)].filter(isMessageKey).filter((key) => key.weakness() === null)
  const prime = await Promise.all(candidates.map((key) => isPrimeModulus(key.parts)))
  return candidates.filter((_key, i) => prime[i]).map((key) => key.spkiSha256)
}

/** Those of an answer's RSA keys that stand on a list of weak ones, as SHA-256 (hex): blocked for the checks like prime ones. */
export function findListedKeys(body: Bytes, listed: ReadonlySet<string>): string[] {
  const { headerKey, keys } = readAnswer(body)
  const candidates = [headerKey, ...keys.map((key) => key.jwk)].filter(isMessageKey)
  return candidates.filter(({ parts }) => listed.has(weakListName(parts) ?? '')).map((key) => key.spkiSha256)
}

/**
 * Those of an answer's new RSA keys that share a prime with another of them or with a key in `known` (SubjectPublicKeyInfo), as SHA-256 (hex):
 * blocked for the checks like prime ones, and like them apart from the checks because of what it costs.
 */
export function findSharedPrimeKeys(body: Bytes, known: readonly Uint8Array[]): string[] {
  const keys = readAnswer(body).keys.flatMap(({ jwk }) => (isMessageKey(jwk) && jwk.weakness() === null ? [jwk] : []))
  const modulusOf = (parts: PublicKeyParts): Buffer[] => (parts.kty === 'RSA' ? [parts.n] : [])
  const moduli = [...keys.map(({ parts }) => parts), ...known.map((spki) => readSpki(Buffer.from(spki)))].flatMap(modulusOf)
  return keys.filter(({ parts }) => parts.kty === 'RSA' && sharesPrime(parts.n, moduli)).map((key) => key.spkiSha256)
}

function readJson(body: Bytes): AnswerReading['json'] {
  if (body.length > MAX_MESSAGE_BYTES) return { ok: false, code: 'size', problem: `${body.length} bytes` }
  try {
    return { ok: true, value: parseJsonBytes(body) }
  } catch (error) {
    if (error instanceof JsonError) return { ok: false, code: error.code, problem: error.message }
    throw error
  }
}

function readPayload(payload: JsonObject): AnswerReading['payload'] {
  const result = payloadSchema.safeParse(forSchema(payload))
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, problem: describeSchemaProblem(result.error, 'payload') }
}

function readKey(text: string): KeyReading {
  const jws = readCompact(text)
  const payloadProblem = jws.payload === null ? (jws.problem?.detail ?? 'unreadable') : findPayloadProblem(jws.payload)
  const payload = payloadProblem === null ? jws.payload : null
  const certreq = typeof payload?.certreq === 'string' ? payload.certreq : null
  return {
    jws,
    kid: typeof jws.header?.kid === 'string' ? jws.header.kid : null,
    payload,
    payloadProblem,
    jwk: payload === null ? null : readMessageKey(payload),
    certreq,
    csr: certreq === null ? null : readRequest(certreq),
  }
}

/** A payload is a key with its request: a JWK with `certreq` (protocol note 6). Other members are judged by the checks. */
function findPayloadProblem(payload: JsonObject): string | null {
  if (typeof payload.kty !== 'string') return 'the payload is no JWK'
  if (typeof payload.certreq !== 'string' || payload.certreq === '') return 'certreq is missing or no string'
  return null
}

function readMessageKey(jwk: JsonValue | undefined): MessageKey | JwkProblem | null {
  if (!isJsonObject(jwk)) return null
  const parts = readJwk(jwk)
  return isJwkProblem(parts) ? parts : makeMessageKey(parts)
}

function readRequestKey(csr: Csr): MessageKey | null {
  try {
    return makeMessageKey(readSpki(csr.spki))
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

function makeMessageKey(parts: PublicKeyParts): MessageKey {
  const spki = encodeSpki(parts)
  return {
    parts,
    spki,
    spkiSha256: spkiSha256(spki),
    weakness: once(() => findKeyWeakness(parts)),
    thumbprint: once(() => jwkThumbprint(parts)),
    keyObject: once(() => {
      try {
        return publicKeyFromParts(parts)
      } catch {
        return null
      }
    }),
  }
}

function readRequest(certreq: string): KeyReading['csr'] {
  // Four characters hold three octets: what is longer than the cap is not worth decoding.
  if (certreq.length > Math.ceil(CSR_LIMITS.maxBytes / 3) * 4) {
    return { ok: false, code: 'size', problem: `${certreq.length} characters of base64` }
  }
  const der = decodeBase64(certreq)
  if (der === null) return { ok: false, code: 'b64', problem: 'not canonical base64 (standard alphabet, padded, one line)' }
  try {
    const csr = readCsr(der)
    return { ok: true, csr, subjectText: once(() => formatRdns(csr.rdns)), ownKey: once(() => readRequestKey(csr)) }
  } catch (error) {
    if (error instanceof DerError) return { ok: false, code: error.code, problem: error.message }
    throw error
  }
}

function at(value: JsonValue | undefined, path: string[]): JsonValue | undefined {
  let current = value
  for (const member of path) {
    if (!isJsonObject(current)) return undefined
    current = current[member]
  }
  return current
}

function stringAt(value: JsonValue, ...path: string[]): string | null {
  const found = at(value, path)
  return typeof found === 'string' ? found : null
}

function listAt(value: JsonValue, ...path: string[]): JsonValue[] {
  const found = at(value, path)
  return Array.isArray(found) ? found : []
}

function once<T>(compute: () => T): () => T {
  let result: { value: T } | undefined
  return () => {
    result ??= { value: compute() }
    return result.value
  }
}
