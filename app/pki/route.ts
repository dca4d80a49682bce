/** What is published here, as JSON: for people setting up a gateway, and for tests. */
import { type PublishedKind, publishedUrl } from '#lib/core/x509/publication.ts'
import { listPublishedIssuers } from '#lib/data/issuers.ts'
import { webEnv } from '#lib/env.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { onlyGet } from './published-response.ts'

const KINDS = {
  certificate: 'certificate',
  certificatePem: 'certificate-pem',
  rootCertificate: 'root-certificate',
  rootCertificatePem: 'root-certificate-pem',
  chainPem: 'chain-pem',
} as const satisfies Record<string, PublishedKind>
const CRL_KINDS = { crl: 'crl', rootCrl: 'root-crl' } as const satisfies Record<string, PublishedKind>

export async function GET(): Promise<Response> {
  try {
    const { publicUrl } = webEnv()
    const items = (await listPublishedIssuers()).map(({ name, crls }) => ({
      name,
      ...Object.fromEntries(
        Object.entries({ ...KINDS, ...(crls ? CRL_KINDS : {}) }).map(([member, kind]) => [
          member,
          publishedUrl(publicUrl, name, kind),
        ]),
      ),
    }))
    return Response.json({ items }, { headers: { 'cache-control': 'public, max-age=60' } })
  } catch (error) {
    return problemResponse(translateError(error, 'GET /pki').code)
  }
}

export const dynamic = 'force-dynamic'
export { onlyGet as DELETE, onlyGet as OPTIONS, onlyGet as PATCH, onlyGet as POST, onlyGet as PUT }
