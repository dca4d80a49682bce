/**
 * P20: what a SCEP enrolment costs on our side beyond the RSA in it, and how many a second our own server answers.
 *
 * Cost: self-signed signer and pkiMessage made, the CertRep read, its certificate held against the request; against the bare operations in that: two
 * signatures, one decryption, two verifications, keys ready. A and B take turns (ABAB…); medians of the turns. No network: the answer is
 * made beforehand by our server's code.
 * Rate: whole enrolments over HTTP, signed by a registered registration authority, eight at a time: web route, worker process, PostgreSQL.
 */
import { constants, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '#e2e/harness/database.ts'
import { startScepDesk } from '#e2e/peers/scep-desk.ts'
import { type Bytes, readDer } from '#lib/core/asn1/der.ts'
import { CIPHERS, type CipherAlgorithm, DIGESTS, type DigestAlgorithm } from '#lib/core/cms/algorithms.ts'
import { publicKeyFromSpki } from '#lib/core/cms/enveloped-data.ts'
import { encodeCertificates, nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { answerSigners, chooseRecipient, fingerprintOf, readCaCertificates } from '#lib/core/scep/ca-certificates.ts'
import { readCertRep } from '#lib/core/scep/reply.ts'
import { encodePkiRequest } from '#lib/core/scep/request.ts'
import { encodeCertRep, openPkiMessage } from '#lib/core/scep/serve.ts'
import { encodeSelfSigned } from '#lib/core/scep/signer-certificate.ts'
import { MESSAGE_TYPES, NONCE_BYTES } from '#lib/core/scep/types.ts'
import { toPem } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import {
  build,
  expectLeaf,
  LEAF_NAME,
  leafPlan,
  makeCa,
  makeKey,
  NOW,
  PROFILE,
  type TestKey,
} from '#lib/core/x509/certificate-fixtures.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { ScepIssuer } from '#lib/issuer/scep/issuer.ts'
import { encodePrepared, readPrepared } from '#lib/issuer/scep/prepared.ts'
import { raSigners } from '#lib/issuer/scep/signer.ts'
import { type BenchRow, median } from './row.ts'

const TURNS = 11
const PER_TURN = 60
const WARM_UP = 60
const MUST = 5
const CONCURRENCY = 8
const ENROLMENTS = 400
const MUST_PER_S = 50

const CIPHER = CIPHERS.find(({ name }) => name === 'AES-128') as CipherAlgorithm
const DIGEST = DIGESTS.find(({ name }) => name === 'SHA-256') as DigestAlgorithm

export async function bench(): Promise<BenchRow[]> {
  return [benchCost(), await benchRate()]
}

/** Microseconds for one call. */
function time(calls: number, work: () => void): number {
  const started = performance.now()
  for (let index = 0; index < calls; index++) work()
  return ((performance.now() - started) * 1000) / calls
}

const selfSigned = (key: TestKey, serial: Uint8Array = randomBytes(16)): Bytes =>
  encodeSelfSigned({
    subject: LEAF_NAME,
    spki: key.spki,
    key: key.privateKey,
    serial,
    notBefore: new Date(NOW.getTime() - 3_600_000),
    notAfter: new Date(NOW.getTime() + 86_400_000),
  })

function benchCost(): BenchRow {
  const ca = makeCa()
  const signer = makeKey()
  const leaf = makeKey()
  const known = readCaCertificates(encodeCertificates([ca.issuingDer, ca.rootDer]), fingerprintOf(ca.rootDer))
  const csr = readCsr(encodeCsr(LEAF_NAME, leaf.spki, leaf.privateKey))
  const sealedKey = Buffer.alloc(1_300, 1)
  const transactionId = 'a'.repeat(40)
  const senderNonce = randomBytes(NONCE_BYTES)

  const ask = (certificate: Bytes): Bytes => {
    const recipient = chooseRecipient(known, NOW)
    const pkiMessage = encodePkiRequest({
      messageType: MESSAGE_TYPES.PKCSReq,
      transactionId,
      senderNonce,
      content: csr.bytes,
      signer: { certificate, key: signer.privateKey },
      recipient: { ...recipient.name, key: recipient.key },
      cipher: CIPHER,
      digest: DIGEST,
    })
    return encodePrepared({
      pkiMessage,
      subject: csr.subject,
      spki: csr.spki,
      transactionId,
      senderNonce,
      signer: certificate,
      sealedKey,
      post: true,
    })
  }
  // Made once, by the server's half: the answer to the first question.
  const first = readPrepared(ask(selfSigned(signer)))
  const der = build(leafPlan(ca, leaf)).der
  const reply = encodeCertRep(
    openPkiMessage(first.pkiMessage, false),
    { status: 'success', certificates: [der, ca.issuingDer, ca.rootDer] },
    { certificate: ca.issuingDer, key: ca.issuing.privateKey },
    randomBytes(NONCE_BYTES),
  )
  const { issuer, serial } = nameOfCertificate(readDer(first.signer))
  const enrol = (): void => {
    ask(selfSigned(signer))
    const read = readCertRep(reply, {
      transactionId,
      senderNonce,
      signers: answerSigners(known, NOW),
      recipient: { name: { issuer, serial }, key: signer.privateKey },
      legacy: false,
    })
    if (read.status !== 'success') throw new Error(read.status)
    const checked = checkCertificate(read.certificate, expectLeaf(leaf), ca.chain)
    if (!checked.ok) throw new Error(checked.detail)
  }
  const text = Buffer.alloc(400, 7)
  const signature = sign('sha256', text, signer.privateKey)
  const publicKey = publicKeyFromSpki(signer.spki)
  const encrypted = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, randomBytes(16))
  const bare = (): void => {
    sign('sha256', text, signer.privateKey)
    sign('sha256', text, signer.privateKey)
    privateDecrypt({ key: signer.privateKey, padding: constants.RSA_NO_PADDING }, encrypted)
    verify('sha256', text, publicKey, signature)
    verify('sha256', text, publicKey, signature)
  }
  time(WARM_UP, enrol)
  time(WARM_UP, bare)
  const [figures, bares]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < TURNS; turn++) {
    figures.push(time(PER_TURN, enrol))
    bares.push(time(PER_TURN, bare))
  }
  const [figure, denominator] = [median(figures), median(bares)]
  const ratio = figure / denominator
  return {
    id: 'P20',
    title: 'SCEP: make the request, read the answer, check (RSA-2048)',
    figure: `${figure.toFixed(0)} µs (best ${Math.min(...figures).toFixed(0)})`,
    denominator: `2 sign + 1 decrypt + 2 verify, ${denominator.toFixed(0)} µs (best ${Math.min(...bares).toFixed(0)})`,
    ratio,
    target: `≤ ${MUST}×`,
    ok: ratio <= MUST,
  }
}

async function benchRate(): Promise<BenchRow> {
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-bench-scep-'))
  const desk = await startScepDesk()
  try {
    await desk.certdesk(
      'enable',
      '--key-usage',
      PROFILE.keyUsage.join(','),
      '--extended-key-usage',
      PROFILE.extendedKeyUsage.join(','),
    )
    const ra = makeKey()
    const certificate = encodeSelfSigned({
      subject: LEAF_NAME,
      spki: ra.spki,
      key: ra.privateKey,
      serial: randomBytes(16),
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + 86_400_000),
    })
    writeFileSync(join(folder, 'ra.pem'), toPem('CERTIFICATE', certificate))
    await desk.certdesk('add-ra', '--name', 'bench', '--certificate', join(folder, 'ra.pem'))
    const keyPem = Buffer.from(ra.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const [issuing, root] = desk.chain as [Bytes, Bytes]
    const config = {
      url: desk.url,
      caIdentifier: null,
      tlsCa: null,
      timeoutMs: 10_000,
      anchorSha256: fingerprintOf(root),
      legacyAlgorithms: false,
      messageType: 'PKCSReq' as const,
      subject: 'exact' as const,
    }
    const issuer = new ScepIssuer(
      'bench',
      { certificate: issuing, chain: [issuing, root] },
      config,
      raSigners('bench', certificate, keyPem),
    )
    const keys = Array.from({ length: CONCURRENCY }, () => makeKey())
    const enrol = async (index: number): Promise<void> => {
      const { spki, privateKey } = keys[Math.abs(index) % keys.length] as TestKey
      const csr = readCsr(encodeCsr(LEAF_NAME, spki, privateKey))
      const request = {
        csr: csr.bytes,
        subject: csr.subject,
        spki: csr.spki,
        profile: PROFILE,
        email: null,
        upn: null,
        now: new Date(),
      }
      const prepared = await issuer.prepare(request, `bench:${index}`)
      if (prepared.status !== 'prepared') throw new Error(prepared.detail)
      const result = await issuer.complete(prepared.prepared.bytes, '', { asks: 0, pending: false })
      if (result.status !== 'issued') throw new Error(result.detail)
    }
    for (let index = 0; index < CONCURRENCY * 3; index++) await enrol(-1 - index)
    const started = performance.now()
    let next = 0
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        while (next < ENROLMENTS) await enrol(next++)
      }),
    )
    const perS = (ENROLMENTS * 1000) / (performance.now() - started)
    return {
      id: 'P20',
      title: `SCEP enrolments against our own server, ${CONCURRENCY} at a time`,
      figure: `${perS.toFixed(0)} /s`,
      denominator: '–',
      ratio: null,
      target: `≥ ${MUST_PER_S} /s`,
      ok: perS >= MUST_PER_S,
    }
  } finally {
    await desk.stop()
    rmSync(folder, { recursive: true, force: true })
    await server.stop()
  }
}
