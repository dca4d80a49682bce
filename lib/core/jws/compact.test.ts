import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import * as jose from 'jose'
import { describe, expect, it } from 'vitest'
import { b64u, jws, rsaKey } from '#e2e/builders/answer.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import { findKeyWeakness } from '../x509/key-hygiene.ts'
import { encodeSpki, isJwkProblem, publicKeyOf, readJwk } from '../x509/spki.ts'
import { JWS_ALGORITHMS, type JwsAlg } from './algorithms.ts'
import { decodeBase64, decodeBase64Url } from './base64.ts'
import { readCompact, verifySegments } from './compact.ts'
import type { JsonObject } from './json.ts'

interface Test {
  tcId: number
  comment: string
  jws: string
  result: 'valid' | 'invalid'
  flags: string[]
}
interface Group {
  comment: string
  public?: JsonObject & { keys?: JsonObject[] }
  tests: Test[]
}
const groups = (name: string): Group[] => JSON.parse(vectorFile(`wycheproof/${name}`).toString('utf8')).testGroups

/** What the checks do with a JWS under a key that is known beforehand: its algorithm, its hygiene, its signature. */
function accepts(text: string, jwk: JsonObject): boolean {
  const { segments, header } = readCompact(text)
  const alg = jwk.alg
  if (
    segments === null ||
    header === null ||
    typeof alg !== 'string' ||
    !Object.hasOwn(JWS_ALGORITHMS, alg) ||
    header.alg !== alg
  )
    return false
  if (
    (jwk.use !== undefined && jwk.use !== 'sig') ||
    Object.keys(header).some((member) => !['alg', 'kid', 'typ'].includes(member))
  )
    return false
  const parts = readJwk(jwk)
  if (isJwkProblem(parts) || findKeyWeakness(parts) !== null) return false
  return verifySegments(segments, alg as JwsAlg, publicKeyOf(encodeSpki(parts)))
}

describe('Wycheproof JSON Web Signature', () => {
  const cases = groups('json_web_signature_test.json').flatMap((group) =>
    group.public === undefined ? [] : group.tests.map((test) => ({ test, group, jwk: group.public as JsonObject })),
  )
  const allowed = cases.filter(({ jwk }) => typeof jwk.alg === 'string' && Object.hasOwn(JWS_ALGORITHMS, jwk.alg))

  it('no invalid signature is accepted, whatever the algorithm', () => {
    const wrong = cases.filter(({ test, jwk }) => test.result === 'invalid' && accepts(test.jws, jwk))
    expect(wrong.map(({ test }) => test.tcId)).toEqual([])
    expect(cases.filter(({ test }) => test.result === 'invalid').length).toBeGreaterThan(250)
  })

  it('every valid one of the allowed algorithms with an allowed key is accepted', () => {
    const refused = allowed.filter(({ test, jwk }) => test.result === 'valid' && !accepts(test.jws, jwk))
    expect(refused.map(({ test, group }) => [test.tcId, group.comment, test.comment])).toEqual([])
    expect(allowed.filter(({ test }) => test.result === 'valid').length).toBeGreaterThan(10)
  })
})

describe('Wycheproof JSON Web Key', () => {
  it('no invalid case is accepted; the valid RS256 one is', () => {
    const results = groups('json_web_key_test.json').flatMap((group) =>
      group.tests.flatMap((test) =>
        (group.public?.keys ?? []).map((jwk) => ({ id: test.tcId, expected: test.result, accepted: accepts(test.jws, jwk) })),
      ),
    )
    expect(results.filter((one) => one.accepted !== (one.expected === 'valid'))).toEqual([])
    expect(results.filter((one) => one.accepted).length).toBe(1)
  })
})

describe('Wycheproof RSA PKCS #1 v1.5, 2048 bits, SHA-256', () => {
  it('F-O10 no invalid signature verifies, every valid one does', () => {
    const file = JSON.parse(vectorFile('wycheproof/rsa_signature_2048_sha256_test.json').toString('utf8'))
    const wrong: number[] = []
    for (const group of file.testGroups) {
      const key = createPublicKey(group.publicKeyPem)
      for (const test of group.tests) {
        const verified = verifySegments(
          { signingInput: Buffer.from(test.msg, 'hex'), signature: Buffer.from(test.sig, 'hex') },
          'RS256',
          key,
        )
        if (test.result !== 'acceptable' && verified !== (test.result === 'valid')) wrong.push(test.tcId)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('compact serialisation', () => {
  const pair = rsaKey('phone signer')

  it('what is accepted, jose accepts too, with the same header and payload', async () => {
    const text = jws({ alg: 'RS256', kid: 'x' }, { a: 'ö', n: 1 }, pair.privateKey)
    const ours = readCompact(text)
    const theirs = await jose.compactVerify(text, pair.publicKey, { algorithms: ['RS256'] })
    expect(ours.segments && verifySegments(ours.segments, 'RS256', pair.publicKey)).toBe(true)
    expect({ ...ours.header }).toEqual(theirs.protectedHeader)
    expect({ ...ours.payload }).toEqual(JSON.parse(new TextDecoder().decode(theirs.payload)))
  })

  it('any change of one character is refused', () => {
    const text = jws({ alg: 'RS256' }, { a: 1 }, pair.privateKey)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'ABab01-_.=+/ \n'), (at, letter) => {
        fc.pre(text[at] !== letter)
        const { segments, problem } = readCompact(text.slice(0, at) + letter + text.slice(at + 1))
        expect(problem === null && segments !== null && verifySegments(segments, 'RS256', pair.publicKey)).toBe(false)
      }),
    )
  })

  it('an RSA key does not verify under an EC algorithm and the reverse', () => {
    const { segments } = readCompact(jws({ alg: 'ES256' }, {}, pair.privateKey))
    expect(segments && verifySegments(segments, 'ES256', pair.publicKey)).toBe(false)
  })
})

describe('base64', () => {
  it('only the one spelling of some bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBase64Url(b64u(bytes))).toEqual(Buffer.from(bytes))
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes))
      }),
    )
    for (const text of ['A', 'AB=', 'AA==', 'AB', 'A A', 'AA\n', '+/8', 'AAE=', '=', 'AAA.'])
      expect([text, decodeBase64Url(text)]).toEqual([text, null])
    for (const text of ['AA', 'AA=', 'AB==', 'AAE', 'A A=', 'AAAA\n', '-_8=', 'QUJDREVG=QUJD'])
      expect([text, decodeBase64(text)]).toEqual([text, null])
  })
})
