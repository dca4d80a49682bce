/**
 * OCSP responses (RFC 6960 §4.2). `encodeResponseData` makes what is signed, `encodeOcspResponse` puts signature and responder's
 * certificate around it, `ocspError` is the unsigned kind for what gets no answer.
 *
 * Signed with sha256WithRSAEncryption by a delegated responder (§4.2.2.2) whose certificate comes along. Times are whole seconds; nextUpdate
 * is always there, so that no answer is good for ever.
 */
import { createHash } from 'node:crypto'
import {
  type Bytes,
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  octetString,
  oid,
  readBitOctets,
  readDer,
  readSequence,
  seq,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { CRL_REASONS, type CrlReason } from './crl-reasons.ts'
import { SHA256_WITH_RSA } from './tbs.ts'

/** §4.2.1 OCSPResponseStatus. */
export const OCSP_RESPONSE_STATUS = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  unauthorized: 6,
} as const
export type OcspErrorStatus = Exclude<keyof typeof OCSP_RESPONSE_STATUS, 'successful'>

export type CertificateStatus =
  | { status: 'good' }
  | { status: 'unknown' }
  | { status: 'revoked'; revokedAt: Date; reason: CrlReason }

export interface SingleResponse {
  /** CertID as it was asked, DER. */
  certId: Uint8Array
  status: CertificateStatus
}

/** An answer without a signature: an error says nothing about any certificate (§2.3). */
export const ocspError = (status: OcspErrorStatus): Bytes => seq(enumerated(OCSP_RESPONSE_STATUS[status]))

/** §4.2.1 CertStatus: good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT NULL. */
function encodeStatus(status: CertificateStatus): Uint8Array {
  if (status.status === 'good') return contextPrimitive(0, new Uint8Array())
  if (status.status === 'unknown') return contextPrimitive(2, new Uint8Array())
  // As in the CRL (RFC 5280 §5.3.1), `unspecified` is left out.
  const code = CRL_REASONS[status.reason]
  return context(1, generalizedTime(status.revokedAt), ...(code === 0 ? [] : [context(0, enumerated(code))]))
}

export interface ResponseFields {
  /** SubjectPublicKeyInfo of the responder. */
  responderSpki: Bytes
  producedAt: Date
  thisUpdate: Date
  nextUpdate: Date
  responses: readonly SingleResponse[]
  /** As the request carried it (OcspRequest.nonce). */
  nonce: Uint8Array | null
}

/** ResponseData. ResponderID byKey: SHA-1 over the responder's public key, as §4.2.1 wants it. */
export function encodeResponseData(fields: ResponseFields): Bytes {
  const { responderSpki, producedAt, thisUpdate, nextUpdate, responses, nonce } = fields
  const key = readBitOctets(readSequence(readDer(responderSpki), 'SubjectPublicKeyInfo', 2, 2)[1], 'subjectPublicKey')
  return seq(
    context(2, octetString(createHash('sha1').update(key).digest())),
    generalizedTime(producedAt),
    seq(
      ...responses.map(({ certId, status }) =>
        seq(certId, encodeStatus(status), generalizedTime(thisUpdate), context(0, generalizedTime(nextUpdate))),
      ),
    ),
    ...(nonce === null ? [] : [context(1, seq(seq(oid(OID['id-pkix-ocsp-nonce']), octetString(nonce))))]),
  )
}

/** OCSPResponse with a BasicOCSPResponse. @param certificate the responder's */
export const encodeOcspResponse = (responseData: Uint8Array, signature: Uint8Array, certificate: Uint8Array): Bytes =>
  seq(
    enumerated(OCSP_RESPONSE_STATUS.successful),
    context(
      0,
      seq(
        oid(OID['id-pkix-ocsp-basic']),
        octetString(seq(responseData, SHA256_WITH_RSA, bitString(signature), context(0, seq(certificate)))),
      ),
    ),
  )
