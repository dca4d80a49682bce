import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as der from './der.ts'

const bytes = (hex: string): der.Bytes => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const limits: der.DerLimits = { maxBytes: 8192, maxNodes: 200, maxDepth: 12 }
const codeOf = (hex: string): string => {
  try {
    der.readDer(bytes(hex), limits)
    return 'ok'
  } catch (error) {
    return error instanceof der.DerError ? error.code : `not a DerError: ${String(error)}`
  }
}

describe('readDer refuses what is not DER', () => {
  it.each([
    ['nothing', ''],
    ['one byte', '30'],
    ['indefinite length', '30 80 05 00 00 00'],
    ['a length in the long form that fits the short one', '30 81 02 05 00'],
    ['a length with a leading zero', '30 82 00 81'],
    ['a length of eight octets', '30 88 00 00 00 00 00 00 00 00'],
    ['a value longer than the input', '30 05 05 00'],
    ['a value longer than its container', '30 02 04 05 00 00 00 00 00'],
    ['bytes after the end', '05 00 05 00'],
    ['BOOLEAN 01', '01 01 01'],
    ['BOOLEAN without content', '01 00'],
    ['INTEGER without content', '02 00'],
    ['INTEGER with a leading zero', '02 02 00 7f'],
    ['INTEGER with a leading FF', '02 02 ff 80'],
    ['NULL with content', '05 01 00'],
    ['BIT STRING without content', '03 00'],
    ['BIT STRING with eight unused bits', '03 02 08 00'],
    ['BIT STRING with unused bits set', '03 02 01 01'],
    ['empty BIT STRING with unused bits', '03 01 01'],
    ['OID without content', '06 00'],
    ['OID with a padded arc', '06 03 2a 80 01'],
    ['OID cut off', '06 02 2a 86'],
    ['OID with a huge arc', '06 0b 2a 81 81 81 81 81 81 81 81 81 01'],
    ['constructed OCTET STRING', '24 02 04 00'],
    ['constructed UTF8String', '2c 02 0c 00'],
    ['primitive SEQUENCE', '10 00'],
    ['end of contents', '30 02 00 00'],
    ['high tag number', '1f 81 00 00'],
    ['application tag', '61 00'],
    ['private tag', 'c1 00'],
    ['unsorted SET', '31 06 02 01 02 02 01 01'],
    ['UTF8String that is not UTF-8', '0c 02 c0 80'],
    ['PrintableString with @', '13 01 40'],
    ['IA5String above 7F', '16 01 80'],
    ['UTCTime without seconds', '17 0b 31 38 30 31 30 31 30 30 30 30 5a'],
    ['UTCTime of 30 February', '17 0d 31 38 30 32 33 30 30 30 30 30 30 30 5a'],
    ['T61String', '14 01 41'],
    ['BMPString', '1e 02 00 41'],
    ['UniversalString', '1c 04 00 00 00 41'],
    ['REAL', '09 00'],
  ])('%s', (_name, hex) => expect(codeOf(hex)).toBe('der'))

  it('UniversalString that is no text, also where old string types are taken (found by mutation)', () => {
    const read = (hex: string) => der.readDer(bytes(hex), { ...limits, legacyStrings: true })
    expect(read('1c 04 00 00 00 41').value).toEqual(bytes('00 00 00 41'))
    for (const hex of ['1c 04 54 65 73 74', '1c 04 00 11 00 00', '1c 04 00 00 d8 00', '1c 03 00 00 41'])
      expect(() => read(hex)).toThrow(der.DerError)
  })

  it('nesting, numbers of values and size beyond the limits, before doing the work', () => {
    expect(codeOf('30 00'.repeat(9000))).toBe('size')
    let deep: Uint8Array = der.nul()
    for (let i = 0; i < 13; i++) deep = der.seq(deep)
    expect(codeOf(Buffer.from(deep).toString('hex'))).toBe('der')
    expect(codeOf(der.seq(...Array.from({ length: 200 }, () => der.nul())).toString('hex'))).toBe('size')
    expect(codeOf(der.seq(...Array.from({ length: 199 }, () => der.nul())).toString('hex'))).toBe('ok')
  })

  it('100 000 levels without overflowing the stack', () => {
    const deep = Buffer.concat([Buffer.alloc(100_000, Buffer.from([0x30, 0x80])), Buffer.from([5, 0])])
    expect(() => der.readDer(deep, { maxBytes: 1 << 24, maxNodes: 1e6, maxDepth: 1e6 })).toThrow(der.DerError)
  })

  it('any bytes at all end in a value or a DerError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (input) => {
        expect(codeOf(Buffer.from(input).toString('hex'))).toMatch(/^(ok|der|size)$/)
      }),
    )
  })
})

describe('readDer and the writer agree', () => {
  it('a key made elsewhere is read, and written again byte for byte', () => {
    const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
    const rewrite = (node: der.DerNode): Uint8Array =>
      node.children.length > 0 ? der.tlv(node.tag, ...node.children.map(rewrite)) : der.tlv(node.tag, node.value)
    expect(Buffer.from(rewrite(der.readDer(spki)))).toEqual(spki)
  })

  it('integers of either sign', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (n) => {
        expect(der.readInteger(der.readDer(der.integer(n)), 'n')).toBe(n)
      }),
    )
    expect(der.unsignedInteger(Uint8Array.of(0, 0, 0x80)).toString('hex')).toBe('02020080')
    expect(der.readSmallInteger(der.readDer(der.integer(65537)), 'n')).toBe(65537)
  })

  it.each([
    ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
    ['2.5.4.3', '0603550403'],
    ['2.999.3', '0603883703'],
    ['0.9.2342.19200300.100.1.25', '060a0992268993f22c640119'],
  ])('OID %s', (dotted, hex) => {
    expect(der.oid(dotted).toString('hex')).toBe(hex)
    expect(der.readOid(der.readDer(bytes(hex)), 'oid')).toBe(dotted)
  })

  it('named bits lose their trailing zeros', () => {
    expect(der.namedBits([0]).toString('hex')).toBe('03020780')
    expect(der.namedBits([5, 6]).toString('hex')).toBe('03020106')
    expect(der.namedBits([8]).toString('hex')).toBe('0303070080')
  })

  it('times change form in 2050', () => {
    expect(der.rfc5280Time(new Date('2049-12-31T23:59:59Z')).toString('latin1').slice(2)).toBe('491231235959Z')
    expect(der.rfc5280Time(new Date('2050-01-01T00:00:00Z')).toString('latin1').slice(2)).toBe('20500101000000Z')
    expect(der.readTime(der.readDer(der.rfc5280Time(new Date('1999-01-02T03:04:05Z'))), 't').toISOString()).toBe(
      '1999-01-02T03:04:05.000Z',
    )
  })

  it('SET OF comes out sorted', () => {
    expect(der.setOf(der.integer(2), der.integer(1)).toString('hex')).toBe('3106020101020102')
  })

  it('values of the reader are views of the input', () => {
    const input = der.seq(der.octetString(Buffer.from('abc')))
    const node = der.readDer(input).children[0]
    expect(node?.value.buffer).toBe(input.buffer)
  })
})
