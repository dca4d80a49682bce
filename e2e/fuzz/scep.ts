/** SCEP messages between a client and the CA of the run, as originals for mutants, and the ways to sign a change of them. */
import { sign } from 'node:crypto'
import { readDer, TAG } from '#lib/core/asn1/der.ts'
import { CIPHERS, type CipherAlgorithm, DIGESTS, type DigestAlgorithm } from '#lib/core/cms/algorithms.ts'
import { encodeEnvelopedData, publicKeyFromSpki } from '#lib/core/cms/enveloped-data.ts'
import { encodeCertificates, encodeSignedData, nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { answerSigners, fingerprintOf, readCaCertificates } from '#lib/core/scep/ca-certificates.ts'
import type { Asked } from '#lib/core/scep/reply.ts'
import { encodePkiRequest } from '#lib/core/scep/request.ts'
import { encodeCertRep, openPkiMessage, type Verdict } from '#lib/core/scep/serve.ts'
import { encodeSelfSigned } from '#lib/core/scep/signer-certificate.ts'
import { MESSAGE_TYPES } from '#lib/core/scep/types.ts'
import { build, daysFromNow, LEAF_NAME, leafPlan, NOW } from '#lib/core/x509/certificate-fixtures.ts'
import { encodeCsr } from '#lib/core/x509/csr.ts'
import { spkiOf } from '../builders/answer.ts'
import { testPki } from './certificates.ts'
import { fixedEc, quickRsa } from './keys.ts'
import { type DerTree, writeDer } from './mutate-der.ts'

const pki = testPki()
const CIPHER = CIPHERS[0] as CipherAlgorithm
const DIGEST = DIGESTS[0] as DigestAlgorithm
const SENDER_NONCE = Buffer.alloc(16, 9)
const ANSWER_NONCE = Buffer.alloc(16, 5)

const nameOf = (der: Uint8Array) => {
  const { issuer, serial } = nameOfCertificate(readDer(Buffer.from(der)))
  return { issuer, serial }
}

/** The client signs with the short key as well: see quickRsa. */
const client = quickRsa()
const clientCertificate = encodeSelfSigned({
  subject: LEAF_NAME,
  spki: spkiOf(client.publicKey),
  key: client.privateKey,
  serial: Buffer.alloc(17, 0x41),
  notBefore: daysFromNow(-1),
  notAfter: daysFromNow(1),
})

export const caRecipient = { name: nameOf(pki.issuingDer), key: pki.issuing.privateKey }
const clientRecipient = { name: nameOf(clientCertificate), key: client.privateKey }

/** The CA itself answers. */
const responder = { certificate: pki.issuingDer, key: pki.issuing.privateKey }
export const leaf = build(leafPlan(pki, pki.leaf)).der

export const scepRequest = (
  content: Uint8Array = encodeCsr(LEAF_NAME, spkiOf(fixedEc('leaf').publicKey), fixedEc('leaf').privateKey),
) =>
  encodePkiRequest({
    messageType: MESSAGE_TYPES.PKCSReq,
    transactionId: 'transaction-1',
    senderNonce: SENDER_NONCE,
    content,
    signer: { certificate: clientCertificate, key: client.privateKey },
    recipient: { ...caRecipient.name, key: publicKeyFromSpki(pki.issuing.spki) },
    cipher: CIPHER,
    digest: DIGEST,
  })

const question = openPkiMessage(scepRequest(), false)
export const scepReply = (verdict: Verdict) => encodeCertRep(question, verdict, responder, ANSWER_NONCE)

/** CertRep with SUCCESS over any octets in place of the certificates. */
export function scepReplyOver(
  degenerate: Uint8Array,
  attributes: Parameters<typeof encodeSignedData>[0]['attributes'],
): Buffer<ArrayBuffer> {
  const content = encodeEnvelopedData(degenerate, { ...clientRecipient.name, key: client.publicKey }, CIPHER)
  return encodeSignedData({
    content,
    certificates: [pki.issuingDer],
    signer: { name: caRecipient.name, key: pki.issuing.privateKey, digest: DIGEST },
    attributes,
  })
}

export const scepCaBody = () => encodeCertificates([pki.issuingDer, pki.rootDer])
export const scepCaPin = fingerprintOf(pki.rootDer)

export const scepAsked: Asked = {
  transactionId: 'transaction-1',
  senderNonce: SENDER_NONCE,
  signers: answerSigners(readCaCertificates(scepCaBody(), scepCaPin), NOW),
  recipient: clientRecipient,
  legacy: false,
}

/** Signed attributes of the first signer, as they stand in the tree of a message. */
export function signerInfoOf(message: DerTree): DerTree[] {
  const at = (tree: DerTree | undefined, index: number): DerTree | undefined =>
    Array.isArray(tree?.content) ? tree.content.at(index) : undefined
  const signedData = at(at(message, 1), 0)
  const info = at(at(signedData, -1), 0)
  if (!Array.isArray(info?.content)) throw new Error('no SignerInfo')
  return info.content
}

/** Client and CA have the same key here, so one function signs for both. The attributes are as the tree now has them. */
export function signAgain(message: DerTree): void {
  const info = signerInfoOf(message)
  const attributes = info[3]
  const signature = info[5]
  if (attributes === undefined || signature === undefined) return
  signature.content = sign('sha256', writeDer({ ...attributes, tag: TAG.set }), client.privateKey)
  delete signature.before
}
