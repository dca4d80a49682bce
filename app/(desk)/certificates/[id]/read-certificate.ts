import { cache } from 'react'
import { requireGrant } from '#lib/auth/actor.ts'
import { getCertificate } from '#lib/data/certificates.ts'

/** The certificate of this page, read once for the title and the page. */
export const readCertificate = cache(async (id: string) => {
  const grant = await requireGrant('certificate:read')
  return { grant, certificate: await getCertificate(grant, id) }
})
