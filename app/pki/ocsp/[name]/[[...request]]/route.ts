/**
 * OCSP over HTTP (RFC 6960 appendix A): POST of application/ocsp-request to /pki/ocsp/<issuer>, and GET with the request in base64 after it.
 *
 * The web reads the request strictly, gives out an answer that the worker signed before if there is one, and else asks the worker
 * (lib/workflows/answer-ocsp.ts says why). Whatever happens is an OCSPResponse with status 200: what cannot be read is malformedRequest,
 * who is not ours is unauthorized, a database or worker that is away is tryLater; HTTP errors are for addresses and methods that do not
 * exist. Only answers that hold for everybody may be cached: five minutes, as the CRL, so that a revocation is seen soon.
 */
import { systemClock } from '#lib/clock.ts'
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { hashIssuer, isCertIdOf, MAX_OCSP_REQUEST_BYTES, type OcspRequest, readOcspRequest } from '#lib/core/x509/ocsp-request.ts'
import { type OcspErrorStatus, ocspError } from '#lib/core/x509/ocsp-response.ts'
import { ISSUER_NAME } from '#lib/core/x509/publication.ts'
import { findPublishedIssuer } from '#lib/data/issuers.ts'
import { readPublishedOcspResponse } from '#lib/data/ocsp.ts'
import { askWorker } from '#lib/data/pki-requests.ts'
import { readBody } from '#lib/http/read-body.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { logger } from '#lib/log.ts'
import { notPublished, publishedResponse } from '../../../published-response.ts'

interface Context {
  params: Promise<{ name: string; request?: string[] }>
}

const CONTENT_TYPE = 'application/ocsp-response'
const MAX_AGE_S = 300
const WAIT_MS = 5_000

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { name, request: rest } = await params
  if (rest === undefined || !ISSUER_NAME.test(name)) return notPublished()
  return answer(request, name, readPath(request.url))
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { name, request: rest } = await params
  if (rest !== undefined || !ISSUER_NAME.test(name)) return notPublished()
  if (!/^application\/ocsp-request\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) return refusal('malformedRequest')
  const reading = await readBody(request, { maxBytes: MAX_OCSP_REQUEST_BYTES, timeoutMs: 5_000 })
  return answer(request, name, reading.status === 'ok' ? Uint8Array.from(reading.body) : null)
}

/** base64 may contain "/", escaped or not, so it is read from the address and not from Next's path parts. */
function readPath(url: string): Bytes | null {
  const path = new URL(url).pathname.slice('/pki/ocsp/'.length)
  const text = decode(path.slice(path.indexOf('/') + 1))
  if (text === null || text.length > (MAX_OCSP_REQUEST_BYTES * 4) / 3 + 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  return Uint8Array.from(Buffer.from(text, 'base64'))
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

async function answer(request: Request, name: string, der: Bytes | null): Promise<Response> {
  const asked = der === null ? null : readOrNull(der)
  if (der === null || asked === null) return refusal('malformedRequest')
  try {
    const [only] = asked.certIds
    const cachedFor =
      only !== undefined && asked.certIds.length === 1 && asked.nonce === null ? Uint8Array.from(only.bytes) : null
    const cached = cachedFor && (await readPublishedOcspResponse(cachedFor))
    if (cached) return forEverybody(request, cached)
    const issuer = await findPublishedIssuer(name)
    if (issuer === null) return refusal('unauthorized')
    const hashes = hashIssuer(parseCertificate(issuer.certificate))
    if (!asked.certIds.some((certId) => isCertIdOf(certId, hashes))) return refusal('unauthorized')
    const reply = await askWorker({ kind: 'ocsp', target: name, body: der }, WAIT_MS)
    if (reply.status === 'answered') {
      const kept = cachedFor && (await readPublishedOcspResponse(cachedFor))
      return kept ? forEverybody(request, kept) : forYou(reply.reply)
    }
    logger('pki').warn({ issuer: name, ...reply }, 'an OCSP request was not answered')
    return refusal(reply.status === 'refused' ? 'internalError' : 'tryLater')
  } catch (error) {
    const { code } = translateError(error, 'OCSP')
    return refusal(code === 'unavailable' ? 'tryLater' : 'internalError')
  }
}

function readOrNull(der: Bytes): OcspRequest | null {
  try {
    return readOcspRequest(der)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

/** RFC 5019 §6.2, but with a max-age of our own: a cache must not say "good" until tomorrow of what is revoked now. */
function forEverybody(request: Request, stored: { der: Bytes; thisUpdate: Date; nextUpdate: Date }): Response {
  const leftS = (stored.nextUpdate.getTime() - systemClock.now().getTime()) / 1000
  return publishedResponse(request, {
    body: stored.der,
    contentType: CONTENT_TYPE,
    maxAgeS: Math.min(MAX_AGE_S, leftS),
    lastModified: stored.thisUpdate,
  })
}

const forYou = (body: Bytes): Response =>
  new Response(body, {
    headers: { 'content-type': CONTENT_TYPE, 'content-length': String(body.length), 'cache-control': 'no-store' },
  })

const refusal = (status: OcspErrorStatus): Response => forYou(ocspError(status))

const onlyGetAndPost = async (): Promise<Response> => new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } })

export { onlyGetAndPost as DELETE, onlyGetAndPost as OPTIONS, onlyGetAndPost as PATCH, onlyGetAndPost as PUT }
