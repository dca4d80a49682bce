import fc from 'fast-check'
import * as jose from 'jose'
import { describe, expect, it } from 'vitest'
import { b64u, jws, rsaKey } from '#e2e/builders/answer.ts'
import { decodeBase64, decodeBase64Url } from './base64.ts'
import { readCompact, verifySegments } from './compact.ts'

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
