/** The Wycheproof files (e2e/vectors/wycheproof), and what the portal does with a JWS of theirs under the key they give with it. */
import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import { JWS_ALGORITHMS, type JwsAlg } from '#lib/core/jws/algorithms.ts'
import { AttestationKeysError, parseAttestationKeys } from '#lib/core/jws/attestation-keys.ts'
import { readCompact, verifySegments } from '#lib/core/jws/compact.ts'
import type { JsonObject } from '#lib/core/jws/json.ts'
import { bitLength, findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { encodeSpki, isJwkProblem, publicKeyOf, readJwk } from '#lib/core/x509/spki.ts'
import { vectorFile } from '../builders/vendor-example.ts'

export interface WycheproofTest {
  tcId: number
  comment: string
  jws: string
  result: 'valid' | 'invalid' | 'acceptable'
  flags: string[]
}

interface Group {
  comment: string
  public?: JsonObject & { keys?: JsonObject[] }
  private?: JsonObject & { keys?: JsonObject[] }
  tests: WycheproofTest[]
}

export interface WycheproofCase {
  group: string
  test: WycheproofTest
  /** The key or keys given: the public half; where a group has none (symmetric keys), what it has. */
  keys: readonly JsonObject[]
}

export function readCases(file: string): WycheproofCase[] {
  const { testGroups } = JSON.parse(vectorFile(`wycheproof/${file}`).toString('utf8')) as { testGroups: Group[] }
  return testGroups.flatMap((group) => {
    const given = group.public ?? group.private ?? {}
    return group.tests.map((test) => ({ group: group.comment, test, keys: given.keys ?? [given] }))
  })
}

export type JwsOutcome = 'accepted' | 'key_alg' | 'key_use' | 'key_shape' | 'weak_key' | 'syntax' | 'header' | 'alg' | 'signature'

/**
 * One JWS under one key. The algorithm is the key's own, as if we had asked for it; everything else is the portal's code. A key for
 * RS256 must besides be one that the portal takes as a configured attestation key.
 */
export function judgeJws(text: string, jwk: JsonObject): JwsOutcome {
  const { alg, use, key_ops: operations } = jwk
  if (typeof alg !== 'string' || !Object.hasOwn(JWS_ALGORITHMS, alg)) return 'key_alg'
  if (use !== undefined && use !== 'sig') return 'key_use'
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'key_use'
  const rule = JWS_ALGORITHMS[alg as JwsAlg]
  const parts = readJwk(jwk)
  if (jwk.kty !== rule.kty || isJwkProblem(parts)) return 'key_shape'
  if (parts.kty === 'EC' && 'crv' in rule && parts.crv !== rule.crv) return 'key_shape'
  const weak = findKeyWeakness(parts) !== null
  if (alg === 'RS256' && isConfigurable(jwk) === weak) throw new Error('configuration and hygiene disagree about a key')
  if (weak) return 'weak_key'
  const { segments, header } = readCompact(text)
  if (segments === null || header === null) return 'syntax'
  if (header.alg !== alg) return 'alg'
  if (Object.keys(header).some((member) => !['alg', 'kid', 'typ'].includes(member))) return 'header'
  return verifySegments(segments, alg as JwsAlg, publicKeyOf(encodeSpki(parts))) ? 'accepted' : 'signature'
}

function isConfigurable(jwk: JsonObject): boolean {
  try {
    parseAttestationKeys(JSON.stringify({ ATTESTATION: [jwk] }))
    return true
  } catch (error) {
    if (error instanceof AttestationKeysError) return false
    throw error
  }
}

/** A set of keys accepts what any of them accepts. */
export const isAccepted = ({ test, keys }: WycheproofCase): boolean => keys.some((key) => judgeJws(test.jws, key) === 'accepted')

/** Private RSA keys of this size that the corpora publish, for tests that need the same keys in every run. */
export function publishedPrivateKeys(bits = 2048): JsonObject[] {
  const found = new Map<string, JsonObject>()
  for (const file of ['json_web_key_test.json', 'json_web_signature_test.json']) {
    const { testGroups } = JSON.parse(vectorFile(`wycheproof/${file}`).toString('utf8')) as { testGroups: Group[] }
    for (const group of testGroups) {
      for (const jwk of group.private?.keys ?? [group.private ?? {}]) {
        if (jwk.kty !== 'RSA' || typeof jwk.n !== 'string' || typeof jwk.d !== 'string' || jwk.e !== 'AQAB') continue
        const parts = readJwk(jwk)
        if (isJwkProblem(parts) || parts.kty !== 'RSA' || bitLength(parts.n) !== bits) continue
        // The corpora's ROCA key and the one with a forged exponent are no keys to work with.
        if (bits < 2048 || findKeyWeakness(parts) === null) found.set(hash('sha256', jwk.n), jwk)
      }
    }
  }
  return [...found.values()]
}

export const secretKeyOf = (jwk: JsonObject): KeyObject => createSecretKey(Buffer.from(String(jwk.k), 'base64url'))

/** How often each word comes. */
export function countBy<T>(items: readonly T[], wordOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[wordOf(item)] = (counts[wordOf(item)] ?? 0) + 1
  return counts
}
