import { constants, createHash, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  attestation,
  attribute,
  type Bends,
  buildAnswer,
  buildCsr,
  type CsrParts,
  extension,
  extensionRequest,
  RS256_CSR,
  rsaKey,
  SUBJECT,
  spkiOf,
} from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import { forgeForExponentOne } from '#e2e/builders/weak-keys.ts'
import * as der from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.ts'
import { readCsr } from '../../x509/csr.ts'
import { encodeName } from '../../x509/name.ts'
import { checkAnswer } from './check-answer.ts'

type Row = [id: string, name: string, code: string, failed: string, bends: Bends]

const stranger = rsaKey('stranger')
const phone = rsaKey('phone signer')
const csr = (change: Partial<CsrParts>): Bends => ({ csrParts: (p) => ({ ...p, ...change }) })
const subject = (value: Uint8Array): Bends => csr({ subject: value })
const attributes = (...values: Uint8Array[]): Bends =>
  csr({ attributes: der.tlv(0xa0, der.setOf(...values).subarray(2 + lengthOctets(values))) })
const derOf = (change: (good: Buffer<ArrayBuffer>) => Uint8Array): Bends => ({ csrDer: change })
const rdn = (oid: string, value: Uint8Array): Uint8Array => der.setOf(der.seq(der.oid(oid), value))
const cn = (value: Uint8Array): Uint8Array => der.seq(rdn(OID['id-at-commonName'], value))
const cnText = (text: string): Bends => subject(cn(der.utf8String(text)))

function lengthOctets(values: Uint8Array[]): number {
  const length = values.reduce((sum, value) => sum + value.length, 0)
  return length < 0x80 ? 0 : length < 0x100 ? 1 : 2
}

/** The parts of a good request, to be put together in another way and signed. */
const rebuild = (
  make: (parts: { version: Uint8Array; subject: Uint8Array; spki: Uint8Array }) => Uint8Array,
  finish = (info: Uint8Array, signature: Uint8Array): Uint8Array => der.seq(info, RS256_CSR, der.bitString(signature)),
): Bends =>
  derOf(() => {
    const info = make({ version: der.integer(0), subject: SUBJECT, spki: spkiOf(phone.publicKey) })
    return finish(info, sign('sha256', info, phone.privateKey))
  })

const rsaSpki = (algorithm: Uint8Array): Buffer<ArrayBuffer> => {
  const key = der.readDer(spkiOf(phone.publicKey)).children[1] as der.DerNode
  return der.seq(algorithm, key.bytes)
}
const { n } = phone.publicKey.export({ format: 'jwk' })
const exponentOne = der.seq(
  der.seq(der.oid(OID.rsaEncryption), der.nul()),
  der.bitString(der.seq(der.unsignedInteger(Buffer.from(String(n), 'base64url')), der.integer(1))),
)

const indefinite = (good: Buffer): Buffer => Buffer.concat([Uint8Array.of(0x30, 0x80), good.subarray(4), Uint8Array.of(0, 0)])
const san = (...names: Uint8Array[]): Uint8Array => extension(OID['id-ce-subjectAltName'], der.seq(...names))
const upn = der.context(0, der.oid(OID['ms-userPrincipalName']), der.context(0, der.utf8String('admin@corp')))
const pss = der.seq(der.oid(OID['id-RSASSA-PSS']), der.seq(der.context(0, der.seq(der.oid('2.16.840.1.101.3.4.2.1'), der.nul()))))

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
  ['F-C3', 'rfc822Name', 'csr_ext', 'C23', attributes(extensionRequest(san(der.contextPrimitive(1, Buffer.from('a@b')))))],
  ['F-C3', 'UPN admin@corp', 'csr_ext', 'C23', attributes(extensionRequest(san(upn)))],
  ['F-C3', 'dNSName', 'csr_ext', 'C23', attributes(extensionRequest(san(der.contextPrimitive(2, Buffer.from('example.test')))))],
  ['F-C3', 'URI', 'csr_ext', 'C23', attributes(extensionRequest(san(der.contextPrimitive(6, Buffer.from('urn:x')))))],
  [
    'F-C4',
    'CA:TRUE',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-basicConstraints'], der.seq(der.boolean(true)), true))),
  ],
  [
    'F-C4',
    'keyCertSign',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-keyUsage'], der.namedBits([5]), true))),
  ],
  [
    'F-C4',
    'smartcardLogon',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-extKeyUsage'], der.seq(der.oid(OID['ms-smartcardLogon']))))),
  ],
  [
    'F-C4',
    'anyExtendedKeyUsage',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-extKeyUsage'], der.seq(der.oid(OID.anyExtendedKeyUsage))))),
  ],
  [
    'F-C4',
    'forged key identifiers',
    'csr_ext',
    'C23',
    attributes(
      extensionRequest(
        extension(OID['id-ce-subjectKeyIdentifier'], der.octetString(Buffer.alloc(20))),
        extension(OID['id-ce-authorityKeyIdentifier'], der.seq()),
      ),
    ),
  ],
  ['F-C4', 'nsCertType', 'csr_ext', 'C23', attributes(extensionRequest(extension('2.16.840.1.113730.1.1', der.namedBits([0]))))],
  [
    'F-C4',
    'a template of another CA',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension('1.3.6.1.4.1.311.20.2', der.utf8String('DomainController')))),
  ],
  [
    'F-C4',
    'extensions in the older attribute',
    'csr_ext',
    'C23',
    attributes(attribute(OID['ms-CertExtensions'], der.seq(extension(OID['id-ce-basicConstraints'], der.seq())))),
  ],
  [
    'F-C5',
    'one extension twice',
    'csr_attr',
    'C23',
    attributes(
      extensionRequest(extension(OID['id-ce-basicConstraints'], der.seq()), extension(OID['id-ce-basicConstraints'], der.seq())),
    ),
  ],
  [
    'F-C5',
    'two extensionRequests',
    'csr_attr',
    'C23',
    attributes(
      extensionRequest(extension(OID['id-ce-basicConstraints'], der.seq())),
      extensionRequest(extension(OID['id-ce-keyUsage'], der.namedBits([0]))),
    ),
  ],
  [
    'F-C5',
    'an extensionRequest of two values',
    'csr_attr',
    'C23',
    attributes(
      attribute(
        OID.extensionRequest,
        der.seq(extension(OID['id-ce-basicConstraints'], der.seq())),
        der.seq(extension(OID['id-ce-keyUsage'], der.namedBits([0]))),
      ),
    ),
  ],
  ['F-C5', 'an empty extensionRequest', 'csr_attr', 'C23', attributes(extensionRequest())],
  ['F-C5', 'challengePassword', 'csr_attr', 'C23', attributes(attribute(OID.challengePassword, der.printableString('secret')))],
  ['F-C5', 'unstructuredName', 'csr_attr', 'C23', attributes(attribute(OID.unstructuredName, der.ia5String('x')))],
  [
    'F-C5',
    'an unknown critical extension',
    'csr_attr',
    'C23',
    attributes(extensionRequest(extension('1.3.6.1.4.1.99999.1', der.nul(), true))),
  ],
  [
    'F-C5',
    'critical FALSE written out',
    'csr_attr',
    'C23',
    attributes(extensionRequest(der.seq(der.oid(OID['id-ce-basicConstraints']), der.boolean(false), der.octetString(der.seq())))),
  ],
  [
    'F-C5',
    'an attribute without values',
    'der',
    'C20',
    csr({ attributes: der.context(0, der.seq(der.oid(OID.challengePassword), der.setOf())) }),
  ],
  ['F-C6', 'another key', 'csr_key', 'C21', csr({ spki: spkiOf(stranger.publicKey), signer: stranger.privateKey })],
  ['F-C6', 'another key, signed by the phone’s', 'csr_key', 'C21 C22', csr({ spki: spkiOf(stranger.publicKey) })],
  ['F-C6', 'RSASSA-PSS as key algorithm', 'csr_key', 'C21', csr({ spki: rsaSpki(der.seq(der.oid(OID['id-RSASSA-PSS']))) })],
  ['F-C6', 'without NULL parameters', 'csr_key', 'C21', csr({ spki: rsaSpki(der.seq(der.oid(OID.rsaEncryption))) })],
  ['F-C6', 'another algorithm’s identifier', 'csr_key', 'C21', csr({ spki: rsaSpki(der.seq(der.oid(OID['id-Ed25519']))) })],
  [
    'F-C7',
    'the throw-away key kept',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(rsaKey('dummy signer').publicKey), signer: rsaKey('dummy signer').privateKey }),
  ],
  ['F-C8', 'signed by a stranger', 'csr_sig', 'C22', csr({ signer: stranger.privateKey })],
  ['F-C8', 'signed by the attestation key', 'csr_sig', 'C22', csr({ signer: attestation().privateKey })],
  [
    'F-C8',
    'a bit of the signature',
    'csr_sig',
    'C22',
    derOf((good) => Buffer.from(good.map((octet, i) => (i === good.length - 9 ? octet ^ 4 : octet)))),
  ],
  [
    'F-C8',
    'no signature',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(new Uint8Array()))),
  ],
  [
    'F-C8',
    'signature of half an octet',
    'der',
    'C20',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.alloc(256), 4))),
  ],
  [
    'F-C9',
    'an exponent of one, forged',
    'weak_key',
    'C21',
    rebuild(
      (p) => der.seq(p.version, p.subject, exponentOne, der.context(0)),
      (info) => der.seq(info, RS256_CSR, der.bitString(forgeForExponentOne(info))),
    ),
  ],
  ['F-C10', 'SHA-1', 'csr_alg', 'C21', csr({ algorithm: der.seq(der.oid(OID.sha1WithRSAEncryption), der.nul()), hash: 'sha1' })],
  ['F-C10', 'MD5', 'csr_alg', 'C21', csr({ algorithm: der.seq(der.oid(OID.md5WithRSAEncryption), der.nul()), hash: 'md5' })],
  [
    'F-C10',
    'PSS',
    'csr_alg',
    'C21',
    rebuild(
      (p) => der.seq(p.version, p.subject, p.spki, der.context(0)),
      (info) =>
        der.seq(
          info,
          pss,
          der.bitString(sign('sha256', info, { key: phone.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })),
        ),
    ),
  ],
  [
    'F-C10',
    'SHA-256 without NULL parameters',
    'csr_alg',
    'C21',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption)) }),
  ],
  [
    'F-C10',
    'SHA-256 with odd parameters',
    'csr_alg',
    'C21',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption), der.seq()) }),
  ],
  ['F-C10', 'ECDSA over an RSA key', 'csr_alg', 'C21', csr({ algorithm: der.seq(der.oid(OID['ecdsa-with-SHA256'])) })],
  ['F-C10', 'an algorithm nobody knows', 'csr_alg', 'C21', csr({ algorithm: der.seq(der.oid('1.2.3.4'), der.nul()) })],
  [
    'F-C11',
    'a request of 1024 bits',
    'weak_key',
    'C21',
    csr({ spki: spkiOf(rsaKey('small', 1024).publicKey), signer: rsaKey('small', 1024).privateKey }),
  ],
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
  ).map(([name, change]): Row => ['F-C20', name, 'b64', 'C20', { ...csr({ subject: padded() }), certreq: change }]),
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

describe('PKCS#10', () => {
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

  it('F-C1 the evidence says that the text is the same and the bytes are not', () => {
    const printable = Buffer.from(
      Buffer.from(SUBJECT).toString('latin1').replace('\x0c\x0aExample AB', '\x13\x0aExample AB'),
      'latin1',
    )
    const { checks } = checkAnswer(buildAnswer(csr({ subject: printable })))
    expect(checks.find((check) => check.id === 'C23')?.observed).toContain('but in other bytes')
  })
})
