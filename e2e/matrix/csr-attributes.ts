/** F-C3 to F-C5: what a certificate request asks for beside its subject. */
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { attribute, extension, extensionRequest, SUBJECT } from '../builders/answer.ts'
import { attributes, csr } from '../builders/csr-bends.ts'
import { type Row, toCases } from './case.ts'

const san = (...names: Uint8Array[]): Uint8Array => extension(OID['id-ce-subjectAltName'], der.seq(...names))
const upn = der.context(0, der.oid(OID['ms-userPrincipalName']), der.context(0, der.utf8String('admin@corp')))

const rows: Row[] = [
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
]

export const csrAttributes = toCases(rows)
