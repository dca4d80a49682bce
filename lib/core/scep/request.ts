/**
 * pkiMessages a client sends (RFC 8894 §3.3): PKCSReq, RenewalReq and CertPoll, written, and read again by a server.
 */
import type { KeyObject } from 'node:crypto'
import { type Bytes, octetString, printableString, readDer, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import type { CipherAlgorithm, DigestAlgorithm } from '../cms/algorithms.ts'
import { encodeEnvelopedData } from '../cms/enveloped-data.ts'
import { type Attribute, type CertificateName, encodeSignedData, nameOfCertificate } from '../cms/signed-data.ts'

export interface Signer {
  /** DER; travels with the message. */
  certificate: Bytes
  key: KeyObject
}

export interface PkiRequest {
  /** One of MESSAGE_TYPES' values. */
  messageType: string
  transactionId: string
  senderNonce: Uint8Array
  /** The PKCS#10, or issuer and subject of what is polled for. */
  content: Uint8Array
  signer: Signer
  recipient: CertificateName & { key: KeyObject }
  cipher: CipherAlgorithm
  digest: DigestAlgorithm
}

export const encodePkiRequest = (request: PkiRequest): Buffer<ArrayBuffer> =>
  encodeSignedData({
    content: encodeEnvelopedData(request.content, request.recipient, request.cipher),
    certificates: [request.signer.certificate],
    signer: {
      name: nameOfCertificate(readDer(request.signer.certificate)),
      key: request.signer.key,
      digest: request.digest,
    },
    attributes: [
      ...transactionAttributes(request.transactionId, request.messageType),
      { type: OID['id-scep-senderNonce'], value: octetString(request.senderNonce) },
    ],
  })

/** §3.2.1.1, §3.2.1.2 */
export const transactionAttributes = (transactionId: string, messageType: string): Attribute[] => [
  { type: OID['id-scep-transactionID'], value: printableString(transactionId) },
  { type: OID['id-scep-messageType'], value: printableString(messageType) },
]

/** §3.3.3: IssuerAndSubject, of a CertPoll. */
export const encodeIssuerAndSubject = (issuer: Uint8Array, subject: Uint8Array): Buffer<ArrayBuffer> => seq(issuer, subject)
