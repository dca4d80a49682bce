/**
 * Digests and content encryption of CMS messages as SCEP uses them (RFC 8894 §2.9, §3.5.2).
 *
 * What is not in these tables is not read and not written. SHA-1, Triple-DES and DES are `legacy`: taken from a CA and used towards it only
 * where its connection says so, because nothing else would make them go away.
 */
import { nul, oid, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'

export interface DigestAlgorithm {
  name: 'SHA-512' | 'SHA-384' | 'SHA-256' | 'SHA-1'
  oid: string
  hash: 'sha512' | 'sha384' | 'sha256' | 'sha1'
  /** The signatureAlgorithm that names this digest; rsaEncryption is taken as well (RFC 3370 §3.2). */
  withRsa: string
  legacy: boolean
}

export const DIGESTS: readonly DigestAlgorithm[] = [
  { name: 'SHA-256', oid: OID['id-sha256'], hash: 'sha256', withRsa: OID.sha256WithRSAEncryption, legacy: false },
  { name: 'SHA-384', oid: OID['id-sha384'], hash: 'sha384', withRsa: OID.sha384WithRSAEncryption, legacy: false },
  { name: 'SHA-512', oid: OID['id-sha512'], hash: 'sha512', withRsa: OID.sha512WithRSAEncryption, legacy: false },
  { name: 'SHA-1', oid: OID['id-sha1'], hash: 'sha1', withRsa: OID.sha1WithRSAEncryption, legacy: true },
]

export interface CipherAlgorithm {
  name: 'AES-128' | 'AES-192' | 'AES-256' | 'DES3' | 'DES'
  oid: string
  /** OpenSSL's name. */
  cipher: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc'
  keyBytes: number
  blockBytes: number
  legacy: boolean
}

export const CIPHERS: readonly CipherAlgorithm[] = [
  { name: 'AES-128', oid: OID['id-aes128-CBC'], cipher: 'aes-128-cbc', keyBytes: 16, blockBytes: 16, legacy: false },
  { name: 'AES-192', oid: OID['id-aes192-CBC'], cipher: 'aes-192-cbc', keyBytes: 24, blockBytes: 16, legacy: false },
  { name: 'AES-256', oid: OID['id-aes256-CBC'], cipher: 'aes-256-cbc', keyBytes: 32, blockBytes: 16, legacy: false },
  { name: 'DES3', oid: OID['des-ede3-cbc'], cipher: 'des-ede3-cbc', keyBytes: 24, blockBytes: 8, legacy: true },
  // OpenSSL 3 has no single DES: it is EDE with the same key three times.
  { name: 'DES', oid: OID['des-cbc'], cipher: 'des-ede3-cbc', keyBytes: 8, blockBytes: 8, legacy: true },
]

export const findDigest = (dottedOid: string): DigestAlgorithm | undefined => DIGESTS.find((known) => known.oid === dottedOid)
export const findCipher = (dottedOid: string): CipherAlgorithm | undefined => CIPHERS.find((known) => known.oid === dottedOid)

/** The key as OpenSSL's cipher takes it. */
export const cipherKey = (algorithm: CipherAlgorithm, key: Uint8Array): Uint8Array =>
  algorithm.name === 'DES' ? Buffer.concat([key, key, key]) : key

export const digestIdentifier = (digest: DigestAlgorithm): Uint8Array => seq(oid(digest.oid), nul())
