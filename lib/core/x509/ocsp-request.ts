/**
 * Strict reader of OCSP requests (RFC 6960 §4.1), as anybody on the internet may send them.
 *
 * The whole must be DER and small; how many certificates one request may name, and how long a nonce may be, is bounded. A CertID is kept as
 * the bytes it came in, because the response repeats it and a cached response is found by it. What cannot be read is
 * `malformedRequest` to the asker (ocsp-response.ts), nothing else. A signature on the request is allowed and not looked at: status is
 * told to everybody (§2.3 sigRequired is not used).
 */
import { createHash } from 'node:crypto'
import {
  type Bytes,
  context,
  contextTag,
  DerError,
  type DerLimits,
  type DerNode,
  nul,
  octetString,
  oid,
  readBitOctets,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readUnsignedBytes,
  seq,
  unsignedInteger,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { type Certificate, sameBytes } from './certificate.ts'
import { onlyChild, readExtensionList } from './extension-list.ts'
import { serialFromHex, serialToHex } from './tbs.ts'

export interface CertId {
  /** DER as asked. */
  bytes: Bytes
  hash: CertIdHash
  issuerNameHash: Bytes
  issuerKeyHash: Bytes
  /** Lower-case hex without leading zeros. */
  serialNumber: string
}

export interface OcspRequest {
  certIds: readonly CertId[]
  /** The value of the nonce extension: an OCTET STRING, DER. Null: none was sent. */
  nonce: Bytes | null
}

export type CertIdHash = 'sha1' | 'sha256'

/** §4.1.1 hashAlgorithm. SHA-1 is what most clients send (RFC 5019 §2.1.1); it only names the issuer here and proves nothing. */
const HASHES: ReadonlyMap<string, CertIdHash> = new Map([
  [OID['id-sha1'], 'sha1'],
  [OID['id-sha256'], 'sha256'],
])

/** A request for one certificate has some 80 octets, with a signature and its certificate 2 kB. */
export const MAX_OCSP_REQUEST_BYTES = 8_192
const LIMITS: DerLimits = { maxBytes: MAX_OCSP_REQUEST_BYTES, maxNodes: 600, maxDepth: 16, legacyStrings: true }
export const MAX_CERT_IDS = 20
/** RFC 9654 §2.1: 1 to 128 octets. */
const MAX_NONCE = 128

/** @throws DerError */
export function readOcspRequest(der: Bytes): OcspRequest {
  const [tbsNode, signature] = readSequence(readDer(der, LIMITS), 'OCSPRequest', 1, 2)
  if (signature !== undefined && signature.tag !== contextTag(0)) throw new DerError('der', 'unexpected field in OCSPRequest')
  const fields = [...readSequence(tbsNode, 'TBSRequest', 1, 4)]
  const take = (tag: number): DerNode | undefined => (fields[0]?.tag === tag ? fields.shift() : undefined)
  const version = take(contextTag(0))
  if (version !== undefined && readSmallInteger(onlyChild(version, 'version'), 'version') !== 0)
    throw new DerError('der', 'not a version 1 request')
  take(contextTag(1))
  const list = readSequence(fields.shift(), 'requestList', 1, MAX_CERT_IDS)
  const extensions = take(contextTag(2))
  if (fields.length > 0) throw new DerError('der', 'unexpected field in TBSRequest')
  return { certIds: list.map(readRequest), nonce: extensions === undefined ? null : readNonce(extensions) }
}

function readRequest(node: DerNode): CertId {
  const [certId, extensions] = readSequence(node, 'Request', 1, 2)
  // serviceLocator, the one extension that is defined here (§4.4.6), asks to be passed on to somebody else.
  if (extensions !== undefined) {
    if (extensions.tag !== contextTag(0)) throw new DerError('der', 'unexpected field in Request')
    readKnown(extensions, null)
  }
  return readCertId(certId)
}

/** §4.1.1 CertID, in requests and in responses. @throws DerError */
export function readCertId(certId: DerNode | undefined): CertId {
  const members = readSequence(certId, 'CertID', 4, 4)
  const hash = HASHES.get(readOid(readSequence(members[0], 'hashAlgorithm', 1, 2)[0], 'hashAlgorithm'))
  if (hash === undefined) throw new DerError('der', 'CertID with another hash algorithm than SHA-1 and SHA-256')
  const serial = readUnsignedBytes(members[3], 'serialNumber')
  if (serial.length > 20) throw new DerError('der', 'serialNumber out of range')
  return {
    bytes: (certId as DerNode).bytes,
    hash,
    issuerNameHash: readOctetString(members[1], 'issuerNameHash'),
    issuerKeyHash: readOctetString(members[2], 'issuerKeyHash'),
    serialNumber: serialToHex(serial),
  }
}

/** RFC 5280 §4.2: what is critical and not `known` here must not be passed over. */
function readKnown(node: DerNode, known: string | null): Bytes | null {
  const extensions = readExtensionList(node, 16)
  const strange = [...extensions].find(([id, { critical }]) => critical && id !== known)
  if (strange !== undefined) throw new DerError('der', `unknown critical extension ${strange[0]}`)
  return known === null ? null : (extensions.get(known)?.value ?? null)
}

function readNonce(node: DerNode): Bytes | null {
  const value = readKnown(node, OID['id-pkix-ocsp-nonce'])
  if (value === null) return null
  const nonce = readOctetString(readDer(value), 'nonce')
  if (nonce.length < 1 || nonce.length > MAX_NONCE) throw new DerError('der', `nonce of ${nonce.length} octets`)
  return value
}

/**
 * A request about one certificate (§4.1.1), unsigned. @param nonce at least 16 octets (RFC 9654 §2.1)
 */
export const encodeOcspRequest = (
  issuer: Pick<Certificate, 'subject' | 'spki'>,
  serialNumber: string,
  nonce: Uint8Array,
): Bytes => {
  const { name, key } = hashIssuer(issuer).sha1
  const certId = seq(
    seq(oid(OID['id-sha1']), nul()),
    octetString(name),
    octetString(key),
    unsignedInteger(serialFromHex(serialNumber)),
  )
  const extension = seq(oid(OID['id-pkix-ocsp-nonce']), octetString(octetString(nonce)))
  return seq(seq(seq(seq(certId)), context(2, seq(extension))))
}

/** What stands in a CertID about an issuer, for both hashes. */
export type IssuerHashes = Readonly<Record<CertIdHash, { name: Uint8Array; key: Uint8Array }>>

/** §4.1.1: over the issuer's Name, and over the value of its subjectPublicKey BIT STRING without tag, length and unused bits. */
export function hashIssuer({ subject, spki }: Pick<Certificate, 'subject' | 'spki'>): IssuerHashes {
  const key = readBitOctets(readSequence(readDer(spki), 'SubjectPublicKeyInfo', 2, 2)[1], 'subjectPublicKey')
  const both = (hash: CertIdHash) => ({
    name: createHash(hash).update(subject).digest(),
    key: createHash(hash).update(key).digest(),
  })
  return { sha1: both('sha1'), sha256: both('sha256') }
}

/** True if the CertID asks about a certificate of that issuer. */
export const isCertIdOf = (certId: CertId, issuer: IssuerHashes): boolean =>
  sameBytes(certId.issuerNameHash, issuer[certId.hash].name) && sameBytes(certId.issuerKeyHash, issuer[certId.hash].key)
