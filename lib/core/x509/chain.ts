/**
 * The chain of an issuer, from the certificate that signs leaves up to the anchor that was pinned when the CA was set up.
 *
 * RFC 5280 §6.1 for the one path there is: names chain, each signature verifies, everything above the leaf is a CA that may sign
 * certificates, path lengths hold. It is checked once when the issuer is opened; per certificate only the window of time remains to be
 * looked at. The anchor is trusted because it was configured: no chain that arrives with an answer is ever looked at.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Bytes } from '../asn1/der.ts'
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
  const members = certificates.map((der, index) => readMember(der, `certificate ${index + 1} of the chain`))
  const [first] = members
  if (first === undefined) throw new ChainError('the chain is empty')
  for (const [depth, { where, certificate, constraints, usage }] of members.entries()) {
    // §6.1.4 (k), (m), (n). The number of CA certificates below this one that are not self-issued is its depth.
    if (constraints?.ca !== true) throw new ChainError(`${where} is not a CA's`)
    if (constraints.pathLength !== null && constraints.pathLength < depth)
      throw new ChainError(`${where} allows no chain this long`)
    if (usage?.includes('keyCertSign') === false) throw new ChainError(`${where} may not sign certificates`)
    const above = members[depth + 1]
    if (above === undefined) continue
    if (!sameBytes(certificate.issuer, above.certificate.subject))
      throw new ChainError(`${where} names another issuer than the next one`)
    if (!verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, above.key))
      throw new ChainError(`${where} is not signed by the next one`)
  }
  const parsed = members.map(({ certificate }) => certificate)
  return {
    signer: first.certificate,
    signerKey: first.key,
    notBefore: new Date(Math.max(...parsed.map((certificate) => certificate.notBefore.getTime()))),
    notAfter: new Date(Math.min(...parsed.map((certificate) => certificate.notAfter.getTime()))),
  }
}

/** All that is looked at in one certificate. What cannot be read in it (its form, its key, its extensions) is a fault of the chain. */
function readMember(der: Bytes, where: string) {
  try {
    const certificate = parseCertificate(der)
    return {
      where,
      certificate,
      key: createPublicKey({ key: Buffer.from(certificate.spki), format: 'der', type: 'spki' }),
      constraints: readBasicConstraints(certificate),
      usage: readKeyUsage(certificate),
    }
  } catch (cause) {
    throw new ChainError(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
