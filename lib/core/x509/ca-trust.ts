/**
 * Which of the certificates that a CA hands out are believed: those that lead to the anchor pinned in its configuration.
 *
 * The list comes unauthenticated (EST cacerts, SCEP GetCACert), in any order, with whatever else the CA likes to send (old anchors, rollover
 * certificates, an RA's). The pin names one certificate of it; every CA certificate that the pinned one signed, directly or through others of the
 * list, is a candidate, and the one that signs no other candidate is the one that signs leaves. Where two are left nobody may guess: the
 * sentence says to pin the issuing certificate itself.
 */
import { createHash, createPublicKey } from 'node:crypto'
import { type Bytes, DerError } from '../asn1/der.ts'
import { type Certificate, parseCertificate, readBasicConstraints, sameBytes } from './certificate.ts'
import { ChainError, openChain } from './chain.ts'
import { formatName } from './name.ts'
import { verifySigned } from './signature-algorithms.ts'

export type ChosenTrust =
  /** Signing certificate, and the chain from it up to and including the pinned one. */
  { ok: true; certificate: Bytes; chain: Bytes[] } | { ok: false; detail: string }

const failed = (detail: string): ChosenTrust => ({ ok: false, detail })

/** @param anchorSha256 hex, lower case */
export function chooseTrust(given: readonly Bytes[], anchorSha256: string): ChosenTrust {
  const anchor = given.find((der) => fingerprintOf(der) === anchorSha256)
  if (anchor === undefined) {
    const seen = given.map((der) => `${nameOf(der)} (${fingerprintOf(der)})`)
    return failed(
      seen.length === 0
        ? 'The CA gave no certificates.'
        : `None of the CA’s certificates is the pinned one. It gave: ${seen.slice(0, 5).join('; ')}${seen.length > 5 ? '; …' : ''}.`,
    )
  }
  const authorities = given.flatMap((der) => readAuthority(der) ?? [])
  const pinned = authorities.find((authority) => sameBytes(authority.der, anchor))
  if (pinned === undefined) return failed('The pinned certificate is not a CA certificate.')
  const paths = pathsBelow(pinned, authorities)
  const last = paths.filter((path) => !paths.some((other) => other !== path && other[1] === path[0]))
  const [path, ...others] = last
  if (path === undefined) return failed('No chain leads to the pinned certificate.')
  if (others.length > 0) {
    const names = last.map(([signer]) => `${nameOf((signer as Certificate).der)} (${fingerprintOf((signer as Certificate).der)})`)
    return failed(`Several CAs stand under the pinned certificate: ${names.join('; ')}. Pin the one that issues.`)
  }
  const chain = path.map(({ der }) => new Uint8Array(der))
  try {
    openChain(chain)
  } catch (error) {
    if (error instanceof ChainError) return failed(`The CA’s certificates make no chain: ${error.message}.`)
    throw error
  }
  return { ok: true, certificate: chain[0] as Bytes, chain }
}

/** From every CA certificate that leads to the pinned one, the way up to it; the pinned one alone comes first. */
function pathsBelow(pinned: Certificate, authorities: readonly Certificate[]): (readonly Certificate[])[] {
  const paths: (readonly Certificate[])[] = [[pinned]]
  // Grows while it is walked; a certificate has one way only, so it ends.
  for (const path of paths)
    for (const authority of authorities) {
      const above = path[0] as Certificate
      if (paths.some(([signer]) => signer === authority) || sameBytes(authority.subject, authority.issuer)) continue
      if (isSignedBy(authority, above)) paths.push([authority, ...path])
    }
  return paths
}

function isSignedBy(certificate: Certificate, above: Certificate): boolean {
  if (!sameBytes(certificate.issuer, above.subject)) return false
  const key = createPublicKey({ key: Buffer.from(above.spki), format: 'der', type: 'spki' })
  return verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, key)
}

/** Null for what is no CA certificate, or none that can be read: an RA's certificate is not in our way. */
function readAuthority(der: Bytes): Certificate | null {
  try {
    const certificate = parseCertificate(der)
    return readBasicConstraints(certificate)?.ca === true ? certificate : null
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex')

function nameOf(der: Bytes): string {
  try {
    return formatName(parseCertificate(der).subject)
  } catch (error) {
    if (error instanceof DerError) return 'a certificate that cannot be read'
    throw error
  }
}
