import { constants, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  attestation,
  attribute,
  buildAnswer,
  extension,
  extensionRequest,
  RS256_CSR,
  rsaKey,
  SUBJECT,
  spkiOf,
} from '#e2e/builders/answer.ts'
import {
  attributes,
  type CsrRow,
  cnText,
  csr,
  derOf,
  phone,
  rdn,
  rebuild,
  rsaSpki,
  stranger,
  subject,
} from '#e2e/builders/csr-bends.ts'
import { judge } from '#e2e/builders/judge.ts'
import { forgeForExponentOne } from '#e2e/builders/weak-keys.ts'
import * as der from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.ts'
import { readCsr } from '../../x509/csr.ts'
import { checkAnswer } from './check-answer.ts'

const { n } = phone.publicKey.export({ format: 'jwk' })
const exponentOne = der.seq(
  der.seq(der.oid(OID.rsaEncryption), der.nul()),
  der.bitString(der.seq(der.unsignedInteger(Buffer.from(String(n), 'base64url')), der.integer(1))),
)

const san = (...names: Uint8Array[]): Uint8Array => extension(OID['id-ce-subjectAltName'], der.seq(...names))
const upn = der.context(0, der.oid(OID['ms-userPrincipalName']), der.context(0, der.utf8String('admin@corp')))
const pss = der.seq(der.oid(OID['id-RSASSA-PSS']), der.seq(der.context(0, der.seq(der.oid('2.16.840.1.101.3.4.2.1'), der.nul()))))

const rows: CsrRow[] = [
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
    (text): CsrRow => ['F-C2', `CN ${JSON.stringify(text.slice(0, 10))}`, 'csr_subject', 'C23', cnText(text)],
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
]

describe('PKCS#10: content', () => {
  it.each(rows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed })
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
