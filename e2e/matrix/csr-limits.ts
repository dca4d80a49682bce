/** F-C16 to F-C21: depth, size, values and base64 of the certificate request. */
import * as der from '#lib/core/asn1/der.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { attribute, buildCsr, RS256_CSR, spkiOf } from '../builders/answer.ts'
import { attributes, cn, csr, derOf, phone, rebuild, subject } from '../builders/csr-bends.ts'
import { type Row, toCases } from './case.ts'

const filler = (octet: readonly number[], size = 8_000): Buffer => Buffer.alloc(size, Uint8Array.from(octet))
const nestedSequences = (depth: number): Uint8Array =>
  Array.from({ length: depth }).reduce((inside: Buffer<ArrayBuffer>) => der.seq(inside), der.nul())
const text = (name: string, tag: number, content: Uint8Array): Row => [
  'F-C19',
  name,
  'der',
  'C20 | no request',
  subject(cn(der.tlv(tag, content))),
]

const rows: Row[] = [
  [
    'F-C16',
    'nested 13 deep',
    'der',
    'C20 | no request',
    derOf(() => Array.from({ length: 13 }).reduce((inside: Buffer<ArrayBuffer>) => der.seq(inside), der.nul())),
  ],
  [
    'F-C16',
    'nested 4 000 deep',
    'der',
    'C20 | no request',
    derOf(() =>
      Buffer.concat([
        ...Array.from({ length: 2000 }, (_, i) => Uint8Array.of(0x30, 0x82, (8000 - 4 * i - 4) >> 8, (8000 - 4 * i - 4) & 0xff)),
      ]),
    ),
  ],
  ['F-C17', '16 KiB of tiny values', 'size', 'C20 | no request', derOf(() => der.seq(Buffer.alloc(16_384, Uint8Array.of(5, 0))))],
  ['F-C17', '8 KiB of tiny values', 'size', 'C20 | no request', derOf(() => der.seq(Buffer.alloc(8_000, Uint8Array.of(5, 0))))],
  ['F-C17', '8 KiB of empty INTEGERs', 'der', 'C20 | no request', derOf(() => der.seq(Buffer.alloc(8_000, Uint8Array.of(2, 0))))],
  ['F-C18', 'version 1', 'der', 'C20 | no request', csr({ version: der.integer(1) })],
  ['F-C18', 'version 2', 'der', 'C20 | no request', csr({ version: der.integer(2) })],
  ['F-C18', 'version 2^31', 'der', 'C20 | no request', csr({ version: der.integer(2 ** 31) })],
  ['F-C18', 'version −1', 'der', 'C20 | no request', csr({ version: der.integer(-1) })],
  ['F-C18', 'no version', 'der', 'C20 | no request', rebuild((p) => der.seq(p.subject, p.spki, der.context(0)))],
  [
    'F-C19',
    'an OID with a huge arc',
    'der',
    'C20 | no request',
    subject(der.seq(der.setOf(der.seq(der.tlv(6, Buffer.from('2a8fffffffffffffffff7f', 'hex')), der.utf8String('x'))))),
  ],
  ['F-C19', 'T61String', 'der', 'C20 | no request', subject(cn(der.tlv(0x14, Buffer.from('x'))))],
  ['F-C19', 'BMPString', 'der', 'C20 | no request', subject(cn(der.tlv(0x1e, Buffer.from([0, 65]))))],
  ['F-C19', 'UniversalString', 'der', 'C20 | no request', subject(cn(der.tlv(0x1c, Buffer.from([0, 0, 0, 65]))))],
  ['F-C19', 'a number as CN', 'der', 'C20 | no request', subject(cn(der.integer(5)))],
  ...(
    [
      ['a space inside', (good) => `${good.slice(0, 10)} ${good.slice(10)}`],
      ['a line break at the end', (good) => `${good}\n`],
      ['padding in the middle', () => 'QUJDREVG=QUJD'],
      ['the url alphabet', (good) => good.replaceAll('+', '-').replaceAll('/', '_')],
      ['padding missing', (good) => good.replace(/=+$/, '')],
      ['trailing bits', (good) => good.replace(/[A-Za-z0-9+/](=+)$/, 'B$1')],
      ['one letter', () => 'A'],
    ] as [string, (good: string) => string][]
  ).map(([name, change]): Row => ['F-C20', name, 'b64', 'C20 | no request', { ...csr({ subject: padded() }), certreq: change }]),
  ['F-C16', 'nested 12 deep: read, and no request', 'der', 'C20 | no request', derOf(() => nestedSequences(11))],
  ['F-C16', 'nested 4 000 deep, indefinite', 'der', 'C20 | no request', derOf(() => filler([0x30, 0x80]))],
  ['F-C16', 'nested 1 300 deep within the subject', 'der', 'C20 | no request', subject(nestedSequences(1_300))],
  ['F-C16', 'nested 10 000 deep', 'size', 'C20 | no request', derOf(() => filler([0x30, 0x80], 20_000))],
  ['F-C16', 'nested 100 000 deep: no body holds it', 'size', 'C1 C2 | no JSON', derOf(() => filler([0x30, 0x80], 200_000))],
  ['F-C17', '8 KiB of empty SEQUENCEs', 'size', 'C20 | no request', derOf(() => der.seq(filler([0x30, 0])))],
  [
    'F-C17',
    '8 KiB of empty SETs as attributes',
    'size',
    'C20 | no request',
    csr({ attributes: der.context(0, filler([0x31, 0], 6_000)) }),
  ],
  [
    'F-C17',
    '200 values and more in a request',
    'size',
    'C20 | no request',
    attributes(...Array.from({ length: 60 }, (_, i) => attribute(`1.3.6.1.4.1.99999.${i}`, der.nul()))),
  ],
  ['F-C17', '12 kB', 'size', 'C20 | no request', derOf(() => Buffer.alloc(12_000, 0x30))],
  ['F-C17', '5 MB of tiny values: no body holds them', 'size', 'C1 C2 | no JSON', derOf(() => filler([5, 0], 5_000_000))],
  ['F-C18', 'version 2^31 − 1', 'der', 'C20 | no request', csr({ version: der.integer(2 ** 31 - 1) })],
  ['F-C18', 'version of 1 000 octets', 'der', 'C20 | no request', csr({ version: der.tlv(2, Buffer.alloc(1000, 1)) })],
  ['F-C18', 'version as a BOOLEAN', 'der', 'C20 | no request', csr({ version: der.boolean(false) })],
  ['F-C18', 'version empty', 'der', 'C20 | no request', csr({ version: der.tlv(2) })],
  text('VideotexString', 0x15, Buffer.from('x')),
  text('GraphicString', 0x19, Buffer.from('x')),
  text('GeneralString', 0x1b, Buffer.from('x')),
  text('UTF8String with broken UTF-8', 0x0c, Buffer.from([0xc0, 0x80])),
  text('PrintableString with a letter it has not', 0x13, Buffer.from('a@b')),
  text('IA5String with an octet above 127', 0x16, Buffer.from([0xe5])),
  ['F-C19', 'an INTEGER of 7 000 octets', 'der', 'C20 | no request', csr({ version: der.tlv(2, Buffer.alloc(7000, 1)) })],
  ['F-C19', 'an INTEGER of 12 kB', 'size', 'C20 | no request', csr({ version: der.tlv(2, Buffer.alloc(12_000, 1)) })],
  [
    'F-C19',
    'an INTEGER of 10 MB: no body holds it',
    'size',
    'C1 C2 | no JSON',
    csr({ version: der.tlv(2, Buffer.alloc(10_000_000, 1)) }),
  ],
  [
    'F-C19',
    'an OID of 4 000 octets',
    'der',
    'C20 | no request',
    subject(
      der.seq(
        der.setOf(
          der.seq(
            der.tlv(6, Buffer.concat([Uint8Array.of(0x2a), Buffer.alloc(4000, 0xff), Uint8Array.of(0x7f)])),
            der.utf8String('x'),
          ),
        ),
      ),
    ),
  ],
  ['F-C19', 'an empty OID', 'der', 'C20 | no request', subject(der.seq(der.setOf(der.seq(der.tlv(6), der.utf8String('x')))))],
  [
    'F-C20',
    'PEM',
    'b64',
    'C20 | no request',
    { certreq: (good) => `-----BEGIN CERTIFICATE REQUEST-----\n${good}\n-----END CERTIFICATE REQUEST-----` },
  ],
  ['F-C20', 'lines of 64 letters', 'b64', 'C20 | no request', { certreq: (good) => good.replace(/.{64}/g, '$&\n') }],
  ['F-C20', 'hexadecimal', 'b64', 'C20 | no request', { certreq: (good) => `${Buffer.from(good, 'base64').toString('hex')}0` }],
  ['F-C20', 'a letter that is no ASCII', 'b64', 'C20 | no request', { certreq: (good) => `Å${good.slice(1)}` }],
  ['F-C20', 'padding only', 'b64', 'C20 | no request', { certreq: () => '====' }],
  ['F-C20', 'padding too long', 'b64', 'C20 | no request', { certreq: (good) => `${good}=` }],
  ['F-C20', 'percent-encoded', 'b64', 'C20 | no request', { certreq: (good) => encodeURIComponent(`${good}=`) }],
  ...[undefined, null, '', 7, ['AAAA'], {}, true].map(
    (certreq): Row => [
      'F-C21',
      `certreq ${JSON.stringify(certreq) ?? 'missing'}`,
      'schema',
      'C17 | no key message',
      { certreq: () => certreq },
    ],
  ),
]

/** A subject whose request needs padding in base64, so that leaving it out is a change. */
function padded(): Uint8Array {
  for (let length = 1; ; length++) {
    const candidate = encodeName([{ type: 'CN', value: 'x'.repeat(length) }])
    const request = buildCsr({
      version: der.integer(0),
      subject: candidate,
      spki: spkiOf(phone.publicKey),
      attributes: der.context(0),
      algorithm: RS256_CSR,
      signer: phone.privateKey,
      hash: 'sha256',
    })
    if (request.toString('base64').endsWith('==') && /[+/]/.test(request.toString('base64'))) return candidate
  }
}

export const csrLimits = toCases(rows)
