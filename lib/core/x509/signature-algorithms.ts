/** Signature algorithms accepted in certificates and CRLs. No SHA-1, no MD5, no PSS (whose parameters are a second language). */
import { type KeyObject, verify } from 'node:crypto'
import { OID } from '../asn1/oids.ts'

interface SignatureAlgorithm {
  digest: 'sha256' | 'sha384' | 'sha512'
  keyType: 'rsa' | 'ec'
}

const SIGNATURE_ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [OID.sha256WithRSAEncryption, { digest: 'sha256', keyType: 'rsa' }],
  [OID.sha384WithRSAEncryption, { digest: 'sha384', keyType: 'rsa' }],
  [OID.sha512WithRSAEncryption, { digest: 'sha512', keyType: 'rsa' }],
  [OID['ecdsa-with-SHA256'], { digest: 'sha256', keyType: 'ec' }],
  [OID['ecdsa-with-SHA384'], { digest: 'sha384', keyType: 'ec' }],
  [OID['ecdsa-with-SHA512'], { digest: 'sha512', keyType: 'ec' }],
])

export const isAcceptedSignatureAlgorithm = (dottedOid: string): boolean => SIGNATURE_ALGORITHMS.has(dottedOid)

/** True if `signature` over `signed` verifies with `key` under the algorithm named; false for an algorithm or key type not accepted. */
export function verifySigned(dottedOid: string, signed: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  const algorithm = SIGNATURE_ALGORITHMS.get(dottedOid)
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.keyType) return false
  return verify(algorithm.digest, signed, key, signature)
}
