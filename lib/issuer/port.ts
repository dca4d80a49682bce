/**
 * The issuer port: the little that every CA can do, and what only some can, as separate interfaces (after smallstep's cas/apiv1).
 *
 * Issuing has two steps, because a crash between "asked" and "stored" must not make a second certificate (durability K9–K12):
 *
 *   prepare   makes the bytes that settle what will be issued. The caller commits them before anything else happens.
 *   complete  takes those bytes to a certificate. May be called again with the same bytes at any time, and must come to the same certificate.
 *
 * |          | prepare gives              | complete does                                                    | again gives          |
 * |----------|----------------------------|------------------------------------------------------------------|----------------------|
 * | embedded | the whole TBSCertificate   | signs it, RSASSA-PKCS1-v1_5: deterministic                       | the same bytes       |
 * | SCEP     | the pkiMessage (PKCSReq)   | sends it; transactionID comes from the idempotency key           | the same transaction |
 * | EST      | the phone's PKCS#10, to where | sends it; the protocol has no transactions                    | perhaps another one  |
 *
 * The last line is why the workflow writes down every asking of a remote CA before it is made and every answer it read
 * (lib/data/asking.ts), keeps what it got at once, and tells staff when a CA may hold a certificate that nobody here has seen.
 *
 * What comes back is not trusted, not even from our own CA: the workflow holds it against the request with
 * lib/core/x509/certificate-check.ts before it is stored.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { CertificateExpectation } from '#lib/core/x509/certificate-check.ts'
import type { RevokedCertificate } from '#lib/core/x509/crl.ts'
import type { CertificateProfile } from '#lib/core/x509/extensions.ts'
import type { ServicePurpose } from './embedded/service.ts'

export interface IssuanceRequest {
  /** The PKCS#10 as the phone signed it, already checked (strict DER, self-signature, key hygiene). */
  csr: Bytes
  /** Raw Name of the CSR. Copied, never built again from text (hostile-inputs 6). */
  subject: Bytes
  /** Raw SubjectPublicKeyInfo of the CSR. */
  spki: Bytes
  profile: CertificateProfile
  /** For rfc822Name; null when the profile does not ask for it or the user has none (renderSubjectAltName). */
  email: string | null
  /** For otherName userPrincipalName; null when the profile does not ask for it. */
  upn: string | null
  /** By the database's clock. */
  now: Date
  /** Only for an issuer that `asksForRenewals`: the user has a good certificate of it whose subject and names the request repeats. */
  renews?: boolean
}

/** What the profile does not ask for gets nowhere, whatever the request says. */
export const namesOf = ({ profile, email, upn }: IssuanceRequest): { email: string | null; upn: string | null } => ({
  email: profile.subjectAltNameEmail ? email : null,
  upn: profile.subjectAltNameUpn === null ? null : upn,
})

/** What is committed before the CA is asked. For the embedded CA everything about the certificate is known by now. */
export interface Prepared {
  bytes: Bytes
  /** Lower-case hex without leading zeros; null where the CA chooses it. */
  serialNumber: string | null
  /** Where the CA chooses them: what the profile expects. */
  notBefore: Date
  notAfter: Date
}

/** Codes that end an enrolment (errors.ts); the texts for user and helpdesk stand there. */
export type RefusalCode = 'ca_refused' | 'ca_answer' | 'ca_validity' | 'ca_unreachable'

export interface Refused {
  status: 'refused'
  code: RefusalCode
  /** For staff: what the CA said or what is wrong with it. Never a secret. */
  detail: string
}

export type PrepareResult =
  | { status: 'prepared'; prepared: Prepared }
  /** What is needed to ask (the CA's certificates) could not be had. Nothing was prepared; try again. */
  | { status: 'unavailable'; detail: string }
  | Refused

export type IssuanceResult =
  | { status: 'issued'; der: Bytes }
  /** The CA has it and somebody there must approve it. Ask again. */
  | { status: 'pending'; retryAfterS: number; detail: string }
  /**
   * Not reached, or an answer that says "not now". Ask again, with the same bytes.
   * `mayHaveActed`: the request may have arrived, so that the CA may have made a certificate that was not seen; absent: it did not arrive.
   */
  | { status: 'unavailable'; detail: string; retryAfterS?: number; mayHaveActed?: boolean }
  | Refused

/** Whose certificates are believed to be this CA's: pinned when the CA was set up, never taken from an answer. */
export interface IssuerTrust {
  /** The certificate that signs leaves, DER. */
  certificate: Bytes
  /** From the signing certificate up to and including the pinned anchor, DER. */
  chain: readonly Bytes[]
}

/** What happened with these prepared bytes before. */
export interface Progress {
  /** How often the CA was asked with them already. */
  asks: number
  /** Its last answer was "somebody must approve it". */
  pending: boolean
}

export interface Issuer {
  readonly name: string
  readonly trust: IssuerTrust
  /** Its connection says that a renewal is asked for as one, so that it wants to know (`IssuanceRequest.renews`). */
  readonly asksForRenewals?: boolean
  /**
   * @param idempotencyKey the same for the same enrolment and key, for ever; CAs with a transaction id make it from this.
   */
  prepare(request: IssuanceRequest, idempotencyKey: string): Promise<PrepareResult>
  complete(prepared: Bytes, idempotencyKey: string, progress: Progress): Promise<IssuanceResult>
  /** What must be true of the certificate this CA makes of that request, beyond what is true of every CA's. */
  expectation(request: IssuanceRequest, prepared: Bytes): CertificateExpectation
}

/** Which of the CA's certificates signs a CRL. */
export type CrlScope = 'issuing' | 'root'

export interface CrlRequest {
  scope: CrlScope
  number: number
  revoked: readonly RevokedCertificate[]
  thisUpdate: Date
  nextUpdate: Date
}

/** A certificate for a service of the portal: see lib/issuer/embedded/service.ts for the purposes. */
export interface ServiceRequest {
  purpose: ServicePurpose
  /** Raw SubjectPublicKeyInfo of the service's own key. */
  spki: Bytes
  now: Date
}

/** A CA that lends its name to services of the portal. */
export interface ServiceCertifier {
  certifyService(request: ServiceRequest): Promise<{ certificate: Bytes; notBefore: Date; notAfter: Date }>
}

/** A CA whose CRL we sign ourselves. */
export interface CrlSigner {
  /** Whose CRLs: a later generation has no root key and signs its own list only. */
  readonly crlScopes: readonly CrlScope[]
  signCrl(request: CrlRequest): Promise<Bytes>
}

/** A CA that can be told to revoke. SCEP ones cannot: there it is a task for a person (not built yet). */
export interface Revoker {
  revoke(
    serialNumber: string,
    reason: string,
  ): Promise<{ status: 'revoked' } | { status: 'unavailable'; detail: string } | Refused>
}

/** A CA that can be asked whether a certificate of its own is good. */
export interface StatusSource {
  status(serialNumber: string): Promise<'good' | 'revoked' | 'unknown'>
}

export const isServiceCertifier = (issuer: Issuer): issuer is Issuer & ServiceCertifier => 'certifyService' in issuer
export const isCrlSigner = (issuer: Issuer): issuer is Issuer & CrlSigner => 'signCrl' in issuer
export const isRevoker = (issuer: Issuer): issuer is Issuer & Revoker => 'revoke' in issuer
