import 'reflect-metadata'
import * as peculiar from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import * as der from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { encodeName, findNameProblem, formatName, type NameAttributeType } from './name.ts'

const cn = (value: Uint8Array): der.Bytes => der.seq(der.setOf(der.seq(der.oid(OID['id-at-commonName']), value)))

describe('names', () => {
  it('string types: country and serial number printable, mail and domain IA5, the rest UTF-8', () => {
    const name = encodeName([
      { type: 'C', value: 'SE' },
      { type: 'O', value: 'Example AB' },
      { type: 'serialNumber', value: '19700101-1234' },
      { type: 'emailAddress', value: 'a@example.test' },
    ])
    const tags = der.readDer(name).children.map((rdn) => rdn.children[0]?.children[1]?.tag)
    expect(tags).toEqual([der.TAG.printableString, der.TAG.utf8String, der.TAG.printableString, der.TAG.ia5String])
  })

  it('the bytes are those of the vendor’s example', () => {
    const name = encodeName([
      { type: 'C', value: 'SE' },
      { type: 'L', value: 'Sto' },
    ])
    expect(name.toString('hex')).toBe('301b310b3009060355040613025345310c300a06035504070c0353746f')
  })

  it('another implementation reads the same attributes', () => {
    const theirs = new peculiar.Name(
      encodeName([
        { type: 'C', value: 'SE' },
        { type: 'CN', value: 'Åsa, “Öberg”' },
        { type: 'UID', value: 'asa' },
      ]),
    )
    expect([theirs.getField('C'), theirs.getField('CN'), theirs.getField('0.9.2342.19200300.100.1.1')]).toEqual([
      ['SE'],
      ['Åsa, “Öberg”'],
      ['asa'],
    ])
  })

  it('shown most specific first, a leading e-mail address last', () => {
    const name = encodeName([
      { type: 'C', value: 'SE' },
      { type: 'CN', value: 'Åsa Öberg' },
      { type: 'emailAddress', value: 'asa@example.test' },
    ])
    expect(formatName(name)).toBe('CN=Åsa Öberg, C=SE, emailAddress=asa@example.test')
    expect(formatName(encodeName([{ type: 'emailAddress', value: 'a@b' }]))).toBe('emailAddress=a@b')
  })

  it.each([
    ['a,b+c"d<e>f;g\\h', 'CN=a\\,b\\+c\\"d\\<e\\>f\\;g\\\\h'],
    [' a ', 'CN=\\ a\\ '],
    ['#1', 'CN=\\#1'],
    ['a\0b\n', 'CN=a\\00b\\0a'],
    ['\u202egpj.exe', 'CN=\\e2\\80\\aegpj.exe'],
    ['O’Neill <script>', 'CN=O’Neill \\<script\\>'],
  ])('%j is escaped', (text, shown) => expect(formatName(cn(der.utf8String(text)))).toBe(shown))

  it('other types and unreadable bytes are shown as what they are', () => {
    expect(formatName(cn(der.integer(5)))).toBe('CN=#020105')
    expect(formatName(der.seq(der.setOf(der.seq(der.oid('1.2.3'), der.utf8String('x')))))).toBe('1.2.3=x')
    expect(formatName(Buffer.from('3003', 'hex'))).toBe('(unreadable name)')
  })

  it.each<[NameAttributeType, string, string | null]>([
    ['CN', 'x'.repeat(64), null],
    ['CN', 'x'.repeat(65), 'too_long'],
    ['CN', '𝒳'.repeat(64), null],
    ['CN', '', 'too_short'],
    ['CN', 'a\u0000', 'not_encodable'],
    ['CN', 'a\u202eb', 'not_encodable'],
    ['CN', '\ud800', 'not_encodable'],
    ['C', 'SE', null],
    ['C', 'S', 'too_short'],
    ['C', 'SWE', 'too_long'],
    ['C', 'ÅX', 'not_encodable'],
    ['serialNumber', 'a_b', 'not_encodable'],
    ['emailAddress', 'åsa@example.test', 'not_encodable'],
    ['emailAddress', `${'x'.repeat(250)}@x.se`, null],
    ['emailAddress', `${'x'.repeat(251)}@x.se`, 'too_long'],
    ['DC', 'example', null],
  ])('%s %j: %s', (type, value, problem) => {
    expect(findNameProblem({ type, value })).toBe(problem)
    if (problem === null) expect(() => encodeName([{ type, value }])).not.toThrow()
    else expect(() => encodeName([{ type, value }])).toThrow(RangeError)
  })
})
