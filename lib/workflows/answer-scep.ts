/**
 * Answering SCEP for an embedded CA (job answer-pki-request, kind scep; RFC 8894): what came is a pkiMessage whose signature the web has
 * checked already, and which only the worker can open.
 *
 *   Step 1  The server is on, the message still verifies, and its type is one that is served. Every other type is refused, whoever signs it:
 *           a server that let one through as an "update" of who knows what gave certificates away (GO-2026-4775).
 *   Step 2  A transaction that is known is answered with what was made of it, to the same signer and key and to nobody else.
 *   Step 3  Authorise, the same for every message type: signed by a registration authority that was registered here, or a one-time challenge in the
 *           PKCS#10. The PKCS#10's own signature ties the challenge to its key, so who signed the message around it does not matter (RFC 8894
 *           §2.3: SHOULD be the same key): a portal whose phones hold the keys sends them in its own name, as ours does.
 *   Step 4  Reserve serial number and TBS together with the challenge's use; sign; check; keep. Nothing of the PKCS#10 but subject and key gets in.
 *
 * The answer is always a CertRep: SUCCESS, or FAILURE with a reason for the client's log. What went wrong on our side is thrown, and tried again
 * while somebody may still wait. An empty question asks for the registration authority's certificate, and makes one if there is none.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { type Bytes, readDer } from '#lib/core/asn1/der.ts'
import { nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { decryptPkiMessage, encodeCertRep, openPkiMessage, type PkiMessage, type Verdict } from '#lib/core/scep/serve.ts'
import { isCsrProblem, readScepCsr, type ScepCsr } from '#lib/core/scep/server-request.ts'
import { type FailInfo, messageTypeName, NONCE_BYTES } from '#lib/core/scep/types.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import type { PkiRequest } from '#lib/data/pki-requests.ts'
import {
  findScepAuthority,
  findScepTransaction,
  isKeyTaken,
  readScepServer,
  reserveScepTransaction,
  type ScepAuthorisation,
  type ScepServer,
  type ScepTransaction,
  storeScepIssued,
} from '#lib/data/scep.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { logger } from '#lib/log.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'
import { openServiceKey, type ServiceKey } from './service-certificates.ts'

/** Everything one answer needs. */
interface Serving {
  grant: Grant<'system:work'>
  server: ScepServer
  open: OpenIssuer
  responder: ServiceKey
  message: PkiMessage
  signerSha256: Bytes
  now: Date
}

class Refusal extends Error {
  readonly failInfo: FailInfo
  constructor(failInfo: FailInfo, text: string) {
    super(text)
    this.failInfo = failInfo
  }
}

/** @returns a CertRep; for an empty question the registration authority's certificate */
export async function answerScep(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  { target, body, now }: PkiRequest,
): Promise<Bytes> {
  // Step 1
  const server = await readScepServer(target)
  if (server === null) throw new Error(`SCEP is not served for ${target}`)
  const responder = await openServiceKey(grant, context, server.issuer, 'scep')
  if (body.length === 0) return responder.certificate
  const message = openPkiMessage(body, server.config.legacyAlgorithms)
  const open = await openStoredIssuer(grant, context, server.issuer)
  const signerSha256 = keyHash(nameOfCertificate(readDer(message.signer.der)).spki)
  const verdict = await judge({ grant, server, open, responder, message, signerSha256, now })
  return encodeCertRep(message, verdict, responder, randomBytes(NONCE_BYTES))
}

const keyHash = (spki: Uint8Array): Bytes => Uint8Array.from(hash('sha256', spki, 'buffer'))

async function judge(serving: Serving): Promise<Verdict> {
  try {
    // Alone: a SET OF has no first member, and there are clients that take the first. The chain comes with GetCACert.
    return { status: 'success', certificates: [await certify(serving)] }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { message, server } = serving
    logger('scep').warn(
      { issuer: server.issuer.name, transactionId: message.transactionId, failInfo: error.failInfo, reason: error.message },
      'a SCEP request was refused',
    )
    return { status: 'failure', failInfo: error.failInfo, text: error.message }
  }
}

/** @throws Refusal */
async function certify(serving: Serving): Promise<Bytes> {
  const { grant, server, message, signerSha256 } = serving
  const type = messageTypeName(message.messageType)
  if (type !== 'PKCSReq' && type !== 'RenewalReq' && type !== 'CertPoll')
    throw new Refusal('badRequest', `Messages of type ${type ?? 'unknown'} are not served here.`)
  // Step 2
  const known = await findScepTransaction(grant, server.issuer.id, message.transactionId)
  if (type === 'CertPoll') {
    if (known === null || Buffer.compare(known.signerSha256, signerSha256) !== 0)
      throw new Refusal('badCertId', 'There is no such transaction of yours.')
    return finish(serving, known)
  }
  const request = readRequest(serving)
  const spkiSha256 = keyHash(request.csr.spki)
  if (known !== null) {
    if (Buffer.compare(known.signerSha256, signerSha256) !== 0 || Buffer.compare(known.spkiSha256, spkiSha256) !== 0)
      throw new Refusal('badRequest', 'The transaction belongs to another key.')
    return finish(serving, known)
  }
  // Step 3
  const authorisation = await authorise(serving, request)
  if (await isKeyTaken(grant, spkiSha256)) throw new Refusal('badRequest', 'This key gets no certificate here.')
  // Step 4
  return finish(serving, await reserve(serving, request, authorisation))
}

/** @throws Refusal */
function readRequest({ responder, message, server }: Serving): ScepCsr {
  const { issuer, serial } = nameOfCertificate(readDer(responder.certificate))
  try {
    const content = decryptPkiMessage(message, { name: { issuer, serial }, key: responder.key }, server.config.legacyAlgorithms)
    const request = readScepCsr(content)
    if (isCsrProblem(request)) throw new Refusal(request.failInfo, request.text)
    return request
  } catch (error) {
    if (!(error instanceof ScepError)) throw error
    throw new Refusal('badMessageCheck', `The message was not used: ${error.message}.`)
  }
}

/** @throws Refusal */
async function authorise({ grant, server, message, signerSha256, now }: Serving, request: ScepCsr): Promise<ScepAuthorisation> {
  const authority = await findScepAuthority(grant, server.id, signerSha256)
  if (authority !== null) {
    const { notBefore, notAfter } = parseCertificate(authority.certificate)
    if (now < notBefore || now > notAfter)
      throw new Refusal('badMessageCheck', 'The registration authority’s certificate is not valid now.')
    return { kind: 'authority', id: authority.id }
  }
  if (request.challenge === null) {
    const byItself = Buffer.compare(signerSha256, keyHash(request.csr.spki)) === 0
    throw byItself
      ? new Refusal('badRequest', 'A challenge password is needed.')
      : new Refusal(
          'badMessageCheck',
          'No registered registration authority signed the message, and there is no challenge password.',
        )
  }
  logger('scep').debug({ transactionId: message.transactionId }, 'authorised by challenge')
  return { kind: 'challenge', hash: keyHash(Buffer.from(request.challenge, 'utf8')), commonName: request.commonName }
}

async function reserve(serving: Serving, request: ScepCsr, authorisation: ScepAuthorisation): Promise<ScepTransaction> {
  const { grant, server, open, message, signerSha256, now } = serving
  const { bytes: csr, subject, spki } = request.csr
  const prepared = await open.issuer.prepare(
    { csr, subject, spki, profile: profileOf(server), email: null, upn: null, now },
    message.transactionId,
  )
  if (prepared.status === 'refused') throw new Refusal('badRequest', prepared.detail)
  if (prepared.status === 'unavailable') throw new Error(prepared.detail)
  const { bytes: tbs, serialNumber, notBefore, notAfter } = prepared.prepared
  if (serialNumber === null) throw new Error(`the issuer ${server.issuer.name} prepared no serial number`)
  const spkiSha256 = keyHash(spki)
  const reserved = await reserveScepTransaction(
    grant,
    {
      issuerId: server.issuer.id,
      serverId: server.id,
      transactionId: message.transactionId,
      serialNumber,
      spkiSha256,
      signerSha256,
      subject: request.subjectText,
      tbs,
      notBefore,
      notAfter,
    },
    authorisation,
  )
  // Either ours, or that of the same request in another worker, which then used the challenge up.
  const stored = await findScepTransaction(grant, server.issuer.id, message.transactionId)
  if (stored === null && reserved === 'not_authorised')
    throw new Refusal('badRequest', 'The challenge password is unknown, used up, expired or for another name.')
  if (stored === null) throw new Error('a reserved transaction is gone')
  if (Buffer.compare(stored.signerSha256, signerSha256) !== 0 || Buffer.compare(stored.spkiSha256, spkiSha256) !== 0)
    throw new Refusal('badRequest', 'The transaction belongs to another key.')
  return stored
}

const profileOf = ({ config: { validityDays, keyUsage, extendedKeyUsage } }: ScepServer) => ({
  validityDays,
  keyUsage,
  extendedKeyUsage,
  subjectAltNameEmail: false,
  subjectAltNameUpn: null,
  policies: [],
})

/** From the stored TBS to the certificate: the same bytes every time (RSASSA-PKCS1-v1_5). */
async function finish({ grant, server, open, message, now }: Serving, transaction: ScepTransaction): Promise<Bytes> {
  if (transaction.revokedAt !== null) throw new Refusal('badRequest', 'The certificate of this transaction was revoked.')
  if (transaction.der !== null) return transaction.der
  const completed = await open.issuer.complete(transaction.tbs, message.transactionId, { asks: 0, pending: false })
  if (completed.status !== 'issued') throw new Error(`the issuer ${server.issuer.name} did not sign: ${completed.detail}`)
  const certificate = parseCertificate(completed.der)
  const { subject, spki } = certificate
  const expectation = { subject, spki, profile: profileOf(server), email: null, upn: null, tbs: transaction.tbs, now }
  const checked = checkCertificate(completed.der, expectation, open.chain)
  if (!checked.ok) throw new Error(`the certificate of ${server.issuer.name} was not used: ${checked.detail}`)
  await storeScepIssued(grant, {
    id: transaction.id,
    issuerId: server.issuer.id,
    der: completed.der,
    serialNumber: certificate.serialNumber,
  })
  return completed.der
}
