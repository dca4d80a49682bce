/**
 * Everything inside an answer that our readers accept on its own (outer JWS, inner JWS, keys, requests), shown to jose and @peculiar/x509:
 * also in answers that some check refuses, because a refusal for one thing must not hide that another thing was misread.
 */
import { type CheckAnswerInput, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { readAnswer } from '#lib/core/enrollment/checks/read-answer.ts'
import { JWS_ALGORITHMS, type JwsAlg } from '#lib/core/jws/algorithms.ts'
import { type CompactJws, verifySegments } from '#lib/core/jws/compact.ts'
import type { JsonValue } from '#lib/core/jws/json.ts'
import { isJsonObject } from '#lib/core/jws/json.ts'
import { findSignatureAlgorithm, verifyCsr } from '#lib/core/x509/csr.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { encodeSpki, isJwkProblem, jwkThumbprint, publicKeyOf, readJwk } from '#lib/core/x509/spki.ts'
import { type Agreement, compareCsr, compareJwk, compareJws } from './other-readers.ts'

export interface Compared {
  what: string
  agreement: Agreement
}

interface SoundKey {
  parts: Exclude<ReturnType<typeof readJwk>, { code: string }>
  spki: Buffer<ArrayBuffer>
}

/** The key of a JWK that we would work with; null for any other. */
function soundKey(jwk: JsonValue | undefined): SoundKey | null {
  if (!isJsonObject(jwk)) return null
  const parts = readJwk(jwk)
  return isJwkProblem(parts) || findKeyWeakness(parts) !== null ? null : { parts, spki: encodeSpki(parts) }
}

/** A JWS that verifies for us under this key, by the algorithm it names. */
async function compareSigned(what: string, text: string, jws: CompactJws | null, { parts, spki }: SoundKey): Promise<Compared[]> {
  const alg = jws?.header?.alg
  if (!jws?.segments || jws.problem !== null || jws.header === null || jws.payload === null) return []
  if (typeof alg !== 'string' || !Object.hasOwn(JWS_ALGORITHMS, alg)) return []
  const rule = JWS_ALGORITHMS[alg as JwsAlg]
  if (rule.kty !== parts.kty || ('crv' in rule && parts.kty === 'EC' && rule.crv !== parts.crv)) return []
  const key = publicKeyOf(spki)
  if (!verifySegments(jws.segments, alg as JwsAlg, key)) return []
  return [{ what, agreement: await compareJws(text, alg as JwsAlg, key, { header: jws.header, payload: jws.payload }) }]
}

async function compareKey(what: string, jwk: JsonValue | undefined, key: SoundKey): Promise<Compared> {
  if (!isJsonObject(jwk)) throw new Error('a key without a JWK')
  return { what, agreement: await compareJwk(jwk, { spki: key.spki, thumbprint: jwkThumbprint(key.parts) }) }
}

export async function compareAnswer(input: CheckAnswerInput): Promise<Compared[]> {
  // Must not throw either; what it says is not the matter here.
  checkAnswer(input)
  const reading = readAnswer(input.body)
  const compared: Compared[] = []
  const headerJwk = reading.outer?.header?.jwk
  const outerKey = soundKey(headerJwk)
  if (outerKey !== null) {
    compared.push(await compareKey('attestation key', headerJwk, outerKey))
    compared.push(...(await compareSigned('outer JWS', reading.jwsText ?? '', reading.outer, outerKey)))
  }
  const texts = (reading.outer?.payload?.profile as { signedkeys?: unknown } | undefined)?.signedkeys
  const signedKeys = Array.isArray(texts) ? texts.filter((text): text is string => typeof text === 'string') : []
  for (const [i, key] of reading.keys.entries()) {
    const sound = soundKey(key.jws.payload ?? undefined)
    if (sound !== null && key.jws.payload !== null) {
      compared.push(await compareKey('new key', key.jws.payload, sound))
      compared.push(...(await compareSigned('inner JWS', signedKeys[i] ?? '', key.jws, sound)))
    }
    if (key.csr?.ok) {
      const { csr, ownKey } = key.csr
      const own = ownKey()
      const algorithm = findSignatureAlgorithm(csr)
      const signed =
        own !== null &&
        own.weakness() === null &&
        algorithm?.kty === own.parts.kty &&
        verifyCsr(csr, algorithm, publicKeyOf(own.spki))
      compared.push({ what: 'request', agreement: await compareCsr(csr.bytes, csr, signed) })
    }
  }
  return compared
}
