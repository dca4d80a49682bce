/** The public keys that this portal's evidence bundles are or were signed with, newest first: what `verify-bundle --key` takes. */
import { toPem } from '#lib/core/x509/certificate.ts'
import { listPublishedBundleKeys } from '#lib/data/bundles.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { notPublished, onlyGet, publishedResponse } from '../published-response.ts'

const MAX_AGE_S = 300

export async function GET(request: Request): Promise<Response> {
  try {
    const keys = await listPublishedBundleKeys()
    if (keys.length === 0) return notPublished()
    const body = new TextEncoder().encode(keys.map(({ spki }) => toPem('PUBLIC KEY', spki)).join(''))
    return publishedResponse(request, { body, contentType: 'application/x-pem-file', maxAgeS: MAX_AGE_S })
  } catch (error) {
    return problemResponse(translateError(error, 'GET /pki/bundle-keys.pem').code)
  }
}

export const dynamic = 'force-dynamic'
export { onlyGet as DELETE, onlyGet as OPTIONS, onlyGet as PATCH, onlyGet as POST, onlyGet as PUT }
