/** F-C1 and F-C2: the subject of the certificate request. */
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { type Bends, SUBJECT } from '../builders/answer.ts'
import { cnText, rdn, subject } from '../builders/csr-bends.ts'
import { type Row, toCases } from './case.ts'

const rows: Row[] = [
  [
    'F-C1',
    'one letter',
    'csr_subject',
    'C23',
    subject(Buffer.from(Buffer.from(SUBJECT).toString('latin1').replace('Example', 'Exampla'), 'latin1')),
  ],
  [
    'F-C1',
    'an RDN more',
    'csr_subject',
    'C23',
    subject(der.seq(Buffer.from(SUBJECT).subarray(2), rdn(OID['id-at-organizationalUnitName'], der.utf8String('x')))),
  ],
  [
    'F-C1',
    'an RDN less',
    'csr_subject',
    'C23',
    subject(
      der.seq(
        ...der
          .readDer(Buffer.from(SUBJECT))
          .children.slice(1)
          .map((node) => node.bytes),
      ),
    ),
  ],
  [
    'F-C1',
    'another order',
    'csr_subject',
    'C23',
    subject(der.seq(...[...der.readDer(Buffer.from(SUBJECT)).children].reverse().map((node) => node.bytes))),
  ],
  [
    'F-C1',
    'the same text as PrintableString',
    'csr_subject',
    'C23',
    subject(Buffer.from(Buffer.from(SUBJECT).toString('latin1').replace('\x0c\x0aExample AB', '\x13\x0aExample AB'), 'latin1')),
  ],
  ['F-C1', 'a space more', 'csr_subject', 'C23', cnText('Åsa  Öberg')],
  [
    'F-C1',
    'two attributes in one RDN',
    'csr_subject',
    'C23',
    subject(
      der.seq(
        der.setOf(der.seq(der.oid(OID['id-at-commonName']), der.utf8String('a')), der.seq(der.oid(OID.uid), der.utf8String('b'))),
      ),
    ),
  ],
  ['F-C1', 'nothing', 'csr_subject', 'C23', subject(der.seq())],
  ...['a\0b', '*', 'a\nb', '\u202eabc', 'x'.repeat(1000)].map(
    (text): Row => ['F-C2', `CN ${JSON.stringify(text.slice(0, 10))}`, 'csr_subject', 'C23', cnText(text)],
  ),
  [
    'F-C1',
    'a space at the end',
    'csr_subject',
    'C23',
    subject(der.seq(Buffer.from(SUBJECT).subarray(2), rdn(OID['id-at-serialNumber'], der.printableString(' ')))),
  ],
  ['F-C1', 'the same text as T61-free IA5String', 'csr_subject', 'C23', retyped(0x16)],
  [
    'F-C1',
    'the last letter cut',
    'csr_subject',
    'C23',
    subject(
      encodeName([
        { type: 'C', value: 'SE' },
        { type: 'O', value: 'Example A' },
        { type: 'CN', value: 'Åsa Öberg' },
        { type: 'emailAddress', value: 'asa.oberg@example.test' },
      ]),
    ),
  ],
  ['F-C1', 'decomposed letters', 'csr_subject', 'C23', cnText('Åsa Öberg'.normalize('NFD'))],
  ['F-C1', 'the CN of the boss', 'csr_subject', 'C23', cnText('Chief Executive')],
  [
    'F-C1',
    'the CN twice',
    'csr_subject',
    'C23',
    subject(
      der.seq(rdn(OID['id-at-commonName'], der.utf8String('Åsa Öberg')), rdn(OID['id-at-commonName'], der.utf8String('admin'))),
    ),
  ],
  [
    'F-C1',
    'the e-mail address of another',
    'csr_subject',
    'C23',
    subject(Buffer.from(Buffer.from(SUBJECT).toString('latin1').replace('asa.oberg@', 'the.chief@'), 'latin1')),
  ],
  ...['a\tb', '<script>', '\u200b', 'a/b', '=cmd', ''].map(
    (text): Row => ['F-C2', `CN ${JSON.stringify(text)}`, 'csr_subject', 'C23', cnText(text)],
  ),
]

function retyped(tag: number): Bends {
  const octets = Buffer.from(SUBJECT)
  octets[octets.indexOf('Example AB') - 2] = tag
  return subject(octets)
}

export const csrSubject = toCases(rows)
