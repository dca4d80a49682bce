import { describe, expect, it } from 'vitest'
import { DerError } from '../asn1/der.ts'
import { berToDer, CMS_LIMITS, readBer } from './ber.ts'

const hex = (text: string): Buffer<ArrayBuffer> => Buffer.from(text.replace(/\s/g, ''), 'hex')
const der = (text: string): string => Buffer.from(berToDer(hex(text))).toString('hex')

describe('BER', () => {
  it('becomes DER: indefinite lengths, long lengths, octet strings in pieces', () => {
    expect(der('3080 020101 0000')).toBe('3003020101')
    expect(der('308103 020101')).toBe('3003020101')
    expect(der('30830000 03 020101')).toBe('3003020101')
    expect(der('2480 0402aabb 0401cc 0000')).toBe('0403aabbcc')
    expect(der('2400')).toBe('0400')
    expect(der('3080 a080 2480 0401aa 0401bb 0000 0000 0000')).toBe('3006a0040402aabb')
  })
  it('leaves DER alone, bytes and all', () => {
    const input = hex('3006 0201ff 020100')
    expect(berToDer(input)).toBe(input)
    expect(readBer(input).bytes).toEqual(input)
  })
  it.each([
    ['cut off', '3080 020101'],
    ['a primitive of indefinite length', '0480 01 0000'],
    ['a child that is longer than its parent', '3003 0202 01'],
    ['pieces that are none', '2480 020101 0000'],
    ['pieces of pieces', '2480 2480 0401aa 0000 0000'],
    ['a long tag', '3f8101 00'],
    ['something after the end', '3080 0000 00'],
    ['nothing', ''],
  ])('%s is refused', (_what, input) => {
    expect(() => readBer(hex(input))).toThrow(DerError)
  })
  it('has bounds: size, number of values, depth', () => {
    expect(() => readBer(Buffer.alloc(CMS_LIMITS.maxBytes + 1, 0x30))).toThrow(/more than/)
    expect(() => readBer(hex('3080'.repeat(40)))).toThrow(/deeper/)
    const many = Buffer.concat([hex('3080'), Buffer.alloc(2 * (CMS_LIMITS.maxNodes + 1), hex('0500')), hex('0000')])
    expect(() => readBer(many)).toThrow(/values/)
  })
})
