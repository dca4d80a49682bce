/**
 * What is the same for every CA of others: what can be settled before it is asked, and what its certificate is held against.
 *
 * The key must be the request's, byte for byte, and so must the subject, unless the connection lets the CA choose the string types; the signature the pinned CA's; the validity not longer than the profile's (shorter is the
 * CA's right); key usage, extended key usage, names and critical extensions as lib/core/x509/certificate-check.ts says: all that the
 * profile asks for, no purpose and no name beyond it. Other extensions that are not critical (policies of its own, distribution
 * points, a template's name) are the CA's affair.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { CertificateExpectation } from '#lib/core/x509/certificate-check.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import type { SubjectMatch } from '#lib/core/x509/same-name.ts'
import { type IssuanceRequest, type IssuerTrust, namesOf, type PrepareResult } from './port.ts'

const DAY_MS = 86_400_000

/** @param bytes the message that will be sent */
export function prepareForRemote({ now, profile }: IssuanceRequest, bytes: Bytes, trust: IssuerTrust): PrepareResult {
  const { notBefore, notAfter } = openChain(trust.chain)
  if (now < notBefore || now > notAfter) {
    const day = (time: Date) => time.toISOString().slice(0, 10)
    const detail = `The CA's own certificates are valid from ${day(notBefore)} to ${day(notAfter)}.`
    return { status: 'refused', code: 'ca_validity', detail }
  }
  const wanted = now.getTime() + profile.validityDays * DAY_MS
  const expected = new Date(Math.min(wanted, notAfter.getTime()))
  return { status: 'prepared', prepared: { bytes, serialNumber: null, notBefore: now, notAfter: expected } }
}

export const expectFromRemote = (request: IssuanceRequest, config: { subject: SubjectMatch }): CertificateExpectation => {
  const { subject, spki, profile, now } = request
  return { subject, subjectMatch: config.subject, spki, profile, now, ...namesOf(request), tbs: null }
}
