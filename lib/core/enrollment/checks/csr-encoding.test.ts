import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { attribute, buildAnswer, buildCsr, RS256_CSR, spkiOf } from '#e2e/builders/answer.ts'
import { attributes, type CsrRow, cn, csr, derOf, phone, rebuild, subject } from '#e2e/builders/csr-bends.ts'
import { judge } from '#e2e/builders/judge.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import * as der from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.ts'
import { readCsr } from '../../x509/csr.ts'
import { encodeName } from '../../x509/name.ts'
import { checkAnswer } from './check-answer.ts'

const indefinite = (good: Buffer): Buffer => Buffer.concat([Uint8Array.of(0x30, 0x80), good.subarray(4), Uint8Array.of(0, 0)])

const rows: CsrRow[] = [
  ['F-C12', 'bytes after the end', 'der', 'C20', derOf((good) => Buffer.concat([good, Uint8Array.of(5, 0)]))],
  ['F-C12', 'one zero after the end', 'der', 'C20', derOf((good) => Buffer.concat([good, Uint8Array.of(0)]))],
  ['F-C12', 'two requests', 'der', 'C20', derOf((good) => Buffer.concat([good, good]))],
  ['F-C13', 'indefinite outer length', 'der', 'C20', derOf(indefinite)],
  [
    'F-C13',
    'outer length with a leading zero',
    'der',
    'C20',
    derOf((good) => Buffer.concat([Uint8Array.of(0x30, 0x83, 0), good.subarray(2)])),
  ],
  ['F-C13', 'INTEGER 00 00', 'der', 'C20', csr({ version: Buffer.from('02020000', 'hex') })],
  ['F-C13', 'BOOLEAN 01', 'der', 'C20', attributes(attribute(OID.challengePassword, Buffer.from('010101', 'hex')))],
  ['F-C13', 'constructed string', 'der', 'C20', subject(cn(Buffer.from('2c030c0161', 'hex')))],
  [
    'F-C13',
    'unsorted SET',
    'der',
    'C20',
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
    'C20',
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
    'C20',
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
    'C20',
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
    'C20',
    derOf((good) =>
      Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${good.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`),
    ),
  ],
  ['F-C15', 'one byte', 'der', 'C20', derOf(() => Uint8Array.of(0x30))],
  ['F-C15', 'a PKCS#7 shell', 'der', 'C20', derOf((good) => der.seq(der.oid('1.2.840.113549.1.7.2'), der.context(0, good)))],
  ['F-C15', 'without attributes', 'der', 'C20', rebuild((p) => der.seq(p.version, p.subject, p.spki))],
  [
    'F-C16',
    'nested 13 deep',
    'der',
    'C20',
    derOf(() => Array.from({ length: 13 }).reduce((inside: Buffer<ArrayBuffer>) => der.seq(inside), der.nul())),
  ],
  [
    'F-C16',
    'nested 4 000 deep',
    'der',
    'C20',
    derOf(() =>
      Buffer.concat([
        ...Array.from({ length: 2000 }, (_, i) => Uint8Array.of(0x30, 0x82, (8000 - 4 * i - 4) >> 8, (8000 - 4 * i - 4) & 0xff)),
      ]),
    ),
  ],
  ['F-C17', '16 KiB of tiny values', 'size', 'C20', derOf(() => der.seq(Buffer.alloc(16_384, Uint8Array.of(5, 0))))],
  ['F-C17', '8 KiB of tiny values', 'size', 'C20', derOf(() => der.seq(Buffer.alloc(8_000, Uint8Array.of(5, 0))))],
  ['F-C17', '8 KiB of empty INTEGERs', 'der', 'C20', derOf(() => der.seq(Buffer.alloc(8_000, Uint8Array.of(2, 0))))],
  ['F-C18', 'version 1', 'der', 'C20', csr({ version: der.integer(1) })],
  ['F-C18', 'version 2', 'der', 'C20', csr({ version: der.integer(2) })],
  ['F-C18', 'version 2^31', 'der', 'C20', csr({ version: der.integer(2 ** 31) })],
  ['F-C18', 'version −1', 'der', 'C20', csr({ version: der.integer(-1) })],
  ['F-C18', 'no version', 'der', 'C20', rebuild((p) => der.seq(p.subject, p.spki, der.context(0)))],
  [
    'F-C19',
    'an OID with a huge arc',
    'der',
    'C20',
    subject(der.seq(der.setOf(der.seq(der.tlv(6, Buffer.from('2a8fffffffffffffffff7f', 'hex')), der.utf8String('x'))))),
  ],
  ['F-C19', 'T61String', 'der', 'C20', subject(cn(der.tlv(0x14, Buffer.from('x'))))],
  ['F-C19', 'BMPString', 'der', 'C20', subject(cn(der.tlv(0x1e, Buffer.from([0, 65]))))],
  ['F-C19', 'UniversalString', 'der', 'C20', subject(cn(der.tlv(0x1c, Buffer.from([0, 0, 0, 65]))))],
  ['F-C19', 'a number as CN', 'der', 'C20', subject(cn(der.integer(5)))],
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
  ).map(([name, change]): CsrRow => ['F-C20', name, 'b64', 'C20', { ...csr({ subject: padded() }), certreq: change }]),
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

describe('PKCS#10: encoding', () => {
  it.each(rows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed })
  })

  it('F-C15 cut off at every offset: DER error, never a crash', () => {
    let good: Buffer<ArrayBuffer> = Buffer.alloc(0)
    buildAnswer({
      csrDer: (request) => {
        good = request
        return request
      },
    })
    for (let length = 1; length < good.length; length++) expect(() => readCsr(good.subarray(0, length))).toThrow(/./)
    const codes = [2, 100, 300, good.length - 1].map(
      (length) => judge(buildAnswer({ csrDer: (request) => request.subarray(0, length) })).code,
    )
    expect(new Set(codes)).toEqual(new Set(['der']))
  })

  it('F-C15 random bytes end in a DER error', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = Buffer.concat(Array.from({ length: 22 }, (_, i) => createHash('sha256').update(`${seed}/${i}`).digest()))
      expect(() => readCsr(random)).toThrow(expect.objectContaining({ code: 'der' }))
    }
  })

  it('any single byte of a good request changed is refused', () => {
    let good: Buffer<ArrayBuffer> = Buffer.alloc(0)
    buildAnswer({
      csrDer: (request) => {
        good = request
        return request
      },
    })
    for (let i = 0; i < good.length; i += 7) {
      const { verdict } = checkAnswer(
        buildAnswer({ csrDer: (request) => Buffer.from(request.map((octet, at) => (at === i ? octet ^ 0x01 : octet))) }),
      )
      expect([i, verdict]).toEqual([i, 'failed'])
    }
  })
})
