/**
 * PKCS#10 certification requests (RFC 2986): strict reading of what the phone returns, and writing of the dummy that it is sent.
 *
 * The reader gives the raw bytes of every part (signed info, subject, key, attributes): what is compared, verified and copied into a
 * certificate is always these bytes. Caps on size, number of values and depth apply before anything else, because a small request
 * made of tiny values costs other parsers hundreds of signature checks. Anything that is not exactly one DER PKCS#10 of version 0
 * ends in DerError.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import {
  type Bytes,
  bitString,
  compareEncodings,
  context,
  contextTag,
  DerError,
  type DerLimits,
  type DerNode,
  expectTag,
  integer,
  isPrintableText,
  nul,
  oid,
  printableString,
  readBitOctets,
  readBoolean,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
  seq,
  setOf,
  TAG,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { type Rdns, readName } from './name.ts'
import { checkSpkiForm } from './spki.ts'

export const CSR_LIMITS: DerLimits = { maxBytes: 8192, maxNodes: 200, maxDepth: 12 }

export interface Csr {
  /** The whole request. */
  bytes: Bytes
  /** CertificationRequestInfo: what the signature covers. */
  info: Bytes
  /** RDNSequence. */
  subject: Bytes
  /** The same, read. */
  rdns: Rdns
  /** SubjectPublicKeyInfo, not yet looked into. */
  spki: Bytes
  attributes: readonly CsrAttribute[]
  /** `[0]` with all of them, raw. */
  attributesDer: Bytes
  /** AlgorithmIdentifier of the self-signature. */
  signatureAlgorithm: Bytes
  signature: Bytes
}

export interface CsrAttribute {
  oid: string
  values: readonly DerNode[]
}

/** Reads one PKCS#10. Throws DerError. */
export function readCsr(der: Bytes, limits: DerLimits = CSR_LIMITS): Csr {
  const root = readDer(der, limits)
  const [info, algorithm, signature] = readSequence(root, 'CertificationRequest', 3, 3)
  const [version, subject, spki, attributes] = readSequence(info, 'CertificationRequestInfo', 4, 4)
  if (readSmallInteger(version, 'version') !== 0) throw new DerError('der', 'version is not 0')
  const rdns = readName(subject, 'subject')
  for (const { value } of rdns.flat()) {
    if (!SUBJECT_STRINGS.has(value.tag)) throw new DerError('der', `subject has a value of type ${value.tag.toString(16)}`)
  }
  checkSpkiForm(spki)
  readOid(readSequence(algorithm, 'signatureAlgorithm', 1, 2)[0], 'algorithm')
  return {
    bytes: der,
    info: (info as DerNode).bytes,
    subject: (subject as DerNode).bytes,
    rdns,
    spki: (spki as DerNode).bytes,
    attributes: readAttributes(attributes),
    attributesDer: (attributes as DerNode).bytes,
    signatureAlgorithm: (algorithm as DerNode).bytes,
    signature: readBitOctets(signature, 'signature'),
  }
}

/** String types RFC 5280 leaves for new names, and IA5String of e-mail addresses and domain components. */
const SUBJECT_STRINGS = new Set<number>([TAG.utf8String, TAG.printableString, TAG.ia5String, TAG.numericString])

/** `[0] IMPLICIT SET OF Attribute`, required by RFC 2986 even when empty. */
function readAttributes(node: DerNode | undefined): CsrAttribute[] {
  const set = expectTag(node, contextTag(0), 'attributes').children
  return set.map((attribute, i) => {
    const before = set[i - 1]
    if (before !== undefined && compareEncodings(before.bytes, attribute.bytes) > 0)
      throw new DerError('der', 'attributes out of order')
    const [type, values] = readSequence(attribute, 'attribute', 2, 2)
    return { oid: readOid(type, 'attribute type'), values: readSet(values, 'attribute values', 1) }
  })
}

/** Signature algorithms a self-signature may have, by their exact AlgorithmIdentifier (RFC 4055, RFC 5758). */
const SIGNATURE_ALGORITHMS: { name: string; kty: 'RSA' | 'EC'; hash: string; der: Buffer }[] = [
  { name: 'sha256WithRSAEncryption', kty: 'RSA', hash: 'sha256', der: seq(oid(OID.sha256WithRSAEncryption), nul()) },
  { name: 'sha384WithRSAEncryption', kty: 'RSA', hash: 'sha384', der: seq(oid(OID.sha384WithRSAEncryption), nul()) },
  { name: 'sha512WithRSAEncryption', kty: 'RSA', hash: 'sha512', der: seq(oid(OID.sha512WithRSAEncryption), nul()) },
  { name: 'ecdsa-with-SHA256', kty: 'EC', hash: 'sha256', der: seq(oid(OID['ecdsa-with-SHA256'])) },
  { name: 'ecdsa-with-SHA384', kty: 'EC', hash: 'sha384', der: seq(oid(OID['ecdsa-with-SHA384'])) },
]
export type CsrSignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number]

/** The allowed algorithm a request is signed with, or null. */
export function findSignatureAlgorithm(csr: Csr): CsrSignatureAlgorithm | null {
  return SIGNATURE_ALGORITHMS.find((algorithm) => algorithm.der.equals(csr.signatureAlgorithm)) ?? null
}

export const ALLOWED_CSR_ALGORITHMS = SIGNATURE_ALGORITHMS.map((algorithm) => algorithm.name).join(', ')

/** True if the request is signed with `key`. */
export function verifyCsr(csr: Csr, algorithm: CsrSignatureAlgorithm, key: KeyObject): boolean {
  try {
    return verify(algorithm.hash, csr.info, key, csr.signature)
  } catch {
    return false
  }
}

/** One extension asked for in an extensionRequest. */
export interface RequestedExtension {
  oid: string
  critical: boolean
}

/**
 * The extensions of a request that carries one well-formed extensionRequest (RFC 2985 5.4.2) and nothing else; null for any other
 * set of attributes. Only for saying what was asked: extensions of a request are never copied into a certificate.
 */
export function readRequestedExtensions(csr: Csr): RequestedExtension[] | null {
  const [attribute] = csr.attributes
  if (csr.attributes.length !== 1 || attribute === undefined || attribute.values.length !== 1) return null
  if (attribute.oid !== OID.extensionRequest && attribute.oid !== OID['ms-CertExtensions']) return null
  try {
    return readSequence(attribute.values[0], 'Extensions', 1).map((extension) => {
      const members = readSequence(extension, 'Extension', 2, 3)
      const critical = members.length === 3 && readBoolean(members[1], 'critical')
      if (members.length === 3 && !critical) throw new DerError('der', 'critical FALSE written out')
      readOctetString(members[members.length - 1], 'extnValue')
      return { oid: readOid(members[0], 'extnID'), critical }
    })
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

/**
 * RFC 2985 §5.4.1: a DirectoryString, PrintableString "whenever possible", else UTF8String. As SCEP CAs want it (RFC 8894 §2.4).
 * @throws RangeError for an empty one or one of more than 255 characters (pkcs-9-ub-challengePassword)
 */
export function challengePassword(challenge: string): Buffer<ArrayBuffer> {
  const { length } = [...challenge]
  if (length === 0 || length > MAX_CHALLENGE_CHARACTERS) throw new RangeError(`a challenge of ${length} characters`)
  const value = isPrintableText(challenge) ? printableString(challenge) : utf8String(challenge)
  return seq(oid(OID.challengePassword), setOf(value))
}

export const MAX_CHALLENGE_CHARACTERS = 255

/**
 * The dummy of a provision command: true subject, throw-away key, signed with SHA-256 (protocol note 5.1). Without attributes, but for a
 * challenge that the CA gave out for one certificate.
 */
export function encodeCsr(
  subject: Uint8Array,
  spki: Uint8Array,
  privateKey: KeyObject,
  challenge: string | null = null,
): Buffer<ArrayBuffer> {
  const attributes = challenge === null ? context(0) : context(0, challengePassword(challenge))
  const info = seq(integer(0), subject, spki, attributes)
  const algorithm =
    privateKey.asymmetricKeyType === 'ec' ? seq(oid(OID['ecdsa-with-SHA256'])) : seq(oid(OID.sha256WithRSAEncryption), nul())
  return seq(info, algorithm, bitString(sign('sha256', info, privateKey)))
}
