/**
 * Is this the certificate we asked for? Held against the request before anything a CA hands back is stored or sent to a phone, our own
 * CA's included (hostile-inputs F-S18): a CA that is broken, misconfigured or somebody else's must not put a certificate on a phone
 * that says something else than the profile.
 *
 * A table of checks, one line each, run in order; the first that fails names the fault. Nothing is thrown for bad certificates.
 */
import { type Bytes, DerError } from '../asn1/der.ts'
import { OID, oidName } from '../asn1/oids.ts'
import {
  type Certificate,
  parseCertificate,
  readAccessUrls,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readCertificatePolicies,
  readCrlUrls,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectAltName,
  readSubjectKeyIdentifier,
  sameBytes,
} from './certificate.ts'
import type { Chain } from './chain.ts'
import { type CertificateProfile, EXTENDED_KEY_USAGE_OIDS } from './extensions.ts'
import { type SubjectMatch, saysTheSame } from './same-name.ts'
import { isAcceptedSignatureAlgorithm, verifySigned } from './signature-algorithms.ts'

export const CERTIFICATE_FAULTS = [
  'der',
  'prepared',
  'public_key',
  'subject',
  'issuer',
  'signature_algorithm',
  'signature',
  'validity',
  'chain_validity',
  'basic_constraints',
  'key_usage',
  'extended_key_usage',
  'subject_alt_name',
  'certificate_policies',
  'authority_key_identifier',
  'publication',
  'critical_extension',
] as const
export type CertificateFault = (typeof CERTIFICATE_FAULTS)[number]

export interface CertificateExpectation {
  /** Raw Name and SubjectPublicKeyInfo of the CSR. */
  subject: Bytes
  spki: Uint8Array
  /** Whether the CA may write the subject in other string types; absent: its bytes must be the CSR's. */
  subjectMatch?: SubjectMatch
  profile: CertificateProfile
  /** The address and the user principal name asked for in subjectAltName, or null. */
  email: string | null
  upn: string | null
  /** What the certificate must say of its CRL, its OCSP responder and its issuer's certificate; absent: whatever the CA says. */
  publication?: { crl: string; ocsp: string; caIssuers: string }
  /** The whole TBS, where it was settled beforehand; null for a CA that makes its own. */
  tbs: Uint8Array | null
  /** By the database's clock. */
  now: Date
}

export type CertificateCheckResult =
  | { ok: true; certificate: Certificate }
  | { ok: false; fault: CertificateFault; detail: string }

/** Returns what is wrong, in words for staff, or null. */
type Check = (certificate: Certificate, expected: CertificateExpectation, chain: Chain) => string | null

const DAY_MS = 86_400_000
/** A remote CA may round validity up to whole days and back-date for clocks that are behind. */
const VALIDITY_SLACK_MS = 2 * DAY_MS
/**
 * How far a CA's clock may be from ours. `now` was read before the CA was asked, and a CA that does not back-date writes the second in which it
 * signed: without this its certificates would be refused whenever a second began meanwhile.
 */
export const CLOCK_TOLERANCE_MS = 120_000

const CHECKS: readonly (readonly [CertificateFault, Check])[] = [
  ['prepared', (c, e) => (e.tbs === null || sameBytes(c.tbs, e.tbs) ? null : 'it is not the certificate that was prepared')],
  ['public_key', (c, e) => (sameBytes(c.spki, e.spki) ? null : 'it is for another public key')],
  ['subject', checkSubject],
  ['issuer', (c, _e, chain) => (sameBytes(c.issuer, chain.signer.subject) ? null : 'it names another issuer')],
  [
    'signature_algorithm',
    (c) => (isAcceptedSignatureAlgorithm(c.signatureAlgorithm) ? null : `it is signed with ${oidName(c.signatureAlgorithm)}`),
  ],
  [
    'signature',
    (c, _e, chain) =>
      verifySigned(c.signatureAlgorithm, c.tbs, c.signature, chain.signerKey) ? null : "its signature is not the CA's",
  ],
  ['validity', checkValidity],
  [
    'chain_validity',
    (c, e, chain) => {
      if (e.now < chain.notBefore || e.now > chain.notAfter) return "the CA's own certificate is not valid now"
      return c.notAfter > chain.notAfter ? "it outlives the CA's own certificate" : null
    },
  ],
  ['basic_constraints', (c) => (readBasicConstraints(c)?.ca === true ? 'it is a CA certificate' : null)],
  ['key_usage', checkKeyUsage],
  ['extended_key_usage', checkExtendedKeyUsage],
  ['subject_alt_name', checkSubjectAltName],
  ['certificate_policies', checkPolicies],
  ['authority_key_identifier', checkAuthorityKeyIdentifier],
  ['publication', checkPublication],
  ['critical_extension', checkCriticalExtensions],
]

/**
 * @param chain opened from what was pinned for this CA, never from the answer
 */
export function checkCertificate(der: Bytes, expected: CertificateExpectation, chain: Chain): CertificateCheckResult {
  try {
    const certificate = parseCertificate(der)
    for (const [fault, check] of CHECKS) {
      const detail = check(certificate, expected, chain)
      if (detail !== null) return { ok: false, fault, detail }
    }
    return { ok: true, certificate }
  } catch (error) {
    if (error instanceof DerError)
      return { ok: false, fault: 'der', detail: `it is not a well-formed certificate: ${error.message}` }
    throw error
  }
}

/** Byte for byte, or by what it says: then nothing but string types may differ (same-name.ts). */
function checkSubject(certificate: Certificate, { subject, subjectMatch = 'exact' }: CertificateExpectation): string | null {
  if (sameBytes(certificate.subject, subject)) return null
  if (!saysTheSame(certificate.subject, subject)) return 'its subject is not the one of the PKCS#10'
  return subjectMatch === 'equivalent'
    ? null
    : 'its subject is not the one of the PKCS#10: the text is the same, the string types are others. If this CA may write subjects anew, an administrator sets “Subject in the certificate” of its connection to “same text”'
}

function checkValidity(certificate: Certificate, expected: CertificateExpectation): string | null {
  const { notBefore, notAfter } = certificate
  if (notBefore.getTime() - expected.now.getTime() > CLOCK_TOLERANCE_MS) return `it is valid only from ${notBefore.toISOString()}`
  if (expected.now > notAfter) return `it expired at ${notAfter.toISOString()}`
  const days = (notAfter.getTime() - notBefore.getTime()) / DAY_MS
  const allowed = expected.profile.validityDays
  if (notAfter.getTime() - notBefore.getTime() > allowed * DAY_MS + VALIDITY_SLACK_MS)
    return `it is valid for ${Math.round(days)} days; the profile says ${allowed}`
  return null
}

/** All that the profile asks for, and nothing that makes a CA of the phone. */
function checkKeyUsage(certificate: Certificate, expected: CertificateExpectation): string | null {
  const usage = readKeyUsage(certificate)
  if (usage === null) return 'it has no key usage'
  const missing = expected.profile.keyUsage.filter((name) => !usage.includes(name))
  if (missing.length > 0) return `its key usage lacks ${missing.join(', ')}`
  const extra = usage.filter((name) => name === 'keyCertSign' || name === 'cRLSign')
  return extra.length > 0 ? `its key usage allows ${extra.join(', ')}` : null
}

function checkExtendedKeyUsage(certificate: Certificate, expected: CertificateExpectation): string | null {
  const wanted = expected.profile.extendedKeyUsage.map((name) => EXTENDED_KEY_USAGE_OIDS[name] as string)
  const found = readExtendedKeyUsage(certificate)
  if (found === null) return wanted.length > 0 ? 'it has no extended key usage' : null
  const missing = wanted.filter((oid) => !found.includes(oid))
  if (missing.length > 0) return `its extended key usage lacks ${missing.map(oidName).join(', ')}`
  const extra = found.filter((oid) => !wanted.includes(oid))
  return extra.length > 0 ? `its extended key usage also has ${extra.map(oidName).join(', ')}` : null
}

/** No name may stand there that was not asked for: a mail server or a domain controller believes it. */
function checkSubjectAltName(certificate: Certificate, expected: CertificateExpectation): string | null {
  const names = readSubjectAltName(certificate)
  const emails = expected.email === null ? [] : [expected.email]
  const upns = expected.upn === null ? [] : [expected.upn]
  if (names === null) {
    if (emails.length > 0) return 'it lacks the e-mail address'
    return upns.length > 0 ? 'it lacks the user principal name' : null
  }
  const asWanted = names.others === 0 && isSameList(names.emails, emails) && isSameList(names.upns, upns)
  return asWanted ? null : 'its alternative names are not the ones asked for'
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index])

/** All that the profile names; a CA may add policies of its own. */
function checkPolicies(certificate: Certificate, expected: CertificateExpectation): string | null {
  const found = readCertificatePolicies(certificate) ?? []
  const missing = expected.profile.policies.filter((policy) => !found.includes(policy))
  return missing.length > 0 ? `it lacks the certificate policies ${missing.join(', ')}` : null
}

/** RFC 5280 §4.2.1.1: where it is said which key signed, it is the CA's. */
function checkAuthorityKeyIdentifier(certificate: Certificate, _expected: CertificateExpectation, chain: Chain): string | null {
  const said = readAuthorityKeyIdentifier(certificate)
  const own = readSubjectKeyIdentifier(chain.signer)
  return said === null || own === null || sameBytes(said, own) ? null : 'it names another key as its issuer’s'
}

/** Who checks the certificate later must be sent to the right places: a CRL of somebody else's never says that it is revoked. */
function checkPublication(certificate: Certificate, { publication }: CertificateExpectation): string | null {
  if (publication === undefined) return null
  if (!isSameList(readCrlUrls(certificate), [publication.crl])) return 'its CRL distribution point is another'
  if (!isSameList(readAccessUrls(certificate, 'id-ad-ocsp'), [publication.ocsp])) return 'its OCSP responder is another'
  if (!isSameList(readAccessUrls(certificate, 'id-ad-caIssuers'), [publication.caIssuers]))
    return 'the address of its issuer’s certificate is another'
  return null
}

/** Critical extensions that a phone's app certificate may have: the ones checked above, and policies. */
const KNOWN_CRITICAL: ReadonlySet<string> = new Set([
  OID['id-ce-basicConstraints'],
  OID['id-ce-keyUsage'],
  OID['id-ce-extKeyUsage'],
  OID['id-ce-subjectAltName'],
  OID['id-ce-certificatePolicies'],
])

function checkCriticalExtensions(certificate: Certificate): string | null {
  const unknown = [...certificate.extensions].filter(([oid, { critical }]) => critical && !KNOWN_CRITICAL.has(oid))
  return unknown.length > 0 ? `it has the critical extension ${unknown.map(([oid]) => oidName(oid)).join(', ')}` : null
}
