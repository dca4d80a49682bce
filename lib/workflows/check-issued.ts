/**
 * What comes back from a CA, held against the request before it is used (step 4 of issuing): not trusted, not even from our own CA.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { Certificate } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import type { ReservedCertificate } from '#lib/data/issuing.ts'
import type { IssuanceRequest, Refused } from '#lib/issuer/port.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'

export interface ReservedKey {
  keyid: string
  certificateId: string
  prepared: Bytes
  /** Null for one reserved just now. */
  reserved: ReservedCertificate | null
  request: IssuanceRequest
  idempotencyKey: string
}

export type NotYet = { status: 'waiting'; detail: string; retryAfterS: number }

export type Completed = { status: 'issued'; certificate: Certificate } | Refused | NotYet

export function checkIssued(
  der: Bytes,
  { request, prepared }: Pick<ReservedKey, 'request' | 'prepared'>,
  { issuer, chain }: OpenIssuer,
): Exclude<Completed, NotYet> {
  const checked = checkCertificate(der, issuer.expectation(request, prepared), chain)
  if (checked.ok) return { status: 'issued', certificate: checked.certificate }
  const code = checked.fault === 'validity' || checked.fault === 'chain_validity' ? 'ca_validity' : 'ca_answer'
  const detail = `The certificate from ${issuer.name} was not used: ${checked.detail} (${checked.fault}).`
  return { status: 'refused', code, detail }
}
