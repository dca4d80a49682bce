/**
 * SignedData (RFC 5652 §5): one signer with signed attributes over a content, and the degenerate form that only carries certificates.
 *
 * Written: DER, version 1, signer named by issuer and serial number, RSASSA-PKCS1-v1_5 with the signatureAlgorithm rsaEncryption, which every
 * peer takes (RFC 3370 §3.2). Read: BER too, rsaEncryption or shaNWithRSA.
 *
 * A signature is only ever checked against a certificate the caller trusts already; certificates that come with the message are material
 * to choose from, never a reason to believe it.
 */
import { hash, type KeyObject, sign, verify } from 'node:crypto'
import {
  type Bytes,
  context,
  contextTag,
  type DerNode,
  expectTag,
  integer,
  nul,
  octetString,
  oid,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
  seq,
  setOf,
  TAG,
  tlv,
} from '../asn1/der.ts'
import { OID, oidName } from '../asn1/oids.ts'
import { sameBytes } from '../x509/certificate.ts'
import { type DigestAlgorithm, digestIdentifier, findDigest } from './algorithms.ts'
import { readBer } from './ber.ts'
import { CmsError } from './errors.ts'

/** How a CMS message names a certificate: raw Name and the INTEGER of its serial number. */
export interface CertificateName {
  issuer: Uint8Array
  /** Whole INTEGER value. */
  serial: Uint8Array
}

/** Issuer and serial number as they stand in a certificate, whatever else is in it. @throws DerError */
export function nameOfCertificate(root: DerNode): CertificateName & { spki: Bytes; tbs: readonly DerNode[] } {
  const tbs = readSequence(readSequence(root, 'Certificate', 3, 3)[0], 'TBSCertificate', 6, 10)
  const fields = tbs[0]?.tag === contextTag(0) ? tbs.slice(1) : tbs
  const serial = expectTag(fields[0], TAG.integer, 'serialNumber')
  const issuer = expectTag(fields[2], TAG.sequence, 'issuer')
  const spki = expectTag(fields[5], TAG.sequence, 'subjectPublicKeyInfo')
  return { issuer: issuer.bytes, serial: serial.bytes, spki: spki.bytes, tbs: fields }
}

export interface Attribute {
  /** Dotted. */
  type: string
  /** One value, whole. */
  value: Uint8Array
}

export interface ContentInfo {
  type: string
  /** The content, inside the [0]. */
  content: DerNode
}

/** RFC 5652 §3. @throws DerError */
export function readContentInfo(bytes: Bytes): ContentInfo {
  const [type, wrapped] = readSequence(readBer(bytes), 'ContentInfo', 2, 2)
  const [content] = expectTag(wrapped, contextTag(0), 'content').children
  if (content === undefined || wrapped?.children.length !== 1) throw new CmsError('form', 'the content is missing')
  return { type: readOid(type, 'contentType'), content }
}

export const encodeContentInfo = (type: string, content: Uint8Array): Buffer<ArrayBuffer> => seq(oid(type), context(0, content))

export interface SignerInfo {
  name: CertificateName
  digest: string
  signatureAlgorithm: string
  /** [0] as it came; empty children mean no signed attributes. */
  signedAttributes: DerNode | null
  signature: Bytes
}

export interface SignedData {
  /** Null: absent, as in the degenerate form. */
  content: Bytes | null
  contentType: string
  /** X.509 certificates of the message, in its order. */
  certificates: readonly DerNode[]
  signers: readonly SignerInfo[]
}

const MAX_CERTIFICATES = 20

/** @throws DerError, CmsError */
export function readSignedData(bytes: Bytes): SignedData {
  const info = readContentInfo(bytes)
  if (info.type !== OID['id-signedData']) throw new CmsError('form', `it is ${oidName(info.type)}, not signedData`)
  const members = readSequence(info.content, 'SignedData', 4, 6)
  readSmallInteger(members[0], 'version')
  readSet(members[1], 'digestAlgorithms')
  const [contentType, wrapped] = readSequence(members[2], 'encapContentInfo', 1, 2)
  const certificates = members.find((member) => member.tag === contextTag(0))?.children ?? []
  if (certificates.length > MAX_CERTIFICATES) throw new CmsError('form', `it holds ${certificates.length} certificates`)
  return {
    content: wrapped === undefined ? null : readWrappedOctets(wrapped),
    contentType: readOid(contentType, 'eContentType'),
    // Attribute and other certificates ([0], [1], [2]) are nothing to us.
    certificates: certificates.filter((node) => node.tag === TAG.sequence),
    signers: readSet(members.at(-1), 'signerInfos', 0, 4).map(readSignerInfo),
  }
}

function readWrappedOctets(wrapped: DerNode): Bytes {
  const [content] = expectTag(wrapped, contextTag(0), 'eContent').children
  return readOctetString(content, 'eContent')
}

function readSignerInfo(node: DerNode): SignerInfo {
  const members = readSequence(node, 'SignerInfo', 5, 7)
  const [, sid, digest] = members
  const [issuer, serial] = readSequence(sid, 'issuerAndSerialNumber', 2, 2)
  const attributed = members[3]?.tag === contextTag(0)
  const [algorithm, signature] = members.slice(attributed ? 4 : 3)
  return {
    name: {
      issuer: expectTag(issuer, TAG.sequence, 'issuer').bytes,
      serial: expectTag(serial, TAG.integer, 'serialNumber').bytes,
    },
    digest: readOid(readSequence(digest, 'digestAlgorithm', 1, 2)[0], 'digestAlgorithm'),
    signedAttributes: attributed ? (members[3] as DerNode) : null,
    signatureAlgorithm: readOid(readSequence(algorithm, 'signatureAlgorithm', 1, 2)[0], 'signatureAlgorithm'),
    signature: readOctetString(signature, 'signature'),
  }
}

/** The one signer. @throws CmsError unless there is exactly one, with signed attributes */
export function soleSigner(signed: SignedData): SignerInfo & { signedAttributes: DerNode } {
  const [signer] = signed.signers
  if (signer === undefined) throw new CmsError('signature', 'it is not signed')
  if (signed.signers.length !== 1) throw new CmsError('form', `it has ${signed.signers.length} signers`)
  const { signedAttributes } = signer
  if (signedAttributes === null) throw new CmsError('signature', 'its signature covers no attributes')
  return { ...signer, signedAttributes }
}

export const isNamedBy = (name: CertificateName, certificate: CertificateName): boolean =>
  sameBytes(name.issuer, certificate.issuer) && sameBytes(name.serial, certificate.serial)

/** Attributes by type; each type once, with one value (RFC 5652 §5.3, §11). @throws DerError, CmsError */
export function readAttributes(node: DerNode): ReadonlyMap<string, DerNode> {
  const found = new Map<string, DerNode>()
  for (const member of node.children) {
    const [type, values] = readSequence(member, 'attribute', 2, 2)
    const name = readOid(type, 'attrType')
    if (found.has(name)) throw new CmsError('form', `the attribute ${oidName(name)} stands twice`)
    const [value] = readSet(values, oidName(name), 1, 1)
    found.set(name, value as DerNode)
  }
  return found
}

/**
 * Checks the one signature with a key that is trusted already, and the digest of the content (RFC 5652 §5.4, §5.6, §11.1, §11.2).
 *
 * @returns the signed attributes. @throws DerError, CmsError
 */
export function verifySignedData(signed: SignedData, key: KeyObject, legacy: boolean): ReadonlyMap<string, DerNode> {
  const signer = soleSigner(signed)
  const digest = findDigest(signer.digest)
  if (digest === undefined || (digest.legacy && !legacy))
    throw new CmsError('algorithm', `it is signed with ${digest?.name ?? oidName(signer.digest)}`)
  if (signer.signatureAlgorithm !== OID.rsaEncryption && signer.signatureAlgorithm !== digest.withRsa)
    throw new CmsError('algorithm', `its signature algorithm is ${oidName(signer.signatureAlgorithm)}`)
  if (key.asymmetricKeyType !== 'rsa') throw new CmsError('algorithm', 'its signer has no RSA key')
  // What is signed is the SET OF, not the [0] it travels in.
  const { signedAttributes } = signer
  const covered = Buffer.from(signedAttributes.bytes)
  covered[0] = TAG.set
  if (!verify(digest.hash, covered, key, signer.signature)) throw new CmsError('signature', 'its signature is wrong')
  const attributes = readAttributes(signedAttributes)
  const contentType = attributes.get(OID.contentType)
  if (contentType === undefined || readOid(contentType, 'contentType') !== signed.contentType)
    throw new CmsError('signature', 'its signature is for another type of content')
  const digestNode = attributes.get(OID.messageDigest)
  const content = signed.content ?? new Uint8Array()
  if (digestNode === undefined || !hash(digest.hash, content, 'buffer').equals(readOctetString(digestNode, 'messageDigest')))
    throw new CmsError('signature', 'its content is not what was signed')
  return attributes
}

export interface SignedDataFields {
  /** Null: no content at all, as in a failure or a pending answer. */
  content: Uint8Array | null
  /** Certificates to travel with it, DER. */
  certificates: readonly Uint8Array[]
  signer: { name: CertificateName; key: KeyObject; digest: DigestAlgorithm }
  /** contentType and messageDigest are added. */
  attributes: readonly Attribute[]
}

/** ContentInfo with SignedData over id-data. */
export function encodeSignedData({ content, certificates, signer, attributes }: SignedDataFields): Buffer<ArrayBuffer> {
  const { name, key, digest } = signer
  const all = [
    { type: OID.contentType, value: oid(OID['id-data']) },
    { type: OID.messageDigest, value: octetString(hash(digest.hash, content ?? new Uint8Array(), 'buffer')) },
    ...attributes,
  ].map(({ type, value }) => seq(oid(type), setOf(value)))
  const covered = setOf(...all)
  const signature = sign(digest.hash, covered, key)
  const carried = Buffer.from(covered)
  carried[0] = contextTag(0)
  const signerInfo = seq(
    integer(1),
    seq(name.issuer, name.serial),
    digestIdentifier(digest),
    carried,
    seq(oid(OID.rsaEncryption), nul()),
    octetString(signature),
  )
  return encodeContentInfo(
    OID['id-signedData'],
    seq(
      integer(1),
      setOf(digestIdentifier(digest)),
      content === null ? seq(oid(OID['id-data'])) : seq(oid(OID['id-data']), context(0, octetString(content))),
      ...(certificates.length === 0 ? [] : [certificateSet(certificates)]),
      setOf(signerInfo),
    ),
  )
}

/** [0] IMPLICIT CertificateSet, in DER order. */
function certificateSet(certificates: readonly Uint8Array[]): Uint8Array {
  const set = setOf(...certificates)
  set[0] = contextTag(0)
  return set
}

/** RFC 8894 §3.4: degenerate SignedData, certificates (or one CRL) and nothing else. */
export const encodeCertificates = (certificates: readonly Uint8Array[], crl?: Uint8Array): Buffer<ArrayBuffer> =>
  encodeContentInfo(
    OID['id-signedData'],
    seq(
      integer(1),
      setOf(),
      seq(oid(OID['id-data'])),
      ...(certificates.length === 0 ? [] : [certificateSet(certificates)]),
      ...(crl === undefined ? [] : [tlv(contextTag(1), crl)]),
      setOf(),
    ),
  )
