/**
 * Certificates and CRLs of the portal's own CAs, for whoever checks a certificate: no sign-in, no cookies, nothing but what the
 * certificates themselves point to. The names are those of lib/core/x509/publication.ts, each in one spelling; anything else is 404.
 */
import { systemClock } from '#lib/clock.ts'
import { toPem } from '#lib/core/x509/certificate.ts'
import { type PublishedKind, parsePublishedName } from '#lib/core/x509/publication.ts'
import { type CrlScope, readPublishedCrl, readPublishedIssuer } from '#lib/data/issuers.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { MEDIA_TYPES, notPublished, onlyGet, type Published, publishedResponse } from '../published-response.ts'

interface Context {
  params: Promise<{ file: string }>
}

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const named = parsePublishedName((await params).file)
  if (named === null) return notPublished()
  try {
    const published = await FINDERS[named.kind](named.issuer)
    return published === null ? notPublished() : publishedResponse(request, published)
  } catch (error) {
    return problemResponse(translateError(error, 'GET /pki').code)
  }
}

const DAY_S = 86_400
/** A revocation is to be seen soon, so caches ask again after five minutes, though the list itself holds for days. */
const CRL_MAX_AGE_S = 300

type Finder = (issuer: string) => Promise<Published | null>

const FINDERS: Record<PublishedKind, Finder> = {
  crl: findCrl('issuing'),
  'root-crl': findCrl('root'),
  certificate: findCertificates(MEDIA_TYPES.certificate, ([issuing]) => issuing),
  'root-certificate': findCertificates(MEDIA_TYPES.certificate, (chain) => chain.at(-1)),
  'certificate-pem': findCertificates(MEDIA_TYPES.pem, ([issuing]) => issuing && pem([issuing])),
  'root-certificate-pem': findCertificates(MEDIA_TYPES.pem, (chain) => pem(chain.slice(-1))),
  'chain-pem': findCertificates(MEDIA_TYPES.pem, pem),
}

function findCrl(scope: CrlScope): Finder {
  return async (issuer) => {
    const crl = await readPublishedCrl(issuer, scope)
    if (crl === null) return null
    const leftS = (crl.nextUpdate.getTime() - systemClock.now().getTime()) / 1000
    return { body: crl.der, contentType: MEDIA_TYPES.crl, maxAgeS: Math.min(CRL_MAX_AGE_S, leftS), lastModified: crl.thisUpdate }
  }
}

type Pick = (chain: readonly Uint8Array<ArrayBuffer>[]) => Uint8Array<ArrayBuffer> | undefined

function findCertificates(contentType: string, pick: Pick): Finder {
  return async (name) => {
    const body = pick((await readPublishedIssuer(name))?.chain ?? [])
    return body === undefined || body.length === 0 ? null : { body, contentType, maxAgeS: DAY_S }
  }
}

function pem(certificates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(certificates.map((der) => toPem('CERTIFICATE', der)).join(''))
}

export { onlyGet as DELETE, onlyGet as OPTIONS, onlyGet as PATCH, onlyGet as POST, onlyGet as PUT }
