/**
 * Certificate extensions as our own CA writes them (RFC 5280 §4.2). They come from the profile and from the CA's configuration, never from
 * the CSR: a phone that asks for CA:TRUE or for somebody else's UPN gets what its profile says (hostile-inputs F-C3, F-C4).
 *
 * Each function returns one whole Extension value. DEFAULT values are left out, as DER wants: `critical` FALSE and `cA` FALSE are absent.
 */
import { createHash } from 'node:crypto'
import {
  type Bytes,
  boolean,
  context,
  contextPrimitive,
  ia5String,
  integer,
  namedBits,
  nul,
  octetString,
  oid,
  readBitOctets,
  readDer,
  readSequence,
  seq,
  utf8String,
} from '../asn1/der.ts'
import { OID, type OidName } from '../asn1/oids.ts'
import type { ProfileDefinition } from '../enrollment/profile.ts'

/** What a profile says about the certificate. */
export type CertificateProfile = ProfileDefinition['certificate']
export type KeyUsageName = CertificateProfile['keyUsage'][number] | 'keyCertSign' | 'cRLSign'
/** What a profile may ask for, and what only the CA itself gives. */
export type ExtendedKeyUsageName = CertificateProfile['extendedKeyUsage'][number] | 'OCSPSigning'

/** RFC 5280 §4.2.1.3: bit numbers. */
export const KEY_USAGE_BITS = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const satisfies Record<KeyUsageName, number>

/**
 * The key usages that a key of that kind can have: an elliptic-curve key agrees on a key and never enciphers one (RFC 5480 §3 with RFC 8813),
 * an RSA key the other way round (RFC 3279 §2.3.1). A profile that lets the phone choose the kind says either word for "encryption".
 */
export function keyUsageForKey<N extends KeyUsageName>(names: readonly N[], keyType: 'rsa' | 'ec'): N[] {
  const [wrong, right] =
    keyType === 'ec' ? (['keyEncipherment', 'keyAgreement'] as const) : (['keyAgreement', 'keyEncipherment'] as const)
  return [...new Set(names.map((name) => (name === wrong ? (right as N) : name)))]
}

/** RFC 5280 §4.2.1.12; smart card logon is Microsoft's. */
export const EXTENDED_KEY_USAGE_OIDS = {
  clientAuth: OID['id-kp-clientAuth'],
  emailProtection: OID['id-kp-emailProtection'],
  smartcardLogon: OID['ms-smartcardLogon'],
  OCSPSigning: OID['id-kp-OCSPSigning'],
} as const satisfies Record<ExtendedKeyUsageName, string>

const extension = (name: OidName, critical: boolean, value: Uint8Array): Uint8Array =>
  critical ? seq(oid(OID[name]), boolean(true), octetString(value)) : seq(oid(OID[name]), octetString(value))

/** §4.2.1.9. Critical in end entity certificates too: whoever does not understand it must not take a leaf for a CA. */
export const basicConstraints = (ca: { pathLength: number | null } | null): Uint8Array => {
  if (ca === null) return extension('id-ce-basicConstraints', true, seq())
  const members = ca.pathLength === null ? [boolean(true)] : [boolean(true), integer(ca.pathLength)]
  return extension('id-ce-basicConstraints', true, seq(...members))
}

/** §4.2.1.3 */
export const keyUsage = (names: readonly KeyUsageName[]): Uint8Array =>
  extension('id-ce-keyUsage', true, namedBits(names.map((name) => KEY_USAGE_BITS[name])))

/** §4.2.1.12 */
export const extendedKeyUsage = (names: readonly ExtendedKeyUsageName[]): Uint8Array =>
  extension('id-ce-extKeyUsage', false, seq(...names.map((name) => oid(EXTENDED_KEY_USAGE_OIDS[name]))))

/**
 * The key identifier of a public key: leftmost 160 bits of SHA-256 over the BIT STRING's content (RFC 7093 §2 method 1, which §4.2.1.2
 * allows beside its own SHA-1 one).
 */
export function keyIdentifier(spki: Bytes): Uint8Array {
  const [, publicKey] = readSequence(readDer(spki), 'SubjectPublicKeyInfo', 2, 2)
  return createHash('sha256').update(readBitOctets(publicKey, 'subjectPublicKey')).digest().subarray(0, 20)
}

/** §4.2.1.2 */
export const subjectKeyIdentifier = (identifier: Uint8Array): Uint8Array =>
  extension('id-ce-subjectKeyIdentifier', false, octetString(identifier))

/** §4.2.1.1: by key identifier only. */
export const authorityKeyIdentifier = (identifier: Uint8Array): Uint8Array =>
  extension('id-ce-authorityKeyIdentifier', false, seq(contextPrimitive(0, identifier)))

const uniformResourceIdentifier = (url: string): Uint8Array => contextPrimitive(6, ia5Content(url))

/** §4.2.1.13: one DistributionPoint with one fullName. */
export const crlDistributionPoints = (url: string): Uint8Array =>
  extension('id-ce-cRLDistributionPoints', false, seq(seq(context(0, context(0, uniformResourceIdentifier(url))))))

/** §4.2.2.1: where the issuer's certificate is to be had, and where its OCSP responder is, if it has one. */
export const authorityInfoAccess = (urls: { caIssuers: string; ocsp: string | null }): Uint8Array =>
  extension(
    'id-pe-authorityInfoAccess',
    false,
    seq(
      ...(urls.ocsp === null ? [] : [seq(oid(OID['id-ad-ocsp']), uniformResourceIdentifier(urls.ocsp))]),
      seq(oid(OID['id-ad-caIssuers']), uniformResourceIdentifier(urls.caIssuers)),
    ),
  )

/** §4.2.1.4 without qualifiers; at least one. */
export const certificatePolicies = (policies: readonly string[]): Uint8Array =>
  extension('id-ce-certificatePolicies', false, seq(...policies.map((policy) => seq(oid(policy)))))

/**
 * §4.2.1.6: rfc822Name, and Microsoft's user principal name as otherName ([MS-WCCE] 2.2.2.7.7.4: a UTF8String). At least one of the two.
 *
 * @throws RangeError if `mailboxOf` would not take the address
 */
export const subjectAltName = ({ email, upn }: { email: string | null; upn: string | null }): Uint8Array =>
  extension(
    'id-ce-subjectAltName',
    false,
    seq(
      ...(email === null ? [] : [contextPrimitive(1, ia5Content(email))]),
      ...(upn === null ? [] : [context(0, oid(OID['ms-userPrincipalName']), context(0, utf8String(upn)))]),
    ),
  )

/** rfc822Name is a plain ASCII Mailbox (RFC 2821 §4.1.2); null if the address cannot be one. */
export const mailboxOf = (email: string): string | null => (/^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(email) ? email : null)

/** RFC 6960 §4.2.2.2.1: whoever trusts this responder need not ask whether it is revoked. */
export const ocspNoCheck = (): Uint8Array => extension('id-pkix-ocsp-nocheck', false, nul())

/** §5.2.3 */
export const crlNumber = (number: number): Uint8Array => extension('id-ce-cRLNumber', false, integer(number))

/** Content octets of an IA5String, for the implicitly tagged choices of GeneralName. */
const ia5Content = (text: string): Uint8Array => ia5String(text).subarray(contentStart(text.length))
const contentStart = (length: number): number => (length < 0x80 ? 2 : length < 0x100 ? 3 : 4)
