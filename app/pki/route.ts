/** What is published here, as JSON: for people setting up a gateway, and for tests. */
import { ocspUrl, type PublishedKind, publishedUrl } from '#lib/core/x509/publication.ts'
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

export async function GET(): Promise<Response> {
  try {
    const { publicUrl } = webEnv()
    const items = (await listPublishedIssuers()).map(({ name, crls, rootCrl }) => ({
      name,
      ...Object.fromEntries(Object.entries(KINDS).map(([member, kind]) => [member, publishedUrl(publicUrl, name, kind)])),
      ...(crls ? { crl: publishedUrl(publicUrl, name, 'crl'), ocsp: ocspUrl(publicUrl, name) } : {}),
      ...(rootCrl ? { rootCrl: publishedUrl(publicUrl, name, 'root-crl') } : {}),
    }))
    return Response.json({ items }, { headers: { 'cache-control': 'public, max-age=60' } })
  } catch (error) {
    return problemResponse(translateError(error, 'GET /pki').code)
  }
}

export const dynamic = 'force-dynamic'
export { onlyGet as DELETE, onlyGet as OPTIONS, onlyGet as PATCH, onlyGet as POST, onlyGet as PUT }
