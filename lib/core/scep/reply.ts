/**
 * CertRep (RFC 8894 §3.3.2) as the client reads it: believed only if a certificate that was pinned or signed from there signed it, and if it is
 * the answer to this very question. Verified before anything in it is decrypted.
 *
 * Fails with ScepError `message`; its message says in words what is wrong.
 */
import { timingSafeEqual } from 'node:crypto'
import { type Bytes, DerError, type DerNode, expectTag, readOctetString, readText, TAG } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { decryptEnvelopedData, type Recipient } from '../cms/enveloped-data.ts'
import { CmsError } from '../cms/errors.ts'
import { isNamedBy, readSignedData, type SignedData, soleSigner, verifySignedData } from '../cms/signed-data.ts'
import { parseCertificate, readBasicConstraints } from '../x509/certificate.ts'
import type { ScepCertificate } from './ca-certificates.ts'
import { ScepError } from './errors.ts'
import { type FailInfo, failInfoName, MAX_TRANSACTION_ID, MESSAGE_TYPES, messageTypeName, PKI_STATUSES } from './types.ts'

export interface Asked {
  transactionId: string
  senderNonce: Uint8Array
  /** Who may answer. */
  signers: readonly ScepCertificate[]
  /** Whom the answer is encrypted to: the signer of the question. */
  recipient: Recipient
  /** Whether SHA-1, Triple-DES and DES are taken. */
  legacy: boolean
}

export type CertRep =
  | { status: 'success'; certificate: Bytes }
  | { status: 'pending' }
  | { status: 'failure'; failInfo: FailInfo | null; text: string | null }

/** @throws ScepError */
export function readCertRep(bytes: Bytes, asked: Asked): CertRep {
  try {
    return read(bytes, asked)
  } catch (error) {
    if (error instanceof DerError) throw new ScepError('message', `it cannot be read: ${error.message}`, { cause: error })
    if (error instanceof CmsError) throw new ScepError('message', error.message, { cause: error })
    throw error
  }
}

function read(bytes: Bytes, asked: Asked): CertRep {
  const signed = readSignedData(bytes)
  const attributes = verifySignedData(signed, signerOf(signed, asked).key, asked.legacy)
  const messageType = textOf(attributes, 'id-scep-messageType')
  if (messageType !== MESSAGE_TYPES.CertRep)
    throw new ScepError(
      'message',
      `it is a ${messageType && (messageTypeName(messageType) ?? 'message of unknown type')}, not a CertRep`,
    )
  if (textOf(attributes, 'id-scep-transactionID') !== asked.transactionId)
    throw new ScepError('message', 'it is about another transaction')
  const nonce = attributes.get(OID['id-scep-recipientNonce'])
  if (nonce === undefined || !sameNonce(readOctetString(nonce, 'recipientNonce'), asked.senderNonce))
    throw new ScepError('message', 'it answers another question: recipientNonce is not our senderNonce')
  switch (textOf(attributes, 'id-scep-pkiStatus')) {
    case PKI_STATUSES.PENDING:
      return { status: 'pending' }
    case PKI_STATUSES.FAILURE: {
      const text = attributes.get(OID['id-scep-failInfoText'])
      return {
        status: 'failure',
        failInfo: failInfoName(textOf(attributes, 'id-scep-failInfo') ?? ''),
        text: text ? readText(text) : null,
      }
    }
    case PKI_STATUSES.SUCCESS:
      return { status: 'success', certificate: soleLeaf(decrypt(signed, asked)) }
    default:
      throw new ScepError('message', 'its pkiStatus is none')
  }
}

function signerOf(signed: SignedData, { signers }: Asked): ScepCertificate {
  const { name } = soleSigner(signed)
  const signer = signers.find((known) => isNamedBy(name, known.name))
  if (signer === undefined)
    throw new CmsError('signature', 'it is signed by somebody else than the CA and its registration authorities')
  return signer
}

const decrypt = ({ content }: SignedData, { recipient, legacy }: Asked): Bytes => {
  if (content === null) throw new CmsError('form', 'it says SUCCESS and brings nothing')
  return decryptEnvelopedData(content, recipient, legacy)
}

/** §3.4: one certificate for the requester; certificates of CAs may stand beside it. */
function soleLeaf(degenerate: Bytes): Bytes {
  const leaves = readSignedData(degenerate).certificates.filter(
    (node) => readBasicConstraints(parseCertificate(node.bytes))?.ca !== true,
  )
  const [leaf] = leaves
  if (leaf === undefined) throw new ScepError('message', 'it holds no certificate for the phone')
  if (leaves.length > 1) throw new ScepError('message', `it holds ${leaves.length} certificates; one was asked for`)
  // A copy: the node is a view of the whole answer.
  return Buffer.from(leaf.bytes)
}

/** PrintableString by the RFC; UTF8String and IA5String are met. Null: absent. */
export function textOf(attributes: ReadonlyMap<string, DerNode>, name: keyof typeof OID): string | null {
  const node = attributes.get(OID[name])
  if (node === undefined) return null
  if (![TAG.printableString, TAG.utf8String, TAG.ia5String].some((tag) => tag === node.tag))
    expectTag(node, TAG.printableString, name)
  if (node.end - node.valueStart > MAX_TRANSACTION_ID) throw new DerError('size', `${name} is too long`)
  return readText(node)
}

const sameNonce = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
