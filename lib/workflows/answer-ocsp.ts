/**
 * Answering OCSP requests (RFC 6960), by the worker. The web has no key and asks over pki_request (lib/data/pki-requests.ts).
 *
 * Why like this. An answer with a nonce must be signed while somebody waits, so the key must be in a process that runs; a key in the web
 * would let whoever takes over the web say "good" of a revoked certificate (privilege split, A18). Signing every answer beforehand would
 * do without a nonce only, and would make 200 000 signatures a day that nobody asks for. So: the worker signs what is asked, with a
 * delegated responder's key that can sign nothing else, and keeps answers without a nonce in ocsp_response; the web gives those out by
 * itself until half of their life is over or the certificate changes (RFC 5019). Only the worker writes that table.
 *
 * Step 1  Read the request again: the web's reading is not trusted here.
 * Step 2  The issuer asked for by name, and which CertIDs are about it. None → `unauthorized` (§2.3): nobody here can speak for others.
 * Step 3  State of each serial number: good, revoked with time and reason, or unknown (also for CertIDs of other issuers beside ours).
 * Step 4  Sign, and keep it if it is one answer without a nonce about a certificate that is known.
 *
 * The answer is about the moment it was made, so nextUpdate is a day ahead and never after the responder's certificate has ended.
 */
import { sign } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { hashIssuer, isCertIdOf, type OcspRequest, readOcspRequest } from '#lib/core/x509/ocsp-request.ts'
import {
  encodeOcspResponse,
  encodeResponseData,
  type OcspErrorStatus,
  ocspError,
  type SingleResponse,
} from '#lib/core/x509/ocsp-response.ts'
import { findPublishedIssuer } from '#lib/data/issuers.ts'
import { type KnownStatus, readCertificateStatuses, storeOcspResponse } from '#lib/data/ocsp.ts'
import type { PkiRequest } from '#lib/data/pki-requests.ts'
import type { IssuerContext } from './open-issuer.ts'
import { openServiceKey } from './service-certificates.ts'

const LIFE_MS = 86_400_000

/** @returns an OCSPResponse, DER */
export async function answerOcsp(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  { target, body, now }: PkiRequest,
): Promise<Bytes> {
  // Step 1
  const request = readOr('malformedRequest', body)
  if (!('certIds' in request)) return request.error
  // Step 2
  const issuer = await findPublishedIssuer(target)
  if (issuer === null) return ocspError('unauthorized')
  const certificate = parseCertificate(issuer.certificate)
  // Its certificates have ended with it, and it can lend its name to no responder any more.
  if (now >= certificate.notAfter) return ocspError('unauthorized')
  const hashes = hashIssuer(certificate)
  const ours = new Set(request.certIds.filter((certId) => isCertIdOf(certId, hashes)))
  if (ours.size === 0) return ocspError('unauthorized')
  // Step 3
  const known = await readCertificateStatuses(
    grant,
    issuer.id,
    [...ours].map(({ serialNumber }) => serialNumber),
  )
  const found: (SingleResponse & Pick<KnownStatus, 'certificateId'>)[] = request.certIds.map((certId) => {
    const entry = ours.has(certId) ? known.get(certId.serialNumber) : undefined
    return { certId: certId.bytes, status: entry?.status ?? { status: 'unknown' }, certificateId: entry?.certificateId ?? null }
  })
  // Step 4
  const responder = await openServiceKey(grant, context, issuer, 'ocsp')
  const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const nextUpdate = new Date(Math.min(thisUpdate.getTime() + LIFE_MS, responder.notAfter.getTime()))
  const data = encodeResponseData({
    responderSpki: parseCertificate(responder.certificate).spki,
    producedAt: thisUpdate,
    thisUpdate,
    nextUpdate,
    responses: found,
    nonce: request.nonce,
  })
  const der = encodeOcspResponse(data, sign('sha256', data, responder.key), responder.certificate)
  const [only] = found
  if (only !== undefined && found.length === 1 && request.nonce === null && only.certificateId !== null)
    await storeOcspResponse(grant, {
      certId: Uint8Array.from(only.certId),
      certificateId: only.certificateId,
      status: only.status,
      der,
      thisUpdate,
      nextUpdate,
    })
  return der
}

function readOr(status: OcspErrorStatus, body: Bytes): OcspRequest | { error: Bytes } {
  try {
    return readOcspRequest(body)
  } catch (error) {
    if (error instanceof DerError) return { error: ocspError(status) }
    throw error
  }
}
