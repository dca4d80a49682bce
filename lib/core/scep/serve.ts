/**
 * The server's half of a PKIOperation (RFC 8894 §3): reading what a client sent, and writing the CertRep.
 *
 * Reading has two parts. `openPkiMessage` checks the signature by the certificate that came with the message (§2.3: any self-signed one does),
 * which proves only that whoever sent it holds that key; who may have what is decided by the caller. `decryptPkiMessage` then opens the
 * content. Fails with ScepError `message`.
 */
import type { KeyObject } from 'node:crypto'
import {
  type Bytes,
  DerError,
  type DerNode,
  octetString,
  printableString,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  TAG,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { CIPHERS, type CipherAlgorithm, type DigestAlgorithm, findCipher, findDigest } from '../cms/algorithms.ts'
import { readBer } from '../cms/ber.ts'
import { decryptEnvelopedData, encodeEnvelopedData, publicKeyFromSpki, type Recipient } from '../cms/enveloped-data.ts'
import { CmsError } from '../cms/errors.ts'
import {
  type CertificateName,
  encodeCertificates,
  encodeSignedData,
  isNamedBy,
  nameOfCertificate,
  readContentInfo,
  readSignedData,
  soleSigner,
  verifySignedData,
} from '../cms/signed-data.ts'
import { ScepError } from './errors.ts'
import { textOf } from './reply.ts'
import { transactionAttributes } from './request.ts'
import { FAIL_INFOS, type FailInfo, MESSAGE_TYPES, PKI_STATUSES } from './types.ts'

export interface PkiMessage {
  /** As it came: one of MESSAGE_TYPES' values, or any other text. */
  messageType: string
  transactionId: string
  senderNonce: Bytes
  /** The certificate that the signature was checked by, DER. */
  signer: { der: Bytes; name: CertificateName; key: KeyObject }
  /** EnvelopedData, not opened yet; null where there is none. */
  envelope: Bytes | null
  digest: DigestAlgorithm
  /** What the client encrypted with, to be used for the answer; null where it cannot be told. */
  cipher: CipherAlgorithm | null
}

const rethrow = (error: unknown): never => {
  if (error instanceof DerError) throw new ScepError('message', `it cannot be read: ${error.message}`, { cause: error })
  if (error instanceof CmsError) throw new ScepError('message', error.message, { cause: error })
  throw error
}

/** §3.2.1.1: a PrintableString, "SHOULD be a hash of the key". */
const TRANSACTION_ID = /^[A-Za-z0-9 '()+,./:=?-]{1,256}$/

/** @throws ScepError message */
export function openPkiMessage(bytes: Bytes, legacy: boolean): PkiMessage {
  try {
    const signed = readSignedData(bytes)
    const signerInfo = soleSigner(signed)
    const found = signed.certificates
      .map((node) => ({ node, read: nameOfCertificate(node) }))
      .find(({ read }) => isNamedBy(signerInfo.name, read))
    if (found === undefined) throw new CmsError('signature', 'the certificate of its signer is missing')
    const { issuer, serial, spki } = found.read
    const key = publicKeyOf(spki)
    const attributes = verifySignedData(signed, key, legacy)
    const transactionId = textOf(attributes, 'id-scep-transactionID')
    if (transactionId === null || !TRANSACTION_ID.test(transactionId))
      throw new CmsError('form', 'its transactionID is missing or unfit')
    const nonce = attributes.get(OID['id-scep-senderNonce'])
    if (nonce === undefined) throw new CmsError('form', 'its senderNonce is missing')
    const senderNonce = readOctetString(nonce, 'senderNonce')
    if (senderNonce.length < 8 || senderNonce.length > 64)
      throw new CmsError('form', `its senderNonce has ${senderNonce.length} octets`)
    return {
      messageType: textOf(attributes, 'id-scep-messageType') ?? '',
      transactionId,
      senderNonce,
      signer: { der: found.node.bytes, name: { issuer, serial }, key },
      envelope: signed.content,
      digest: findDigest(signerInfo.digest) as DigestAlgorithm,
      cipher: signed.content === null ? null : cipherOf(signed.content),
    }
  } catch (error) {
    return rethrow(error)
  }
}

function publicKeyOf(spki: Bytes): KeyObject {
  try {
    return publicKeyFromSpki(spki)
  } catch (cause) {
    throw new CmsError('signature', 'the key of its signer cannot be used', { cause })
  }
}

/** The content encryption of an EnvelopedData that is not opened; it is answered with the same (§3.3.2). */
function cipherOf(envelope: Bytes): CipherAlgorithm | null {
  const { type, content } = readContentInfo(envelope)
  if (type !== OID['id-envelopedData']) return null
  const algorithm = content.children.find((member) => member.tag === TAG.sequence)?.children[1]?.children[0]
  return algorithm === undefined ? null : (findCipher(readOid(algorithm, 'contentEncryptionAlgorithm')) ?? null)
}

/** The PKCS#10, or whatever the message type carries. @throws ScepError message */
export function decryptPkiMessage(message: PkiMessage, recipient: Recipient, legacy: boolean): Bytes {
  if (message.envelope === null) throw new ScepError('message', 'it carries nothing')
  try {
    return decryptEnvelopedData(message.envelope, recipient, legacy)
  } catch (error) {
    return rethrow(error)
  }
}

/** §3.3.3: subject of what is polled for, of a CertPoll. @throws ScepError message */
export function readIssuerAndSubject(content: Bytes): { issuer: Bytes; subject: Bytes } {
  try {
    const [issuer, subject] = readSequence(readBer(content), 'IssuerAndSubject', 2, 2)
    return { issuer: (issuer as DerNode).bytes, subject: (subject as DerNode).bytes }
  } catch (error) {
    return rethrow(error)
  }
}

export type Verdict =
  | { status: 'success'; certificates: readonly Uint8Array[] }
  | { status: 'pending' }
  | { status: 'failure'; failInfo: FailInfo; text: string }

/** Who answers: the certificate that clients were given by GetCACert. */
export interface Responder {
  certificate: Bytes
  key: KeyObject
}

/** CertRep (§3.3.2), in the algorithms of the question. */
export function encodeCertRep(
  message: Pick<PkiMessage, 'transactionId' | 'senderNonce' | 'signer' | 'digest' | 'cipher'>,
  verdict: Verdict,
  responder: Responder,
  nonce: Uint8Array,
): Buffer<ArrayBuffer> {
  const { signer, digest, cipher } = message
  const content =
    verdict.status === 'success'
      ? encodeEnvelopedData(
          encodeCertificates(verdict.certificates),
          { ...signer.name, key: signer.key },
          cipher ?? (CIPHERS[0] as CipherAlgorithm),
        )
      : null
  return encodeSignedData({
    content,
    certificates: [responder.certificate],
    signer: { name: nameOfCertificate(readDer(responder.certificate)), key: responder.key, digest },
    attributes: [
      ...transactionAttributes(message.transactionId, MESSAGE_TYPES.CertRep),
      { type: OID['id-scep-pkiStatus'], value: printableString(PKI_STATUSES[STATUS_NAMES[verdict.status]]) },
      { type: OID['id-scep-senderNonce'], value: octetString(nonce) },
      { type: OID['id-scep-recipientNonce'], value: octetString(message.senderNonce) },
      ...(verdict.status === 'failure'
        ? [
            { type: OID['id-scep-failInfo'], value: printableString(FAIL_INFOS[verdict.failInfo].value) },
            { type: OID['id-scep-failInfoText'], value: utf8String(verdict.text) },
          ]
        : []),
    ],
  })
}

const STATUS_NAMES = { success: 'SUCCESS', pending: 'PENDING', failure: 'FAILURE' } as const satisfies Record<
  Verdict['status'],
  keyof typeof PKI_STATUSES
>
