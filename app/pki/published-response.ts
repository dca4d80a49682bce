/**
 * Answers under /pki: public bytes with a fixed name, cacheable by anybody, revalidated by their hash (RFC 5280 §4.2.1.13: HTTP, one
 * DER object; RFC 2585: the media types).
 */
import { createHash } from 'node:crypto'

export interface Published {
  body: Uint8Array<ArrayBuffer>
  contentType: string
  /** How long caches may keep it without asking. */
  maxAgeS: number
  lastModified?: Date
}

export const MEDIA_TYPES = {
  crl: 'application/pkix-crl',
  certificate: 'application/pkix-cert',
  pem: 'application/pem-certificate-chain',
} as const

export function publishedResponse(request: Request, { body, contentType, maxAgeS, lastModified }: Published): Response {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  const headers = {
    'content-type': contentType,
    'cache-control': `public, max-age=${Math.max(0, Math.floor(maxAgeS))}, no-transform`,
    etag,
    ...(lastModified ? { 'last-modified': lastModified.toUTCString() } : {}),
  }
  const known = request.headers
    .get('if-none-match')
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  const unchanged = known ? known.includes(etag) || known.includes('*') : isNotNewer(lastModified, request)
  if (unchanged) return new Response(null, { status: 304, headers })
  return new Response(body, { headers: { ...headers, 'content-length': String(body.length) } })
}

/** RFC 9110 §13.1.3: looked at only where there is no If-None-Match; whole seconds. */
function isNotNewer(lastModified: Date | undefined, request: Request): boolean {
  const since = Date.parse(request.headers.get('if-modified-since') ?? '')
  return lastModified !== undefined && Math.floor(lastModified.getTime() / 1000) * 1000 <= since
}

/** Nothing of that name. Short, so that a CRL which appears a moment later is found. */
export const notPublished = (): Response =>
  new Response('There is nothing of this name here.\n', {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })

const onlyGet = async (): Promise<Response> => new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })

export { onlyGet }
