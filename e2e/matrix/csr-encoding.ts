/** F-C12 to F-C15: a certificate request that is not one value in DER. */
import { createHash } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { attribute, RS256_CSR, SUBJECT, spkiOf } from '../builders/answer.ts'
import { attributes, cn, csr, derOf, phone, rebuild, subject } from '../builders/csr-bends.ts'
import { vectorFile } from '../builders/vendor-example.ts'
import { type Row, toCases } from './case.ts'

const indefinite = (good: Buffer): Buffer => Buffer.concat([Uint8Array.of(0x30, 0x80), good.subarray(4), Uint8Array.of(0, 0)])

const vendorCertificate = (): Buffer =>
  Buffer.from(
    JSON.parse(vectorFile('nexus-example/certificate-command.json').toString('utf8')).certCommand.certificates[0].data,
    'base64',
  )
const rows: Row[] = [
  ['F-C12', 'bytes after the end', 'der', 'C20 | no request', derOf((good) => Buffer.concat([good, Uint8Array.of(5, 0)]))],
  ['F-C12', 'one zero after the end', 'der', 'C20 | no request', derOf((good) => Buffer.concat([good, Uint8Array.of(0)]))],
  ['F-C12', 'two requests', 'der', 'C20 | no request', derOf((good) => Buffer.concat([good, good]))],
  ['F-C13', 'indefinite outer length', 'der', 'C20 | no request', derOf(indefinite)],
  [
    'F-C13',
    'outer length with a leading zero',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([Uint8Array.of(0x30, 0x83, 0), good.subarray(2)])),
  ],
  ['F-C13', 'INTEGER 00 00', 'der', 'C20 | no request', csr({ version: Buffer.from('02020000', 'hex') })],
  ['F-C13', 'BOOLEAN 01', 'der', 'C20 | no request', attributes(attribute(OID.challengePassword, Buffer.from('010101', 'hex')))],
  ['F-C13', 'constructed string', 'der', 'C20 | no request', subject(cn(Buffer.from('2c030c0161', 'hex')))],
  [
    'F-C13',
    'unsorted SET',
    'der',
    'C20 | no request',
    subject(
      der.seq(
        der.tlv(
          0x31,
          der.seq(der.oid(OID.uid), der.utf8String('b')),
          der.seq(der.oid(OID['id-at-commonName']), der.utf8String('a')),
        ),
      ),
    ),
  ],
  [
    'F-C13',
    'unsorted attributes',
    'der',
    'C20 | no request',
    csr({
      attributes: der.context(
        0,
        attribute(OID.challengePassword, der.printableString('b')),
        attribute(OID.unstructuredName, der.ia5String('a')),
      ),
    }),
  ],
  [
    'F-C14',
    'indefinite signed part',
    'der',
    'C20 | no request',
    derOf((good) =>
      der.seq(
        Buffer.concat([Uint8Array.of(0x30, 0x80), Buffer.from(readCsr(good).info).subarray(4), Uint8Array.of(0, 0)]),
        RS256_CSR,
        der.bitString(Buffer.alloc(256)),
      ),
    ),
  ],
  [
    'F-C15',
    'a certificate',
    'der',
    'C20 | no request',
    derOf(() =>
      Buffer.from(
        JSON.parse(vectorFile('nexus-example/certificate-command.json').toString('utf8')).certCommand.certificates[0].data,
        'base64',
      ),
    ),
  ],
  [
    'F-C15',
    'PEM',
    'der',
    'C20 | no request',
    derOf((good) =>
      Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${good.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`),
    ),
  ],
  ['F-C15', 'one byte', 'der', 'C20 | no request', derOf(() => Uint8Array.of(0x30))],
  [
    'F-C15',
    'a PKCS#7 shell',
    'der',
    'C20 | no request',
    derOf((good) => der.seq(der.oid('1.2.840.113549.1.7.2'), der.context(0, good))),
  ],
  ['F-C15', 'without attributes', 'der', 'C20 | no request', rebuild((p) => der.seq(p.version, p.subject, p.spki))],
  [
    'F-C12',
    'a request and a certificate',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([good, vendorCertificate()])),
  ],
  ['F-C12', 'something before the start', 'der', 'C20 | no request', derOf((good) => Buffer.concat([Uint8Array.of(5, 0), good]))],
  [
    'F-C12',
    'something more inside',
    'der',
    'C20 | no request',
    derOf((good) => der.seq(...der.readDer(good).children.map((node) => node.bytes), der.nul())),
  ],
  [
    'F-C12',
    'bytes after the key in its BIT STRING',
    'csr_key',
    'C21 | C22(C21)',
    csr({
      spki: der.seq(
        der.seq(der.oid(OID.rsaEncryption), der.nul()),
        der.bitString(
          Buffer.concat([
            Buffer.from(der.readDer(spkiOf(phone.publicKey)).children[1]?.value ?? []).subarray(1),
            Uint8Array.of(0),
          ]),
        ),
      ),
    }),
  ],
  ['F-C13', 'inner length of one octet too many', 'der', 'C20 | no request', csr({ version: Buffer.from('02810100', 'hex') })],
  [
    'F-C13',
    'BOOLEAN 00 80',
    'der',
    'C20 | no request',
    attributes(attribute(OID.challengePassword, Buffer.from('01020080', 'hex'))),
  ],
  [
    'F-C13',
    'a constructed OCTET STRING',
    'der',
    'C20 | no request',
    attributes(
      attribute(OID.extensionRequest, der.seq(der.seq(der.oid(OID['id-ce-keyUsage']), Buffer.from('240404020500', 'hex')))),
    ),
  ],
  [
    'F-C13',
    'a constructed BIT STRING as signature',
    'der',
    'C20 | no request',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.tlv(0x23, der.bitString(Buffer.alloc(256))))),
  ],
  [
    'F-C13',
    'a primitive SEQUENCE',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([Uint8Array.of(0x10), good.subarray(1)])),
  ],
  [
    'F-C13',
    'a tag in the long form',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([Uint8Array.of(0x3f, 0x10), good.subarray(1)])),
  ],
  [
    'F-C13',
    'length of four octets',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([Uint8Array.of(0x30, 0x84, 0, 0), good.subarray(2)])),
  ],
  [
    'F-C13',
    'length of 127 octets',
    'der',
    'C20 | no request',
    derOf((good) => Buffer.concat([Uint8Array.of(0x30, 0xff), good.subarray(1)])),
  ],
  [
    'F-C13',
    'NULL with content',
    'der',
    'C20 | no request',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption), Buffer.from('050100', 'hex')) }),
  ],
  [
    'F-C13',
    'an OID with a padded arc',
    'der',
    'C20 | no request',
    subject(der.seq(der.setOf(der.seq(der.tlv(6, Buffer.from('55048003', 'hex')), der.utf8String('x'))))),
  ],
  [
    'F-C13',
    'indefinite length within the subject',
    'der',
    'C20 | no request',
    subject(Buffer.concat([Uint8Array.of(0x30, 0x80), Buffer.from(cn(der.utf8String('x'))).subarray(2), Uint8Array.of(0, 0)])),
  ],
  [
    'F-C14',
    'indefinite signed part with the original signature',
    'der',
    'C20 | no request',
    derOf((good) =>
      der.seq(
        Buffer.concat([Uint8Array.of(0x30, 0x80), Buffer.from(readCsr(good).info).subarray(4), Uint8Array.of(0, 0)]),
        RS256_CSR,
        der.bitString(readCsr(good).signature),
      ),
    ),
  ],
  [
    'F-C14',
    'long length of the signed part with the original signature',
    'der',
    'C20 | no request',
    derOf((good) =>
      der.seq(
        Buffer.concat([Uint8Array.of(0x30, 0x83, 0), Buffer.from(readCsr(good).info).subarray(2)]),
        RS256_CSR,
        der.bitString(readCsr(good).signature),
      ),
    ),
  ],
  [
    'F-C15',
    'a CRMF message',
    'der',
    'C20 | no request',
    derOf((good) => der.seq(der.seq(der.seq(der.integer(0), der.seq(der.context(5, SUBJECT))), der.context(1, good)))),
  ],
  ['F-C15', 'a SubjectPublicKeyInfo', 'der', 'C20 | no request', derOf(() => spkiOf(phone.publicKey))],
  [
    'F-C15',
    'a private key (PKCS#8)',
    'der',
    'C20 | no request',
    derOf(() => phone.privateKey.export({ type: 'pkcs8', format: 'der' })),
  ],
  ['F-C15', 'the signed part only', 'der', 'C20 | no request', derOf((good) => readCsr(good).info)],
  ['F-C15', 'zeros', 'der', 'C20 | no request', derOf(() => Buffer.alloc(700))],
  ['F-C15', 'a NULL', 'der', 'C20 | no request', derOf(() => der.nul())],
  ['F-C15', 'an empty SEQUENCE', 'der', 'C20 | no request', derOf(() => der.seq())],
  ...[1, 2, 3].map(
    (seed): Row => [
      'F-C15',
      `700 random octets, ${seed}`,
      'der',
      'C20 | no request',
      derOf(() =>
        Buffer.concat(Array.from({ length: 22 }, (_, i) => createHash('sha256').update(`${seed}/${i}`).digest())).subarray(
          0,
          700,
        ),
      ),
    ],
  ),
  ...Array.from({ length: 24 }, (_, i) => 2 + 27 * i).map(
    (length): Row => [
      'F-C15',
      `cut off after ${length} octets`,
      'der',
      'C20 | no request',
      derOf((good) => good.subarray(0, length)),
    ],
  ),
  ['F-C15', 'the last octet cut off', 'der', 'C20 | no request', derOf((good) => good.subarray(0, -1))],
]

export const csrEncoding = toCases(rows)
