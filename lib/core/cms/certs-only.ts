/**
 * The degenerate SignedData that only carries certificates (RFC 5652 §5.1, RFC 8551 §3.8 "certs-only"): what EST answers with. Nothing in it is
 * signed, so nothing in it is believed: the caller holds each certificate against what is pinned.
 */
import {
  type Bytes,
  contextTag,
  DerError,
  type DerLimits,
  expectTag,
  readDer,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
  TAG,
} from '../asn1/der.ts'

/** 1.2.840.113549.1.7.2 */
const SIGNED_DATA = '1.2.840.113549.1.7.2'
const LIMITS: DerLimits = { maxBytes: 256 * 1024, maxNodes: 20_000, maxDepth: 32, legacyStrings: true }
const MAX_CERTIFICATES = 20

/** @returns each certificate's DER, in the message's order; none is an empty list. @throws DerError */
export function readCertsOnly(bytes: Bytes): Bytes[] {
  const [type, wrapped] = readSequence(readDer(bytes, LIMITS), 'ContentInfo', 2, 2)
  if (readOid(type, 'contentType') !== SIGNED_DATA) throw new DerError('der', 'it is not a signedData')
  const [signedData] = expectTag(wrapped, contextTag(0), 'content').children
  const members = readSequence(signedData, 'SignedData', 4, 6)
  readSmallInteger(members[0], 'version')
  readSet(members[1], 'digestAlgorithms')
  readSequence(members[2], 'encapContentInfo', 1, 2)
  const certificates = members.slice(3).find((member) => member.tag === contextTag(0))?.children ?? []
  if (certificates.length > MAX_CERTIFICATES) throw new DerError('size', `it holds ${certificates.length} certificates`)
  // Attribute certificates and other forms ([1], [2], [3]) are nothing to us.
  return certificates.filter((node) => node.tag === TAG.sequence).map((node) => new Uint8Array(node.bytes))
}
