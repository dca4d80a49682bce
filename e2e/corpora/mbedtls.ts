/** The Mbed TLS cases of PKCS#10 (e2e/vectors/mbedtls-csr), and what the portal asks of a request on its own. */
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import type { CheckFailureCode } from '#lib/core/errors.ts'
import { findSignatureAlgorithm, readCsr, readRequestedExtensions, verifyCsr } from '#lib/core/x509/csr.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { publicKeyOf, readSpki } from '#lib/core/x509/spki.ts'
import { vectorFile } from '../builders/vendor-example.ts'

export interface CsrCase {
  title: string
  parses: boolean
  derHex: string
}

export const readCsrCases = (): CsrCase[] => JSON.parse(vectorFile('mbedtls-csr/csr-vectors.json').toString('utf8')).cases

/**
 * `accepted`, or the first reason against it, in the order of the checks (C20–C23): encoding, algorithm, key, own signature, attributes.
 * Whose key and subject it is cannot be asked of a request alone.
 */
export function judgeCsr(bytes: Bytes): 'accepted' | CheckFailureCode {
  try {
    const csr = readCsr(bytes)
    const algorithm = findSignatureAlgorithm(csr)
    if (algorithm === null) return 'csr_alg'
    const key = readSpki(csr.spki)
    if (findKeyWeakness(key) !== null) return 'weak_key'
    if (algorithm.kty !== key.kty) return 'csr_alg'
    if (!verifyCsr(csr, algorithm, publicKeyOf(csr.spki))) return 'csr_sig'
    if (csr.attributes.length === 0) return 'accepted'
    return readRequestedExtensions(csr) === null ? 'csr_attr' : 'csr_ext'
  } catch (error) {
    if (error instanceof DerError) return error.code
    throw error
  }
}
