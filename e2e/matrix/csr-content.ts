/** F-C1 to F-C11: what the certificate request says: subject, attributes, key and signature. */
import { constants, sign } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import {
  attestation,
  attribute,
  type Bends,
  extension,
  extensionRequest,
  RS256_CSR,
  rsaKey,
  SUBJECT,
  spkiOf,
} from '../builders/answer.ts'
import { attributes, cnText, csr, derOf, phone, rdn, rebuild, rsaSpki, stranger, subject } from '../builders/csr-bends.ts'
import { closeFactors, forgeForExponentOne, rocaFingerprint } from '../builders/weak-keys.ts'
import { type Row, toCases } from './case.ts'

const { n } = phone.publicKey.export({ format: 'jwk' })
const exponentOne = der.seq(
  der.seq(der.oid(OID.rsaEncryption), der.nul()),
  der.bitString(der.seq(der.unsignedInteger(Buffer.from(String(n), 'base64url')), der.integer(1))),
)

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
    'C20 | no request',
    csr({ attributes: der.context(0, der.seq(der.oid(OID.challengePassword), der.setOf())) }),
  ],
  ['F-C6', 'another key', 'csr_key', 'C21', csr({ spki: spkiOf(stranger.publicKey), signer: stranger.privateKey })],
  ['F-C6', 'another key, signed by the phone’s', 'csr_key', 'C21 C22', csr({ spki: spkiOf(stranger.publicKey) })],
  [
    'F-C6',
    'RSASSA-PSS as key algorithm',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid(OID['id-RSASSA-PSS']))) }),
  ],
  ['F-C6', 'without NULL parameters', 'csr_key', 'C21 | C22(C21)', csr({ spki: rsaSpki(der.seq(der.oid(OID.rsaEncryption))) })],
  [
    'F-C6',
    'another algorithm’s identifier',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid(OID['id-Ed25519']))) }),
  ],
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
    'C20 | no request',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.alloc(256), 4))),
  ],
  [
    'F-C9',
    'an exponent of one, forged',
    'weak_key',
    'C21 | C22(C21)',
    rebuild(
      (p) => der.seq(p.version, p.subject, exponentOne, der.context(0)),
      (info) => der.seq(info, RS256_CSR, der.bitString(forgeForExponentOne(info))),
    ),
  ],
  [
    'F-C10',
    'SHA-1',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha1WithRSAEncryption), der.nul()), hash: 'sha1' }),
  ],
  [
    'F-C10',
    'MD5',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.md5WithRSAEncryption), der.nul()), hash: 'md5' }),
  ],
  [
    'F-C10',
    'PSS',
    'csr_alg',
    'C21 | C22(C21)',
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
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption)) }),
  ],
  [
    'F-C10',
    'SHA-256 with odd parameters',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption), der.seq()) }),
  ],
  ['F-C10', 'ECDSA over an RSA key', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['ecdsa-with-SHA256'])) })],
  ['F-C10', 'an algorithm nobody knows', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid('1.2.3.4'), der.nul()) })],
  [
    'F-C11',
    'a request of 1024 bits',
    'weak_key',
    'C21 | C22(C21)',
    csr({ spki: spkiOf(rsaKey('small', 1024).publicKey), signer: rsaKey('small', 1024).privateKey }),
  ],
]

const more: Row[] = [
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
  [
    'F-C3',
    'otherName of another kind',
    'csr_ext',
    'C23',
    attributes(extensionRequest(san(der.context(0, der.oid('1.2.3.4'), der.context(0, der.utf8String('x')))))),
  ],
  [
    'F-C3',
    'iPAddress',
    'csr_ext',
    'C23',
    attributes(extensionRequest(san(der.contextPrimitive(7, Buffer.from([127, 0, 0, 1]))))),
  ],
  ['F-C3', 'directoryName', 'csr_ext', 'C23', attributes(extensionRequest(san(der.context(4, SUBJECT))))],
  ['F-C3', 'an empty list of names', 'csr_ext', 'C23', attributes(extensionRequest(san()))],
  [
    'F-C3',
    'the user’s own address',
    'csr_ext',
    'C23',
    attributes(extensionRequest(san(der.contextPrimitive(1, Buffer.from('asa.oberg@example.test'))))),
  ],
  [
    'F-C4',
    'CA:TRUE, not critical',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-basicConstraints'], der.seq(der.boolean(true))))),
  ],
  [
    'F-C4',
    'a harmless key usage',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-keyUsage'], der.namedBits([0]), true))),
  ],
  [
    'F-C4',
    'name constraints',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-nameConstraints'], der.seq(), true))),
  ],
  [
    'F-C4',
    'a template of another CA, version 2',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension('1.3.6.1.4.1.311.21.7', der.seq(der.oid('1.2.3'), der.integer(100))))),
  ],
  [
    'F-C4',
    'certificate policies',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension(OID['id-ce-certificatePolicies'], der.seq(der.seq(der.oid('2.5.29.32.0')))))),
  ],
  [
    'F-C4',
    'extensions nobody knows, not critical',
    'csr_ext',
    'C23',
    attributes(extensionRequest(extension('1.3.6.1.4.1.99999.1', der.nul()))),
  ],
  [
    'F-C5',
    'an extensionRequest that is no list',
    'csr_attr',
    'C23',
    attributes(attribute(OID.extensionRequest, der.utf8String('x'))),
  ],
  [
    'F-C5',
    'an extensionRequest and a challengePassword',
    'csr_attr',
    'C23',
    attributes(
      ...[
        extensionRequest(extension(OID['id-ce-keyUsage'], der.namedBits([0]))),
        attribute(OID.challengePassword, der.printableString('secret')),
      ].sort(Buffer.compare),
    ),
  ],
  ['F-C5', 'an unknown attribute', 'csr_attr', 'C23', attributes(attribute('1.3.6.1.4.1.99999.2', der.nul()))],
  [
    'F-C5',
    'twenty attributes',
    'csr_attr',
    'C23',
    attributes(...Array.from({ length: 20 }, (_, i) => attribute(`1.3.6.1.4.1.99999.${i}`, der.nul()))),
  ],
  [
    'F-C5',
    'a value twice in one attribute',
    'csr_attr',
    'C23',
    attributes(attribute(OID.challengePassword, der.printableString('x'), der.printableString('x'))),
  ],
  [
    'F-C6',
    'another key of 4096 bits',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(rsaKey('large', 4096).publicKey), signer: rsaKey('large', 4096).privateKey }),
  ],
  [
    'F-C6',
    'the modulus with a leading zero octet too many',
    'csr_key',
    'C21 | C22(C21)',
    csr({
      spki: der.seq(
        der.seq(der.oid(OID.rsaEncryption), der.nul()),
        der.bitString(
          Buffer.concat([
            Buffer.from('3082010b0282010200', 'hex'),
            Buffer.from([0]),
            Buffer.from(String(n), 'base64url'),
            Buffer.from('0203010001', 'hex'),
          ]),
        ),
      ),
    }),
  ],
  ['F-C6', 'odd parameters', 'csr_key', 'C21 | C22(C21)', csr({ spki: rsaSpki(der.seq(der.oid(OID.rsaEncryption), der.seq())) })],
  [
    'F-C6',
    'an algorithm nobody knows',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid('1.2.3.4'), der.nul())) }),
  ],
  [
    'F-C6',
    'the attestation key',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(attestation().publicKey), signer: attestation().privateKey }),
  ],
  [
    'F-C6',
    'an empty key',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: der.seq(der.seq(der.oid(OID.rsaEncryption), der.nul()), der.bitString(new Uint8Array())) }),
  ],
  [
    'F-C7',
    'the throw-away key named, signed by the phone’s',
    'csr_key',
    'C21 C22',
    csr({ spki: spkiOf(rsaKey('dummy signer').publicKey) }),
  ],
  [
    'F-C7',
    'the throw-away request as it was sent',
    'csr_key',
    'C21',
    derOf(() => encodeCsr(SUBJECT, spkiOf(rsaKey('dummy signer').publicKey), rsaKey('dummy signer').privateKey)),
  ],
  ...[3, 60, 250].map(
    (back): Row => [
      'F-C8',
      `a bit of octet ${back} from the end of the signature`,
      'csr_sig',
      'C22',
      derOf((good) => Buffer.from(good.map((octet, i) => (i === good.length - back ? octet ^ 1 : octet)))),
    ],
  ),
  [
    'F-C8',
    'the signature cut short',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.from(readCsr(good).signature).subarray(1)))),
  ],
  ['F-C8', 'zeros', 'csr_sig', 'C22', derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.alloc(256))))],
  [
    'F-C8',
    'the signature of another request of the same key',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(sign('sha256', Buffer.from('x'), phone.privateKey)))),
  ],
  [
    'F-C10',
    'SHA-512 by its name, made with SHA-256',
    'csr_sig',
    'C22',
    csr({ algorithm: der.seq(der.oid(OID.sha512WithRSAEncryption), der.nul()) }),
  ],
  ['F-C10', 'SHA-256 by its name, made with SHA-512', 'csr_sig', 'C22', csr({ hash: 'sha512' })],
  ['F-C10', 'SHA-256 by its name, made with SHA-1', 'csr_sig', 'C22', csr({ hash: 'sha1' })],
  ['F-C10', 'PSS without parameters', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['id-RSASSA-PSS'])) })],
  [
    'F-C10',
    'PSS with a salt of 2^31',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID['id-RSASSA-PSS']), der.seq(der.context(2, der.integer(2 ** 31)))) }),
  ],
  [
    'F-C10',
    'the algorithm of keys for that of signatures',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.rsaEncryption), der.nul()) }),
  ],
  ['F-C10', 'Ed25519', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['id-Ed25519'])) })],
  ...[512, 1536].map(
    (bits): Row => [
      'F-C11',
      `a request of ${bits} bits`,
      'weak_key',
      'C21 | C22(C21)',
      csr({ spki: spkiOf(rsaKey('small', bits).publicKey), signer: rsaKey('small', bits).privateKey }),
    ],
  ),
  ['F-C11', 'a request of 16 384 bits', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(Buffer.alloc(2048, 0xfd)) })],
  [
    'F-C11',
    'a request of 1024 bits for a key of 1024 bits',
    'weak_key',
    'C18 | C19(C18) C22(C18)',
    { key: () => rsaKey('small', 1024) },
  ],
  [
    'F-C9',
    'an exponent of three',
    'weak_key',
    'C21 | C22(C21)',
    csr({ spki: spkiOf(rsaKey('exponent three', 2048, 3).publicKey), signer: rsaKey('exponent three', 2048, 3).privateKey }),
  ],
  ['F-C9', 'a modulus with the ROCA fingerprint', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(rocaFingerprint()) })],
  ['F-C9', 'close factors', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(closeFactors()) })],
]

function spkiOfModulus(modulus: Uint8Array): Buffer<ArrayBuffer> {
  return der.seq(
    der.seq(der.oid(OID.rsaEncryption), der.nul()),
    der.bitString(der.seq(der.unsignedInteger(modulus), der.integer(65537))),
  )
}

function retyped(tag: number): Bends {
  const octets = Buffer.from(SUBJECT)
  octets[octets.indexOf('Example AB') - 2] = tag
  return subject(octets)
}

export const csrContent = toCases([...rows, ...more])
