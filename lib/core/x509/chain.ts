/**
 * The chain of an issuer, from the certificate that signs leaves up to the anchor that was pinned when the CA was set up.
 *
 * RFC 5280 §6.1 for the one path there is: names chain, each signature verifies, everything above the leaf is a CA that may sign
 * certificates, path lengths hold. It is checked once when the issuer is opened; per certificate only the window of time remains to be
 * looked at. The anchor is trusted because it was configured: no chain that arrives with an answer is ever looked at.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Bytes, DerError } from '../asn1/der.ts'
import { CodedError } from '../errors.ts'
import { type Certificate, parseCertificate, readBasicConstraints, readKeyUsage, sameBytes } from './certificate.ts'
import { verifySigned } from './signature-algorithms.ts'

/** Stored chain and certificate do not make a chain. */
export class ChainError extends CodedError<'chain'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('chain', message, options)
  }
}

export interface Chain {
  /** The certificate that signs leaves. */
  signer: Certificate
  signerKey: KeyObject
  /** The time in which every certificate of the chain is valid. */
  notBefore: Date
  notAfter: Date
}

/**
 * @param certificates the signing certificate first, the anchor last; just one where the anchor signs leaves itself
 * @throws ChainError
 */
export function openChain(certificates: readonly Bytes[]): Chain {
  const parsed = certificates.map((der, index) => {
    try {
      return parseCertificate(der)
    } catch (cause) {
      if (cause instanceof DerError) throw new ChainError(`certificate ${index + 1} of the chain: ${cause.message}`, { cause })
      throw cause
    }
  })
  const signer = parsed[0]
  if (signer === undefined) throw new ChainError('the chain is empty')
  const keys = parsed.map((certificate) => createPublicKey({ key: Buffer.from(certificate.spki), format: 'der', type: 'spki' }))
  for (const [depth, certificate] of parsed.entries()) {
    const where = `certificate ${depth + 1} of the chain`
    const constraints = readBasicConstraints(certificate)
    // §6.1.4 (k), (m), (n). The number of CA certificates below this one that are not self-issued is its depth.
    if (constraints?.ca !== true) throw new ChainError(`${where} is not a CA's`)
    if (constraints.pathLength !== null && constraints.pathLength < depth)
      throw new ChainError(`${where} allows no chain this long`)
    if (readKeyUsage(certificate)?.includes('keyCertSign') === false) throw new ChainError(`${where} may not sign certificates`)
    const above = parsed[depth + 1]
    const aboveKey = keys[depth + 1]
    if (above === undefined || aboveKey === undefined) continue
    if (!sameBytes(certificate.issuer, above.subject)) throw new ChainError(`${where} names another issuer than the next one`)
    if (!verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, aboveKey))
      throw new ChainError(`${where} is not signed by the next one`)
  }
  return {
    signer,
    signerKey: keys[0] as KeyObject,
    notBefore: new Date(Math.max(...parsed.map((certificate) => certificate.notBefore.getTime()))),
    notAfter: new Date(Math.min(...parsed.map((certificate) => certificate.notAfter.getTime()))),
  }
}
