/**
 * Job revoke-certificate: makes a wish true. The certificate becomes revoked, an undelivered enrolment without other certificates ends as
 * `revoked_undelivered`, and a new CRL is wanted, all in one transaction. Whatever was done before is not done again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { applyRevocation } from '#lib/data/revocation.ts'

export async function revokeCertificate(grant: Grant<'system:work'>, job: { certificateId: string }): Promise<void> {
  await applyRevocation(grant, job.certificateId)
}
