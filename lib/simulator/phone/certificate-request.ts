/**
 * PKCS#10 (RFC 2986): reads the portal's dummy request and writes the true one: the same subject octets and attributes, the
 * phone's own key, signed with that key. The published example has no attributes, and nothing says whether the real app keeps them.
 */
import type { Bytes } from './bytes.ts'
import { derBitString, derEcdsaSignature, derNull, derOid, derSequence, derValue, readChildren, readWhole } from './der.ts'
import { type NameAttribute, readName } from './distinguished-name.ts'
import { algOf, signBytes } from './keys.ts'

/** AlgorithmIdentifier of a signature: with NULL for RSA (RFC 4055 section 5), without parameters for ECDSA (RFC 5758 section 3.2). */
const SIGNATURE_ALGORITHMS = {
  RS256: derSequence(derOid('1.2.840.113549.1.1.11'), derNull()),
  ES256: derSequence(derOid('1.2.840.10045.4.3.2')),
  ES384: derSequence(derOid('1.2.840.10045.4.3.3')),
} as const

export interface CertificateRequest {
  /** The Name, octet for octet. */
  subject: Bytes
  subjectAttributes: NameAttribute[]
  /** SubjectPublicKeyInfo. */
  spki: Bytes
  /** Whole Attribute values. */
  attributes: Bytes[]
}

/** @throws Error with a sentence if the octets are not a PKCS#10 */
export function readCertificateRequest(der: Uint8Array): CertificateRequest {
  const [info, algorithm, signature] = readChildren(readWhole(der).value)
  if (!info || algorithm?.tag !== 0x30 || signature?.tag !== 0x03) throw new Error('This is not a PKCS#10 request.')
  const [version, subject, spki, attributes] = readChildren(info.value)
  if (version?.tag !== 0x02 || version.value.length !== 1 || version.value[0] !== 0)
    throw new Error('The PKCS#10 request is not of version 0.')
  if (subject?.tag !== 0x30 || spki?.tag !== 0x30) throw new Error('The PKCS#10 request has no subject or no key.')
  return {
    subject: subject.bytes,
    subjectAttributes: readName(subject.bytes),
    spki: spki.bytes,
    attributes: attributes?.tag === 0xa0 ? readChildren(attributes.value).map(({ bytes }) => bytes) : [],
  }
}

export interface NewRequest {
  subject: Uint8Array
  publicKey: CryptoKey
  /** Normally the private half of `publicKey`; a fault signs with another. */
  signer: CryptoKey
  /** Whole Attribute values, in the order of DER: those of the dummy, except for a fault. */
  attributes?: readonly Uint8Array[]
}

/** A PKCS#10 signed as the signer's kind of key does. */
export async function writeCertificateRequest({ subject, publicKey, signer, attributes = [] }: NewRequest): Promise<Bytes> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const version = new Uint8Array([0x02, 0x01, 0x00])
  const info = derSequence(version, subject, spki, derValue(0xa0, ...attributes))
  const alg = algOf(signer)
  const raw = await signBytes(signer, info)
  return derSequence(info, SIGNATURE_ALGORITHMS[alg], derBitString(alg === 'RS256' ? raw : derEcdsaSignature(raw)))
}
