/**
 * What is committed before a SCEP CA is asked: the pkiMessage exactly as it will be sent, and what is needed to read its answer after a
 * crash. The key of an ephemeral signer opens the answer, so it stands here too, sealed with the worker's passphrase.
 *
 *   Prepared ::= SEQUENCE { version INTEGER (1), pkiMessage OCTET STRING, subject Name, spki SubjectPublicKeyInfo,
 *                           transactionID PrintableString, senderNonce OCTET STRING, signer OCTET STRING,
 *                           sealedKey OCTET STRING OPTIONAL, post BOOLEAN }
 */
import {
  type Bytes,
  boolean,
  DerError,
  expectTag,
  integer,
  octetString,
  printableString,
  readBoolean,
  readDer,
  readOctetString,
  readSequence,
  readSmallInteger,
  readText,
  seq,
  TAG,
} from '#lib/core/asn1/der.ts'
import { IssuerError } from '../errors.ts'

export interface PreparedMessage {
  pkiMessage: Bytes
  /** Raw Name and SubjectPublicKeyInfo of the PKCS#10. */
  subject: Bytes
  spki: Bytes
  transactionId: string
  senderNonce: Bytes
  /** The certificate the message is signed with. */
  signer: Bytes
  /** Null where the signer is the configured registration authority. */
  sealedKey: Bytes | null
  post: boolean
}

const VERSION = 1

export const encodePrepared = (prepared: PreparedMessage): Buffer<ArrayBuffer> =>
  seq(
    integer(VERSION),
    octetString(prepared.pkiMessage),
    prepared.subject,
    prepared.spki,
    printableString(prepared.transactionId),
    octetString(prepared.senderNonce),
    octetString(prepared.signer),
    octetString(prepared.sealedKey ?? new Uint8Array()),
    boolean(prepared.post),
  )

/** @throws IssuerError inconsistent: the row is not what this CA prepared */
export function readPrepared(bytes: Bytes): PreparedMessage {
  try {
    const members = readSequence(readDer(bytes), 'Prepared', 9, 9)
    const [version, message, subject, spki, transaction, nonce, signer, sealedKey, post] = members
    if (readSmallInteger(version, 'version') !== VERSION) throw new DerError('der', 'another version')
    const sealed = readOctetString(sealedKey, 'sealedKey')
    return {
      pkiMessage: readOctetString(message, 'pkiMessage'),
      subject: expectTag(subject, TAG.sequence, 'subject').bytes,
      spki: expectTag(spki, TAG.sequence, 'spki').bytes,
      transactionId: readText(expectTag(transaction, TAG.printableString, 'transactionID')) ?? '',
      senderNonce: readOctetString(nonce, 'senderNonce'),
      signer: readOctetString(signer, 'signer'),
      sealedKey: sealed.length === 0 ? null : sealed,
      post: readBoolean(post, 'post'),
    }
  } catch (cause) {
    if (cause instanceof DerError)
      throw new IssuerError('inconsistent', 'What was prepared for a SCEP CA cannot be read.', { cause })
    throw cause
  }
}
