import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { attribute, buildAnswer, extension, extensionRequest, SUBJECT } from '#e2e/builders/answer.ts'
import { subject } from '#e2e/builders/csr-bends.ts'
import { judge } from '#e2e/builders/judge.ts'
import * as der from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.ts'
import { readCsr } from '../../x509/csr.ts'
import { checkAnswer } from './check-answer.ts'

/** The certificate request of a good answer. */
function goodRequest(): Buffer<ArrayBuffer> {
  let good: Buffer<ArrayBuffer> = Buffer.alloc(0)
  buildAnswer({
    csrDer: (request) => {
      good = request
      return request
    },
  })
  return good
}

describe('PKCS#10', () => {
  it('F-C1 the evidence says that the text is the same and the bytes are not', () => {
    const printable = Buffer.from(
      Buffer.from(SUBJECT).toString('latin1').replace('\x0c\x0aExample AB', '\x13\x0aExample AB'),
      'latin1',
    )
    const { checks } = checkAnswer(buildAnswer({ ...subject(printable) }))
    expect(checks.find((check) => check.id === 'C23')?.observed).toContain('but in other bytes')
  })

  it('F-C15 cut off at every offset: DER error, never a crash', () => {
    const good = goodRequest()
    for (let length = 1; length < good.length; length++)
      expect(() => readCsr(good.subarray(0, length))).toThrow(expect.objectContaining({ code: 'der' }))
  })

  it('F-C15 random bytes end in a DER error', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = Buffer.concat(Array.from({ length: 22 }, (_, i) => createHash('sha256').update(`${seed}/${i}`).digest()))
      expect(() => readCsr(random)).toThrow(expect.objectContaining({ code: 'der' }))
    }
  })

  it('F-C8 any single byte of a good request changed is refused', () => {
    for (let i = 0; i < goodRequest().length; i += 7) {
      const changed = (request: Buffer): Buffer => Buffer.from(request.map((octet, at) => (at === i ? octet ^ 0x01 : octet)))
      expect([i, judge(buildAnswer({ csrDer: changed })).failed === '']).toEqual([i, false])
    }
  })
})

const challenge = (value: string): Uint8Array => attribute(OID.challengePassword, der.printableString(value))
const unstructured = attribute(OID.unstructuredName, der.ia5String('x'))

/** The answer to a dummy with `sent` as attributes, by a phone that writes `back`; what C23 says. */
function judgeAttributes(sent: Uint8Array[], back: Uint8Array[]) {
  const input = buildAnswer({
    csrParts: (parts) => ({ ...parts, attributes: der.context(0, ...back) }),
    input: (good) => {
      const attributesSha256 = createHash('sha256')
        .update(der.context(0, ...sent))
        .digest('hex')
      const keys = good.expectation.keys.map((key) => ({ ...key, attributesSha256 }))
      return { ...good, expectation: { ...good.expectation, keys } }
    },
  })
  const { checks, failureCode } = checkAnswer(input)
  const found = checks.find(({ id }) => id === 'C23')
  return { failureCode, outcome: found?.outcome, observed: found?.observed ?? '', words: `${found?.expected} ${found?.observed}` }
}

describe('a challenge in the PKCS#10', () => {
  const sent = [challenge('secret-1')]

  it('must come back as it was sent', () => {
    expect(judgeAttributes(sent, sent)).toMatchObject({ outcome: 'pass', failureCode: null })
  })

  it('an app that dropped it is told apart from one that put in something else, and no text says what it is', () => {
    const cases: [Uint8Array[], string, RegExp][] = [
      [[], 'csr_challenge', /did not keep the challenge/],
      [[challenge('secret-2')], 'csr_attr', /another challengePassword/],
      [[attribute(OID.challengePassword, der.utf8String('secret-1'))], 'csr_attr', /another challengePassword/],
      [[unstructured, ...sent].sort(Buffer.compare), 'csr_attr', /unstructuredName/],
      [[extensionRequest(extension(OID['id-ce-keyUsage'], der.namedBits([0])))], 'csr_attr', /extensionRequest/],
    ]
    for (const [back, failureCode, words] of cases) {
      const found = judgeAttributes(sent, back)
      expect(found).toMatchObject({ outcome: 'fail', failureCode, observed: expect.stringMatching(words) })
      expect(found.words).not.toMatch(/secret-/)
    }
  })

  it('is refused where none was sent (as of old)', () => {
    const input = buildAnswer({ csrParts: (parts) => ({ ...parts, attributes: der.context(0, ...sent) }) })
    expect(checkAnswer(input).failureCode).toBe('csr_attr')
  })
})
