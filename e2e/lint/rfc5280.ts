/**
 * What RFC 5280 says of certificates and CRLs, as checks written from its text, on another parser (@peculiar/asn1) than the one of lib/core.
 * They share no code with what writes certificates here, so that a misreading in one is not repeated in the other.
 *
 * Each check names its section and gives a sentence, or null. Findings are errors: MUST and MUST NOT, and the SHOULDs that PKIX linters report
 * as errors for end entities.
 */

import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificateList,
  CertificatePolicies,
  CRLDistributionPoints,
  CRLNumber,
  CRLReason,
  ExtendedKeyUsage,
  type Extension,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_cRLDistributionPoints,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyUsage,
  KeyUsageFlags,
  type Name,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509'

export interface Finding {
  section: string
  sentence: string
}

interface Read {
  certificate: Certificate
  extensions: ReadonlyMap<string, Extension>
  keyUsage: number
  isCa: boolean
  isSelfIssued: boolean
  /** Hex of the whole. */
  hex: string
}

type Check = (read: Read) => string | null

const parse = <T>(extension: Extension | undefined, type: new () => T): T | null =>
  extension ? AsnConvert.parse(extension.extnValue.buffer, type) : null
const isCritical = (extension: Extension | undefined): boolean => extension?.critical === true
const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex')
const repeats = (values: readonly string[]): boolean => new Set(values).size !== values.length

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'
const COUNTRY = '2.5.4.6'
/** Appendix A.1: upper bounds. */
const BOUNDS: Readonly<Record<string, number>> = {
  '2.5.4.3': 64,
  '2.5.4.4': 64,
  '2.5.4.5': 64,
  '2.5.4.6': 2,
  '2.5.4.7': 128,
  '2.5.4.8': 128,
  '2.5.4.10': 64,
  '2.5.4.11': 64,
  '2.5.4.12': 64,
  '2.5.4.42': 64,
  [EMAIL_ADDRESS]: 255,
}

function checkName(name: Name): string | null {
  for (const rdn of name)
    for (const { type, value } of rdn) {
      const text = value.toString()
      const bound = BOUNDS[type]
      if (text.length === 0) return `attribute ${type} is empty`
      if (bound !== undefined && [...text].length > bound) return `attribute ${type} is longer than ${bound}`
      if (type === COUNTRY && (value.printableString === undefined || !/^[A-Z]{2}$/.test(text)))
        return 'country is not two letters in a PrintableString'
      if (type === EMAIL_ADDRESS && value.ia5String === undefined && value.anyValue === undefined)
        return 'emailAddress is not an IA5String'
      if (value.teletexString !== undefined || value.bmpString !== undefined || value.universalString !== undefined)
        return `attribute ${type} is neither PrintableString nor UTF8String`
    }
  return null
}

const isHttp = (uri: string | undefined): boolean => uri !== undefined && /^https?:\/\/[!-~]+$/.test(uri)
const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'

const CHECKS: readonly (readonly [section: string, check: Check])[] = [
  [
    '4.1.1.2',
    ({ certificate: c }) =>
      c.signatureAlgorithm.isEqual(c.tbsCertificate.signature) ? null : 'the two signature algorithms differ',
  ],
  ['4.1.2.1', ({ certificate: c }) => (c.tbsCertificate.version === 2 ? null : 'extensions without version 3')],
  [
    '4.1.2.2',
    ({ certificate: c }) => {
      const serial = Buffer.from(c.tbsCertificate.serialNumber)
      if (serial.length > 20) return 'serialNumber is longer than 20 octets'
      return (serial[0] ?? 0x80) >= 0x80 || serial.every((octet) => octet === 0) ? 'serialNumber is not positive' : null
    },
  ],
  [
    '4.1.2.4',
    ({ certificate: c }) => (c.tbsCertificate.issuer.length > 0 ? checkName(c.tbsCertificate.issuer) : 'issuer is empty'),
  ],
  [
    '4.1.2.5',
    ({ certificate: c }) => {
      const { notBefore, notAfter } = c.tbsCertificate.validity
      if (notBefore.getTime() > notAfter.getTime()) return 'notAfter is before notBefore'
      for (const time of [notBefore, notAfter]) {
        const isLate = time.getTime().getUTCFullYear() >= 2050
        if (isLate !== (time.utcTime === undefined)) return 'UTCTime is for years through 2049, GeneralizedTime for later ones'
      }
      return null
    },
  ],
  ['4.1.2.6', ({ certificate: c }) => checkName(c.tbsCertificate.subject)],
  [
    '4.1.2.6',
    ({ certificate: c, extensions, isCa }) => {
      if (c.tbsCertificate.subject.length > 0) return null
      if (isCa) return 'a CA without a subject'
      return isCritical(extensions.get(id_ce_subjectAltName)) ? null : 'an empty subject needs a critical subjectAltName'
    },
  ],
  [
    '4.1.2.7',
    ({ certificate: c }) => {
      // RFC 3279 §2.3.1: parameters NULL; RFC 5480 §2.1.1: a named curve.
      const { algorithm, parameters } = c.tbsCertificate.subjectPublicKeyInfo.algorithm
      const encoded = parameters ? hex(parameters) : ''
      // The parser gives null for NULL, and undefined where nothing stands.
      if (algorithm === RSA) return parameters === null ? null : 'rsaEncryption without NULL parameters'
      if (algorithm === EC) return encoded.startsWith('06') ? null : 'an EC key without a named curve'
      return `a public key of another kind: ${algorithm}`
    },
  ],
  [
    '4.1.2.8',
    ({ certificate: c }) =>
      c.tbsCertificate.issuerUniqueID || c.tbsCertificate.subjectUniqueID ? 'unique identifiers MUST NOT be used' : null,
  ],
  [
    '4.2',
    ({ certificate: c }) =>
      repeats((c.tbsCertificate.extensions ?? []).map(({ extnID }) => extnID)) ? 'an extension stands twice' : null,
  ],
  [
    '4.2.1.1',
    ({ extensions, isSelfIssued }) => {
      const extension = extensions.get(id_ce_authorityKeyIdentifier)
      if (isCritical(extension)) return 'authorityKeyIdentifier is critical'
      const identifier = parse(extension, AuthorityKeyIdentifier)
      if (identifier?.keyIdentifier) return null
      return isSelfIssued ? null : 'no keyIdentifier in authorityKeyIdentifier'
    },
  ],
  [
    '4.2.1.2',
    ({ extensions }) => {
      const extension = extensions.get(id_ce_subjectKeyIdentifier)
      if (extension === undefined) return 'no subjectKeyIdentifier'
      if (isCritical(extension)) return 'subjectKeyIdentifier is critical'
      return (parse(extension, SubjectKeyIdentifier)?.buffer.byteLength ?? 0) > 0 ? null : 'subjectKeyIdentifier is empty'
    },
  ],
  [
    '4.2.1.3',
    ({ extensions, keyUsage, isCa, certificate: c }) => {
      const extension = extensions.get(id_ce_keyUsage)
      if (extension === undefined) return 'no keyUsage'
      if (!isCritical(extension)) return 'keyUsage is not critical'
      if (keyUsage === 0) return 'keyUsage without a bit'
      const signs = (keyUsage & KeyUsageFlags.keyCertSign) !== 0
      if (signs !== isCa) return 'keyCertSign and cA do not go together'
      // RFC 5480 §3 with RFC 8813; RFC 3279 §2.3.1.
      const { algorithm } = c.tbsCertificate.subjectPublicKeyInfo.algorithm
      const wrong = algorithm === EC ? KeyUsageFlags.keyEncipherment | KeyUsageFlags.dataEncipherment : KeyUsageFlags.keyAgreement
      return (keyUsage & wrong) !== 0 ? 'a usage that this kind of key cannot have' : null
    },
  ],
  [
    '4.2.1.4',
    ({ extensions }) => {
      const policies = parse(extensions.get(id_ce_certificatePolicies), CertificatePolicies)
      if (policies === null) return null
      if (policies.length === 0) return 'certificatePolicies is empty'
      return repeats(policies.map(({ policyIdentifier }) => policyIdentifier)) ? 'a policy stands twice' : null
    },
  ],
  [
    '4.2.1.6',
    ({ extensions }) => {
      const names = parse(extensions.get(id_ce_subjectAltName), SubjectAlternativeName)
      if (names === null) return null
      if (names.length === 0) return 'subjectAltName is empty'
      const wrong = names.find(({ rfc822Name }) => rfc822Name !== undefined && !/^[!-?A-~]+@[A-Za-z0-9.-]+$/.test(rfc822Name))
      return wrong ? 'rfc822Name is no Mailbox' : null
    },
  ],
  [
    '4.2.1.9',
    ({ extensions, isCa, keyUsage }) => {
      const extension = extensions.get(id_ce_basicConstraints)
      if (isCa && !isCritical(extension)) return 'basicConstraints of a CA is not critical'
      const constraints = parse(extension, BasicConstraints)
      if (constraints?.pathLenConstraint === undefined) return null
      return isCa && (keyUsage & KeyUsageFlags.keyCertSign) !== 0 ? null : 'pathLenConstraint without cA and keyCertSign'
    },
  ],
  [
    '4.2.1.12',
    ({ extensions }) => {
      const extension = extensions.get(id_ce_extKeyUsage)
      const usages = parse(extension, ExtendedKeyUsage)
      if (usages === null) return null
      if (usages.length === 0 || repeats([...usages])) return 'extKeyUsage is empty or repeats itself'
      return usages.includes('2.5.29.37.0') && isCritical(extension) ? 'anyExtendedKeyUsage in a critical extension' : null
    },
  ],
  [
    '4.2.1.13',
    ({ extensions, isSelfIssued }) => {
      const extension = extensions.get(id_ce_cRLDistributionPoints)
      // RFC 6960 §4.2.2.2.1: a responder with nocheck is asked for nowhere.
      if (extension === undefined)
        return isSelfIssued || extensions.has('1.3.6.1.5.5.7.48.1.5') ? null : 'no cRLDistributionPoints'
      if (isCritical(extension)) return 'cRLDistributionPoints is critical'
      const points = parse(extension, CRLDistributionPoints) ?? []
      const uris = [...points].map((point) => point.distributionPoint?.fullName?.[0]?.uniformResourceIdentifier)
      return uris.length > 0 && uris.every(isHttp) ? null : 'a distribution point without an http address'
    },
  ],
  [
    '4.2.2.1',
    ({ extensions }) => {
      const extension = extensions.get(id_pe_authorityInfoAccess)
      if (isCritical(extension)) return 'authorityInfoAccess is critical'
      const access = parse(extension, AuthorityInfoAccessSyntax)
      const uris = [...(access ?? [])].map(({ accessLocation }) => accessLocation.uniformResourceIdentifier)
      return uris.every(isHttp) ? null : 'an access location without an http address'
    },
  ],
  [
    'X.690 10.1',
    ({ certificate: c, hex: whole }) => (hex(AsnConvert.serialize(c)) === whole ? null : 'encoded again it is not the same'),
  ],
]

/** All that is wrong with a certificate. @throws if it cannot be parsed at all */
export function lintCertificate(der: Uint8Array): Finding[] {
  const certificate = AsnConvert.parse(der, Certificate)
  const { tbsCertificate: tbs } = certificate
  const extensions = new Map((tbs.extensions ?? []).map((extension) => [extension.extnID, extension]))
  const read: Read = {
    certificate,
    extensions,
    keyUsage: parse(extensions.get(id_ce_keyUsage), KeyUsage)?.toNumber() ?? 0,
    isCa: parse(extensions.get(id_ce_basicConstraints), BasicConstraints)?.cA === true,
    isSelfIssued: hex(AsnConvert.serialize(tbs.issuer)) === hex(AsnConvert.serialize(tbs.subject)),
    hex: Buffer.from(der).toString('hex'),
  }
  return CHECKS.flatMap(([section, check]) => {
    const sentence = check(read)
    return sentence === null ? [] : [{ section, sentence }]
  })
}

/** All that is wrong with a CRL (section 5). @throws if it cannot be parsed at all */
export function lintCrl(der: Uint8Array): Finding[] {
  const list = AsnConvert.parse(der, CertificateList)
  const { tbsCertList: tbs } = list
  const extensions = new Map((tbs.crlExtensions ?? []).map((extension) => [extension.extnID, extension]))
  const number = parse(extensions.get(id_ce_cRLNumber), CRLNumber)?.value
  const identifier = parse(extensions.get(id_ce_authorityKeyIdentifier), AuthorityKeyIdentifier)?.keyIdentifier
  const entries = tbs.revokedCertificates ?? []
  const reasons = entries.flatMap((entry) =>
    (entry.crlEntryExtensions ?? [])
      .filter(({ extnID }) => extnID === id_ce_cRLReasons)
      .map(({ extnValue }) => AsnConvert.parse(extnValue.buffer, CRLReason).reason as number),
  )
  const rules: (readonly [section: string, holds: boolean, sentence: string])[] = [
    ['5.1.1.2', list.signatureAlgorithm.isEqual(tbs.signature), 'the two signature algorithms differ'],
    ['5.1.2.1', tbs.version === 1, 'extensions without version 2'],
    ['5.1.2.3', tbs.issuer.length > 0, 'issuer is empty'],
    [
      '5.1.2.5',
      (tbs.nextUpdate?.getTime().getTime() ?? 0) > tbs.thisUpdate.getTime().getTime(),
      'no nextUpdate after thisUpdate',
    ],
    ['5.1.2.6', tbs.revokedCertificates === undefined || entries.length > 0, 'revokedCertificates is there and empty'],
    ['5.1.2.6', !repeats(entries.map(({ userCertificate }) => hex(userCertificate))), 'a certificate stands twice'],
    ['5.2.1', identifier !== undefined && !isCritical(extensions.get(id_ce_authorityKeyIdentifier)), 'no authorityKeyIdentifier'],
    ['5.2.3', number !== undefined && number >= 0 && !isCritical(extensions.get(id_ce_cRLNumber)), 'no cRLNumber'],
    [
      '5.3.1',
      reasons.every((reason) => reason >= 1 && reason <= 10 && reason !== 7 && reason !== 8),
      'a reason that must not stand there',
    ],
  ]
  return rules.filter(([, holds]) => !holds).map(([section, , sentence]) => ({ section, sentence }))
}
