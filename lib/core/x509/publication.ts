/**
 * The names under which an issuer's certificates and CRLs are published, in one place: the certificates carry these addresses for
 * their whole life (RFC 5280 §4.2.1.13, §4.2.2.1), and app/pki answers to them.
 *
 * An issuer's name must not itself end in -root or -chain, nor be "ocsp"; `ISSUER_NAME` says so.
 */

/** Issuer names as they stand in addresses. */
export const ISSUER_NAME = /^(?!.*-(?:root|chain)$|ocsp$)[a-z0-9][a-z0-9-]{0,62}$/

export type PublishedKind =
  | 'crl'
  | 'root-crl'
  | 'certificate'
  | 'certificate-pem'
  | 'root-certificate'
  | 'root-certificate-pem'
  | 'chain-pem'

/** Longer endings first: "-root.crl" is also a ".crl". */
const ENDINGS: readonly (readonly [ending: string, kind: PublishedKind])[] = [
  ['-root.crl', 'root-crl'],
  ['-root.cer', 'root-certificate'],
  ['-root.pem', 'root-certificate-pem'],
  ['-chain.pem', 'chain-pem'],
  ['.crl', 'crl'],
  ['.cer', 'certificate'],
  ['.pem', 'certificate-pem'],
]

/** "certdesk-issuing-ca.crl" → issuer and kind; null for anything else. */
export function parsePublishedName(file: string): { issuer: string; kind: PublishedKind } | null {
  for (const [ending, kind] of ENDINGS) {
    if (!file.endsWith(ending)) continue
    const issuer = file.slice(0, -ending.length)
    return ISSUER_NAME.test(issuer) ? { issuer, kind } : null
  }
  return null
}

export const publishedName = (issuer: string, kind: PublishedKind): string =>
  `${issuer}${ENDINGS.find(([, candidate]) => candidate === kind)?.[0] ?? ''}`

/** Where the issuer's OCSP responder is (app/pki/ocsp). */
export const ocspUrl = (publicUrl: string, issuer: string): string => `${publicUrl.replace(/\/+$/, '')}/pki/ocsp/${issuer}`

/** @param publicUrl PUBLIC_URL, without a slash at the end */
export const publishedUrl = (publicUrl: string, issuer: string, kind: PublishedKind): string =>
  `${publicUrl.replace(/\/+$/, '')}/pki/${publishedName(issuer, kind)}`
