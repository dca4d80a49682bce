/**
 * Job revoke-certificate: makes a wish true. For our own CA the certificate changes its standing, a new CRL is wanted and an undelivered
 * enrolment without other certificates ends as `revoked_undelivered`, all in one transaction; for another CA it becomes a task for a person.
 * Where the world can see it is read from the certificate itself. Whatever was done before is not done again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { parseCertificate, readAccessUrls, readCrlUrls } from '#lib/core/x509/certificate.ts'
import { applyRevocation, type ProofPlace, readIssuedDer } from '#lib/data/revocation.ts'

export async function revokeCertificate(grant: Grant<'system:work'>, job: { certificateId: string }): Promise<void> {
  const der = await readIssuedDer(grant, job.certificateId)
  if (der !== null) await applyRevocation(grant, job.certificateId, placesOf(der))
}

/** The first address over HTTP of each kind; LDAP and file addresses are not asked. */
function placesOf(der: Bytes): ProofPlace[] {
  const certificate = parseCertificate(der)
  const find = (urls: readonly string[]) =>
    urls.find((url) => /^https?:\/\//i.test(url) && URL.canParse(url) && url.length <= 1_000)
  const ocsp = find(readAccessUrls(certificate, 'id-ad-ocsp'))
  const crl = find(readCrlUrls(certificate))
  return [
    ...(ocsp === undefined ? [] : [{ source: 'ocsp' as const, url: ocsp }]),
    ...(crl === undefined ? [] : [{ source: 'crl' as const, url: crl }]),
  ]
}
