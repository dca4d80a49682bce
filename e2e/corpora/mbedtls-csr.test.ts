import { describe, expect, it } from 'vitest'
import { readCsr } from '#lib/core/x509/csr.ts'
import { buildAnswer } from '../builders/answer.ts'
import { judge } from '../builders/judge.ts'
import { judgeCsr, readCsrCases } from './mbedtls.ts'
import { countBy } from './wycheproof.ts'

const cases = readCsrCases().map((one) => ({ ...one, der: Buffer.from(one.derHex, 'hex') }))
const bad = cases.filter((one) => !one.parses)
const good = cases.filter((one) => one.parses)

describe('Mbed TLS PKCS#10: all 51', () => {
  it('none of the 45 bad requests is accepted', () => {
    expect(bad.filter((one) => judgeCsr(one.der) === 'accepted').map((one) => one.title)).toEqual([])
    expect([bad.length, good.length]).toEqual([45, 6])
    expect(countBy(bad, (one) => judgeCsr(one.der))).toEqual({ der: 39, weak_key: 4, csr_ext: 2 })
  })

  it('the six good ones: why each is not wanted of a phone', () => {
    expect(good.map((one) => [one.title, judgeCsr(one.der)])).toEqual([
      // Signed with SHA-1.
      ['(OK)', 'csr_alg'],
      // Writes out the default: its extensions are not DER (X.690 11.5).
      ['(Unsupported non-critical extension, critical=false)', 'csr_attr'],
      // Ask for extensions; a phone is never asked to.
      ['(Unsupported non-critical extension, critical undefined)', 'csr_ext'],
      ['(Unsupported critical extension accepted by callback, critical=true)', 'csr_ext'],
      // RSA of 1024 bits.
      ['(attributes: not extension request)', 'weak_key'],
      // An OBJECT IDENTIFIER that ends in the middle of an arc.
      ['(extensions: invalid extension type data)', 'der'],
    ])
  })

  it('all but one of the good ones are read, whatever is then thought of them', () => {
    const unread = good.filter((one) => {
      try {
        return readCsr(one.der) === null
      } catch {
        return true
      }
    })
    // Mbed TLS does not look at the arcs of an extension's type; a strict reader does.
    expect(unread.map((one) => one.title)).toEqual(['(extensions: invalid extension type data)'])
  })

  it('inside an otherwise good answer, all 51 end in a failed check of the request, none in a crash', () => {
    const codes = cases.map((one) => judge(buildAnswer({ csrDer: () => one.der })))
    expect(codes.filter(({ failed }) => !/C2[0-3]/.test(failed) || /C[1-9]\b|C1\d/.test(failed))).toEqual([])
  })
})
