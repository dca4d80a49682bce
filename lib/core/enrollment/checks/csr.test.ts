import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildAnswer, SUBJECT } from '#e2e/builders/answer.ts'
import { subject } from '#e2e/builders/csr-bends.ts'
import { judge } from '#e2e/builders/judge.ts'
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
