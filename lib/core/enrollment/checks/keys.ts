/**
 * C17–C19: each new key, in its own signed message. The inner signature is by the key itself: it proves possession and nothing else;
 * that the key is the phone's is shown by the outer signature over it (protocol note 6).
 */
import { KEY_RULES, type KeyRule } from '../../jws/algorithms.ts'
import { verifySegments } from '../../jws/compact.ts'
import { bitLength } from '../../x509/key-hygiene.ts'
import { PRIVATE_JWK_MEMBERS, type PublicKeyParts } from '../../x509/spki.ts'
import { failNonce, isSameNonce } from './binding.ts'
import { say } from './outer-signature.ts'
import { isMessageKey, type KeyReading, type MessageKey } from './read-answer.ts'
import {
  type Check,
  type CheckContext,
  type ExpectedKey,
  type Finding,
  fail,
  failBlocked,
  forEachKey,
  pass,
  skip,
} from './types.ts'

const HEADER_MEMBERS: readonly string[] = ['alg', 'nonce', 'kid']

/** A kind of key that was asked for, and what a key of that kind must be. */
interface AskedKind {
  name: string
  rule: KeyRule
}

const KINDS = new Map<string, AskedKind>(Object.entries(KEY_RULES).map(([name, rule]) => [name, { name, rule }]))

/** The kinds asked for; one that this version does not know is none. */
const kindsOf = (asked: ExpectedKey): AskedKind[] =>
  asked.keyTypes.map((name) => KINDS.get(name)).filter((kind) => kind !== undefined)

/** Which of the kinds asked for the key is; undefined if it is none of them. */
export const kindOf = (asked: ExpectedKey, parts: PublicKeyParts): AskedKind | undefined =>
  kindsOf(asked).find(({ rule }) => (parts.kty === 'RSA' ? bitLength(parts.n) === rule.bits : parts.crv === rule.crv))

const isOfFamily = ({ rule }: AskedKind, parts: PublicKeyParts): boolean =>
  rule.kty === parts.kty && (parts.kty === 'RSA' || rule.crv === parts.crv)

/** RSA of whatever size where RSA was asked for, a point on a curve that was: keys whose signatures are worth verifying. */
export const isOfAskedFamily = (asked: ExpectedKey, parts: PublicKeyParts): boolean =>
  kindsOf(asked).some((kind) => isOfFamily(kind, parts))

/** C17: syntax, a key with its request inside, header {alg, nonce, kid}, our nonce, one name for the key. */
export const checkInnerMessage: Check = (context) =>
  forEachKey(context, ['C16'], (key, asked) => {
    const { jws } = key
    const keyid = asked?.keyid ?? context.expectation.keys.map((one) => one.keyid).join(' or ')
    const expected = `a JWS with header alg, nonce, kid; nonce ${context.expectation.nonce}; kid ${keyid}`
    if (jws.segments === null) return fail('jws_syntax', expected, jws.problem?.detail ?? 'unreadable')
    if (jws.problem !== null && (jws.problemIn === 'header' || jws.problem.code !== 'jws_syntax')) {
      return fail(jws.problem.code, expected, `${jws.problemIn}: ${jws.problem.detail}`)
    }
    if (key.payloadProblem !== null || jws.header === null) return fail('schema', expected, key.payloadProblem ?? 'no header')
    const extra = Object.keys(jws.header).filter((member) => !HEADER_MEMBERS.includes(member))
    if (extra.length > 0) return fail('jws_header', expected, `header also has ${extra.join(', ')}`)
    if (!isSameNonce(jws.header.nonce, context.expectation.nonce)) return failNonce(context, expected, jws.header.nonce)
    if (key.kid === null || key.payload?.kid !== key.kid)
      return fail('keyid', expected, `kid ${say(jws.header.kid)} in the header, ${say(key.payload?.kid)} in the key`)
    if (asked === undefined) return fail('keyid', expected, `kid ${key.kid}`)
    return pass(expected, `kid ${key.kid}, nonce ${context.expectation.nonce}`)
  })

/** C18: no private half, sound, of the kind asked for, and known to nobody. */
export const checkNewKey: Check = (context) =>
  forEachKey(context, ['C17'], (key, asked) => {
    if (key.payload === null) return skip('C17')
    const kinds = asked === undefined ? [] : kindsOf(asked)
    const expected = asked === undefined ? 'a key that was asked for' : describeAsked(asked, kinds)
    const secret = PRIVATE_JWK_MEMBERS.find((member) => key.payload !== null && member in key.payload)
    if (secret !== undefined)
      return fail('private_key_leaked', expected, `the key carries the private member ${secret}`, 'private_key_leaked')
    if (kinds.length > 0 && !kinds.some(({ rule }) => rule.kty === key.payload?.kty))
      return fail('key_type', expected, `kty ${say(key.payload.kty)}`)
    if (!isMessageKey(key.jwk)) return fail(key.jwk?.code ?? 'schema', expected, key.jwk?.detail ?? 'no key')
    const weakness = key.jwk.weakness()
    if (weakness !== null) return fail('weak_key', expected, weakness)
    if (asked === undefined) return skip('C16')
    const kind = kindOf(asked, key.jwk.parts)
    if (kind === undefined) return fail('key_type', expected, describeKey(key.jwk.parts))
    return judgeUse(key, asked, kind.rule, expected) ?? judgeNovelty(context, key, key.jwk, expected)
  })

const describeAsked = ({ usage }: ExpectedKey, kinds: readonly AskedKind[]): string =>
  `a new ${kinds.map(({ name, rule }) => `${name} (${rule.alg})`).join(' or ') || 'key of a known kind'}, use ${usage}, active`

function judgeUse(key: KeyReading, asked: ExpectedKey, rule: KeyRule, expected: string): Finding | null {
  const { payload } = key
  const alg = key.jws.header?.alg
  if (alg !== rule.alg) return fail('key_type', expected, `alg ${say(alg)}`)
  if (payload?.alg !== undefined && payload.alg !== rule.alg)
    return fail('key_type', expected, `alg ${say(payload.alg)} in the key`)
  // The app echoes `usage` in its own case, and keystate in lower case.
  if (!isSameWord(payload?.use, asked.usage)) return fail('key_use', expected, `use ${say(payload?.use)}`)
  if (!isSameWord(payload?.keystate, 'active')) return fail('key_use', expected, `keystate ${say(payload?.keystate)}`)
  return null
}

function judgeNovelty(
  { expectation, policy, facts, reading }: CheckContext,
  key: KeyReading,
  jwk: MessageKey,
  expected: string,
): Finding {
  const reused = (whose: string, incident?: 'key_of_another_user'): Finding =>
    fail('key_reuse', expected, `${whose}, SHA-256 ${jwk.spkiSha256}`, incident)
  const sameAs = (other: MessageKey | object | null): boolean =>
    other !== null && 'spkiSha256' in other && other.spkiSha256 === jwk.spkiSha256
  if (sameAs(reading.headerKey) || policy.trustedKeys.some(sameAs)) return reused('the attestation key')
  if (expectation.keys.some((asked) => asked.dummySpkiSha256 === jwk.spkiSha256)) return reused('the throw-away key that we sent')
  if (reading.keys.some((other) => other !== key && sameAs(other.jwk))) return reused('the same key twice in this answer')
  const known = facts.knownKeys.get(jwk.spkiSha256)
  switch (known?.kind) {
    case 'certified':
      return known.userid === expectation.userid
        ? reused('a key this user already has a certificate for')
        : reused('a key of another user', 'key_of_another_user')
    case 'ca':
      return reused('a key of the certificate authority')
    case 'blocked':
      return failBlocked(known, expected)
    case undefined:
      return pass(expected, `${describeKey(jwk.parts)}, SHA-256 ${jwk.spkiSha256}`)
  }
}

/** C19: the inner JWS verifies under the key inside it, with the algorithm that was asked for. */
export const checkPossession: Check = (context) =>
  forEachKey(context, ['C17'], (key, asked) => {
    const { segments, header } = key.jws
    if (segments === null || key.payload === null) return skip('C17')
    if (!isMessageKey(key.jwk) || key.jwk.weakness() !== null) return skip('C18')
    const { parts } = key.jwk
    const fits = (kind: AskedKind): boolean => kind.rule.alg === header?.alg && isOfFamily(kind, parts)
    const alg = asked === undefined ? undefined : kindsOf(asked).find(fits)?.rule.alg
    const keyObject = key.jwk.keyObject()
    if (alg === undefined || keyObject === null) return skip('C18')
    const expected = `${alg} by the new key`
    return verifySegments(segments, alg, keyObject)
      ? pass(expected, 'verifies')
      : fail('inner_sig', expected, 'the signature is not by this key')
  })

const isSameWord = (seen: unknown, word: string): boolean => typeof seen === 'string' && seen.toLowerCase() === word.toLowerCase()

const describeKey = (parts: PublicKeyParts): string => (parts.kty === 'RSA' ? `RSA-${bitLength(parts.n)}` : `EC ${parts.crv}`)
