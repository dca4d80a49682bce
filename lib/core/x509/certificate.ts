/**
 * Strict reader of X.509 certificates (RFC 5280 §4.1), as far as this portal needs them: its own, and what a CA hands back.
 *
 * The whole must be DER (asn1/der-reader.ts), so nothing is glued on and no value reads two ways. Extensions are kept by OID with their raw
 * value, an OID standing twice is refused (§4.2), and the few that decisions hang on have readers of their own below.
 * Fails with DerError for a wrong form; whether a well-formed certificate is the right one is certificate-check.ts.
 */
import {
  type Bytes,
  contextTag,
  DerError,
  type DerLimits,
  type DerNode,
  readBitOctets,
  readBitString,
  readBoolean,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readText,
  readTime,
  readUnsignedBytes,
  TAG,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { type Extension, onlyChild, readExtensionList } from './extension-list.ts'
import { KEY_USAGE_BITS, type KeyUsageName } from './extensions.ts'
import { readName } from './name.ts'
import { checkSpkiForm } from './spki.ts'
import { serialToHex } from './tbs.ts'

export interface Certificate {
  der: Bytes
  tbs: Bytes
  /** Lower-case hex without leading zeros. */
  serialNumber: string
  /** Dotted OID of signatureAlgorithm; both places agree, parameters included. */
  signatureAlgorithm: string
  signature: Bytes
  /** Raw Name. */
  issuer: Bytes
  subject: Bytes
  /** Raw SubjectPublicKeyInfo. */
  spki: Bytes
  notBefore: Date
  notAfter: Date
  /** By dotted OID. */
  extensions: ReadonlyMap<string, Extension>
}

/** A certificate of a person or a CA is 1–3 kB; what is larger than this is no certificate we asked for. */
export const CERTIFICATE_LIMITS: DerLimits = { maxBytes: 16_384, maxNodes: 1_000, maxDepth: 16, legacyStrings: true }

/** @throws DerError */
export function parseCertificate(der: Bytes, limits: DerLimits = CERTIFICATE_LIMITS): Certificate {
  const root = readDer(der, limits)
  const [tbsNode, outerAlgorithm, signature] = readSequence(root, 'Certificate', 3, 3)
  const tbs = readSequence(tbsNode, 'TBSCertificate', 7, 10)

  // §4.1.2.1: extensions need version 3; we take nothing older, since nothing older can be told from a CA.
  const version = tbs[0]
  if (version?.tag !== contextTag(0) || readSmallInteger(onlyChild(version, 'version'), 'version') !== 2)
    throw new DerError('der', 'not a version 3 certificate')

  // §4.1.2.2: positive, at most 20 octets.
  const serial = readUnsignedBytes(tbs[1], 'serialNumber')
  if (serial.length > 20 || serial.every((octet) => octet === 0)) throw new DerError('der', 'serialNumber out of range')

  // §4.1.1.2: MUST contain the same algorithm identifier as the signature field.
  readSequence(tbs[2], 'signature', 1, 2)
  if (!sameBytes(bytesOf(tbs[2]), bytesOf(outerAlgorithm))) throw new DerError('der', 'the two signature algorithms differ')
  const signatureAlgorithm = readOid(readSequence(outerAlgorithm, 'signatureAlgorithm', 1, 2)[0], 'signatureAlgorithm')

  readName(tbs[3], 'issuer')
  const [notBefore, notAfter] = readSequence(tbs[4], 'validity', 2, 2)
  readName(tbs[5], 'subject')
  checkSpkiForm(tbs[6])
  return {
    der: root.bytes,
    tbs: bytesOf(tbsNode),
    serialNumber: serialToHex(serial),
    signatureAlgorithm,
    signature: readBitOctets(signature, 'signatureValue'),
    issuer: bytesOf(tbs[3]),
    subject: bytesOf(tbs[5]),
    spki: bytesOf(tbs[6]),
    notBefore: readTime(notBefore, 'notBefore'),
    notAfter: readTime(notAfter, 'notAfter'),
    extensions: readExtensions(tbs.slice(7)),
  }
}

/** issuerUniqueID [1] and subjectUniqueID [2] MUST NOT be used (§4.1.2.8), so what may follow the key is [3] extensions alone. */
function readExtensions(rest: readonly DerNode[]): ReadonlyMap<string, Extension> {
  const [node] = rest
  if (node === undefined) return new Map()
  if (rest.length > 1 || node.tag !== contextTag(3)) throw new DerError('der', 'unexpected field after subjectPublicKeyInfo')
  return readExtensionList(node, 64)
}

/** §4.2.1.9; null when the extension is absent. @throws DerError */
export function readBasicConstraints(certificate: Certificate): { ca: boolean; pathLength: number | null } | null {
  const extension = certificate.extensions.get(OID['id-ce-basicConstraints'])
  if (extension === undefined) return null
  const members = readSequence(readDer(extension.value), 'basicConstraints', 0, 2)
  const [first, second] = members
  if (first === undefined) return { ca: false, pathLength: null }
  const ca = readBoolean(first, 'cA')
  if (!ca) throw new DerError('der', 'cA FALSE is written out')
  return { ca, pathLength: second === undefined ? null : readSmallInteger(second, 'pathLenConstraint') }
}

const KEY_USAGE_NAMES = new Map<number, KeyUsageName>(
  Object.entries(KEY_USAGE_BITS).map(([name, bit]) => [bit, name as KeyUsageName]),
)

/** §4.2.1.3: names of the bits set, unknown ones as "bit n"; null when the extension is absent. @throws DerError */
export function readKeyUsage(certificate: Certificate): readonly string[] | null {
  const extension = certificate.extensions.get(OID['id-ce-keyUsage'])
  if (extension === undefined) return null
  const { bytes } = readBitString(readDer(extension.value), 'keyUsage')
  const names: string[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if ((bytes[bit >> 3] as number) & (0x80 >> (bit & 7))) names.push(KEY_USAGE_NAMES.get(bit) ?? `bit ${bit}`)
  }
  return names
}

/** §4.2.1.12: dotted OIDs; null when the extension is absent. @throws DerError */
export function readExtendedKeyUsage(certificate: Certificate): readonly string[] | null {
  const extension = certificate.extensions.get(OID['id-ce-extKeyUsage'])
  if (extension === undefined) return null
  return readSequence(readDer(extension.value), 'extKeyUsage', 1, 32).map((node) => readOid(node, 'keyPurposeId'))
}

/** §4.2.1.6: rfc822Names, user principal names, and how many names of other kinds; null when the extension is absent. @throws DerError */
export function readSubjectAltName(certificate: Certificate): { emails: string[]; upns: string[]; others: number } | null {
  const extension = certificate.extensions.get(OID['id-ce-subjectAltName'])
  if (extension === undefined) return null
  const names = readSequence(readDer(extension.value), 'subjectAltName', 1, 64)
  const emails = names
    .filter((node) => node.tag === contextTag(1, false))
    .map((node) => Buffer.from(node.value).toString('latin1'))
  const upns = names.map(readUpn).filter((upn) => upn !== null)
  return { emails, upns, others: names.length - emails.length - upns.length }
}

/** OtherName ::= [0] IMPLICIT SEQUENCE { type-id, value [0] EXPLICIT }; null for names of other kinds, and for a UPN of another string type. */
function readUpn(name: DerNode): string | null {
  const [type, value] = name.tag === contextTag(0) ? name.children : []
  if (type?.tag !== TAG.oid || readOid(type, 'type-id') !== OID['ms-userPrincipalName'] || value?.tag !== contextTag(0))
    return null
  const text = onlyChild(value, 'userPrincipalName')
  return text?.tag === TAG.utf8String ? readText(text) : null
}

/** §4.2.1.4: policy identifiers, qualifiers left aside; null when the extension is absent. @throws DerError */
export function readCertificatePolicies(certificate: Certificate): readonly string[] | null {
  const extension = certificate.extensions.get(OID['id-ce-certificatePolicies'])
  if (extension === undefined) return null
  return readSequence(readDer(extension.value), 'certificatePolicies', 1, 64).map((node) =>
    readOid(readSequence(node, 'PolicyInformation', 1, 2)[0], 'policyIdentifier'),
  )
}

/** §4.2.1.13: the addresses of all fullNames. @throws DerError */
export function readCrlUrls(certificate: Certificate): readonly string[] {
  const extension = certificate.extensions.get(OID['id-ce-cRLDistributionPoints'])
  if (extension === undefined) return []
  const points = readSequence(readDer(extension.value), 'cRLDistributionPoints', 1, 16)
  return points.flatMap((point) => {
    const [fullName] = point.children.find((field) => field.tag === contextTag(0))?.children ?? []
    return fullName?.tag === contextTag(0) ? fullName.children.flatMap(urlOf) : []
  })
}

/** §4.2.2.1: addresses by dotted access method. @throws DerError */
export function readAccessUrls(certificate: Certificate, method: 'id-ad-ocsp' | 'id-ad-caIssuers'): readonly string[] {
  const extension = certificate.extensions.get(OID['id-pe-authorityInfoAccess'])
  if (extension === undefined) return []
  return readSequence(readDer(extension.value), 'authorityInfoAccess', 1, 16).flatMap((description) => {
    const [accessMethod, location] = readSequence(description, 'AccessDescription', 2, 2)
    return location !== undefined && readOid(accessMethod, 'accessMethod') === OID[method] ? urlOf(location) : []
  })
}

const urlOf = (name: DerNode): string[] => (name.tag === contextTag(6, false) ? [Buffer.from(name.value).toString('latin1')] : [])

/** §4.2.1.1: keyIdentifier; null when the extension is absent or names the issuer in another way. @throws DerError */
export function readAuthorityKeyIdentifier(certificate: Certificate): Bytes | null {
  const extension = certificate.extensions.get(OID['id-ce-authorityKeyIdentifier'])
  if (extension === undefined) return null
  const members = readSequence(readDer(extension.value), 'authorityKeyIdentifier', 0, 3)
  return members.find((field) => field.tag === contextTag(0, false))?.value ?? null
}

/** §4.2.1.2; null when absent. @throws DerError */
export function readSubjectKeyIdentifier(certificate: Certificate): Bytes | null {
  const extension = certificate.extensions.get(OID['id-ce-subjectKeyIdentifier'])
  return extension === undefined ? null : readOctetString(readDer(extension.value), 'subjectKeyIdentifier')
}

/** PEM (RFC 7468), with a newline at the end. */
export const toPem = (label: 'CERTIFICATE' | 'X509 CRL' | 'PUBLIC KEY', der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

function bytesOf(node: DerNode | undefined): Bytes {
  if (node === undefined) throw new DerError('der', 'a field is missing')
  return node.bytes
}
