import { describe, expect, it } from 'vitest'
import { type Bytes, ia5String, oid, printableString, readDer, seq, setOf, TAG, utf8String } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { encodeName } from './name.ts'
import { saysTheSame } from './same-name.ts'

type Part = readonly [type: string, value: Bytes]
const [C, O, CN, MAIL] = [OID['id-at-countryName'], OID['id-at-organizationName'], OID['id-at-commonName'], OID.emailAddress]

/** One RDN for each list. */
const name = (...rdns: readonly (readonly Part[])[]): Bytes =>
  seq(...rdns.map((rdn) => setOf(...rdn.map(([type, value]) => seq(oid(type), value)))))
const tagged = (tag: number, content: Uint8Array): Bytes => Buffer.concat([Buffer.of(tag, content.length), content])
const bmp = (text: string): Bytes => tagged(TAG.bmpString, Buffer.from(text, 'utf16le').swap16())

const asked = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'O', value: 'Example AB' },
  { type: 'CN', value: 'Åsa Öberg' },
])
const country: Part = [C, printableString('SE')]
const organisation: Part = [O, printableString('Example AB')]
const person: Part = [CN, utf8String('Åsa Öberg')]

describe('names that say the same', () => {
  it.each<[string, Bytes]>([
    ['the same bytes', asked],
    ['PrintableString for UTF8String', name([country], [organisation], [person])],
    ['UTF8String for PrintableString', name([[C, utf8String('SE')]], [organisation], [person])],
    ['BMPString', name([country], [[O, bmp('Example AB')]], [[CN, bmp('Åsa Öberg')]])],
  ])('%s', (_what, other) => {
    expect(readDer(other).bytes.length).toBe(other.length)
    expect(saysTheSame(asked, other)).toBe(true)
    expect(saysTheSame(other, asked)).toBe(true)
  })

  it.each<[string, Bytes]>([
    ['an attribute less', name([country], [person])],
    ['an attribute more', name([country], [organisation], [person], [[MAIL, ia5String('asa@example.org')]])],
    ['the same attribute twice', name([country], [organisation], [person], [person])],
    ['another order', name([organisation], [country], [person])],
    ['two RDNs made one', name([country], [organisation, person])],
    ['another type with the same text', name([country], [[CN, printableString('Example AB')]], [person])],
    ['another case', name([country], [[O, printableString('EXAMPLE AB')]], [person])],
    ['another space', name([country], [[O, printableString('Example  AB')]], [person])],
    ['a space at the end', name([country], [[O, printableString('Example AB ')]], [person])],
    ['another letter that looks alike', name([country], [[O, utf8String('Exаmple AB')]], [person])],
    ['Unicode’s decomposed form', name([country], [organisation], [[CN, utf8String('Åsa Öberg'.normalize('NFD'))]])],
    [
      'T61String, whose letters are anybody’s guess',
      name([country], [organisation], [[CN, tagged(TAG.t61String, Buffer.from('Åsa Öberg', 'latin1'))]]),
    ],
    ['no name', Buffer.of(5, 0)],
    ['nothing', Buffer.alloc(0)],
  ])('not %s', (_what, other) => {
    expect(saysTheSame(asked, other)).toBe(false)
    expect(saysTheSame(other, asked)).toBe(false)
  })

  it('octets of UTF-8 are not letters in a string of ASCII', () => {
    const posing = name([[CN, tagged(TAG.ia5String, Buffer.from('Åsa', 'utf8'))]])
    expect(saysTheSame(name([[CN, utf8String('Åsa')]]), posing)).toBe(false)
  })

  it('takes an RDN of several attributes whatever the coding does to their order', () => {
    const one = name([
      [O, utf8String('A')],
      [CN, printableString('B')],
    ])
    const other = name([
      [O, printableString('A')],
      [CN, utf8String('B')],
    ])
    expect(saysTheSame(one, other)).toBe(true)
    expect(
      saysTheSame(
        one,
        name([
          [O, printableString('B')],
          [CN, utf8String('A')],
        ]),
      ),
    ).toBe(false)
  })
})
