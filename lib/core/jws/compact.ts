/**
 * JWS Compact Serialization (RFC 7515 section 7.1), read strictly: three base64url segments, each the one spelling of its bytes.
 *
 * Reading and judging are apart: readCompact takes the string to pieces, verifySegments answers for one key and one algorithm that
 * the caller names. The header is never asked which key or algorithm to use. Nothing here throws for hostile input.
 */
import { type KeyObject, verify } from 'node:crypto'
import { JWS_ALGORITHMS, type JwsAlg, type JwsAlgorithm } from './algorithms.ts'
import { decodeBase64Url } from './base64.ts'
import { isJsonObject, JsonError, type JsonErrorCode, type JsonObject, parseJsonBytes } from './json.ts'

export interface JwsProblem {
  code: 'jws_syntax' | JsonErrorCode
  detail: string
}

/** What could be read. `problem` says why the rest could not; segments are there only when all three are well spelt. */
export interface CompactJws {
  segments: { signingInput: Buffer; signature: Buffer } | null
  header: JsonObject | null
  payload: JsonObject | null
  problem: JwsProblem | null
  /** Where the problem lies: callers may judge a broken payload apart from a broken header. */
  problemIn: 'segments' | 'header' | 'payload' | null
}

const nothing = (detail: string): CompactJws => ({
  segments: null,
  header: null,
  payload: null,
  problem: { code: 'jws_syntax', detail },
  problemIn: 'segments',
})

/** Takes a compact JWS to pieces. The signature segment may be empty (it will not verify); header and payload must be JSON objects. */
export function readCompact(text: string): CompactJws {
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (first < 0 || second < 0 || text.indexOf('.', second + 1) >= 0)
    return nothing(first < 0 ? 'one segment, not three' : `${text.split('.', 20).length} segments, not three`)
  const headerBytes = decodeBase64Url(text.slice(0, first))
  const payloadBytes = decodeBase64Url(text.slice(first + 1, second))
  const signature = decodeBase64Url(text.slice(second + 1))
  if (headerBytes === null || payloadBytes === null || signature === null) {
    const which = headerBytes === null ? 'header' : payloadBytes === null ? 'payload' : 'signature'
    return nothing(`the ${which} is not canonical base64url`)
  }
  const header = readObject(headerBytes)
  const payload = readObject(payloadBytes)
  return {
    segments: { signingInput: Buffer.from(text.slice(0, second), 'latin1'), signature },
    header: header.value,
    payload: payload.value,
    problem: header.problem ?? payload.problem,
    problemIn: header.problem !== null ? 'header' : payload.problem !== null ? 'payload' : null,
  }
}

type ReadObject = { value: JsonObject; problem: null } | { value: null; problem: JwsProblem }

function readObject(bytes: Uint8Array): ReadObject {
  try {
    const value = parseJsonBytes(bytes)
    if (isJsonObject(value)) return { value, problem: null }
    return { value: null, problem: { code: 'jws_syntax', detail: 'not a JSON object' } }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return { value: null, problem: { code: error.code === 'json' ? 'jws_syntax' : error.code, detail: error.message } }
  }
}

/** True if the signature is good under exactly this key and algorithm. Synchronous: 20 µs on this size beats a hop through WebCrypto. */
export function verifySegments(segments: { signingInput: Buffer; signature: Buffer }, alg: JwsAlg, key: KeyObject): boolean {
  const rule: JwsAlgorithm = JWS_ALGORITHMS[alg]
  if (key.asymmetricKeyType !== (rule.kty === 'RSA' ? 'rsa' : 'ec')) return false
  // RFC 7518 3.4: fixed length R‖S; a DER signature has no place here.
  if (rule.signatureLength !== undefined && segments.signature.length !== rule.signatureLength) return false
  try {
    return verify(
      rule.hash,
      segments.signingInput,
      rule.kty === 'EC' ? { key, dsaEncoding: 'ieee-p1363' } : key,
      segments.signature,
    )
  } catch {
    return false
  }
}
