import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningScepCa, type ScepFault, startScepCa } from '#e2e/peers/scep-ca.ts'
import { readDer } from '#lib/core/asn1/der.ts'
import { nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { answerSigners, chooseRecipient } from '#lib/core/scep/ca-certificates.ts'
import { readCertRep } from '#lib/core/scep/reply.ts'
import { encodePkiRequest } from '#lib/core/scep/request.ts'
import { encodeSelfSigned } from '#lib/core/scep/signer-certificate.ts'
import { FAIL_INFOS, type FailInfo, NONCE_BYTES } from '#lib/core/scep/types.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { LEAF_NAME, makeKey, PROFILE } from '#lib/core/x509/certificate-fixtures.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { pkiOperation } from '#lib/external/scep-http.ts'
import type { IssuanceRequest, IssuanceResult } from '../port.ts'
import { fetchScepCa } from './ca.ts'
import { ScepIssuer, type ScepIssuerConfig } from './issuer.ts'
import { ephemeralSigners, raSigners, type Signers } from './signer.ts'

const PASSPHRASE = 'a passphrase of the test'
const leaf = makeKey()
const csr = readCsr(encodeCsr(LEAF_NAME, leaf.spki, leaf.privateKey))
const request = (): IssuanceRequest => ({
  csr: csr.bytes,
  subject: csr.subject,
  spki: csr.spki,
  profile: { ...PROFILE, subjectAltNameEmail: false },
  email: null,
  upn: null,
  now: new Date(),
})
const FRESH = { asks: 0, pending: false }

let ca: RunningScepCa
let signers: Signers
beforeAll(async () => {
  ca = await startScepCa()
  signers = await ephemeralSigners('issuer-1', PASSPHRASE)
}, 30_000)
afterAll(() => ca?.close())
afterEach(() => {
  ca.options.fault = null
  ca.options.deduplicates = true
})

function open(change: Partial<ScepIssuerConfig> = {}, by: Signers = signers): ScepIssuer {
  const config: ScepIssuerConfig = {
    url: ca.url,
    caIdentifier: null,
    tlsCa: null,
    timeoutMs: 2_000,
    anchorSha256: ca.fingerprint,
    legacyAlgorithms: false,
    messageType: 'PKCSReq',
    subject: 'exact',
    ...change,
  }
  return new ScepIssuer('Peer', { certificate: ca.certificate, chain: [ca.certificate] }, config, by)
}

let counter = 0
const newKey = (): string => `enrolment-${counter++}:signer`

async function prepare(issuer: ScepIssuer, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const result = await issuer.prepare(request(), key)
  if (result.status !== 'prepared') throw new Error(`${result.status}: ${result.detail}`)
  return result.prepared.bytes
}

const serialOf = (result: IssuanceResult): string => {
  if (result.status !== 'issued') throw new Error(`${result.status}: ${result.detail}`)
  return parseCertificate(result.der).serialNumber
}

describe('a CA over SCEP', () => {
  it('makes a certificate of the phone’s request that passes the check', async () => {
    const issuer = open()
    const result = await issuer.complete(await prepare(issuer, newKey()), '', FRESH)
    expect(result.status).toBe('issued')
    if (result.status !== 'issued') return
    expect(checkCertificate(result.der, issuer.expectation(request()), openChain([ca.certificate]))).toMatchObject({ ok: true })
  })

  it('gives the same certificate when it is asked again after a crash, by another process (K11, K12)', async () => {
    const key = newKey()
    const bytes = await prepare(open(), key)
    const first = await open().complete(bytes, key, FRESH)
    const restarted = open({}, await ephemeralSigners('issuer-1', PASSPHRASE))
    const again = await restarted.complete(bytes, key, { asks: 1, pending: false })
    expect(serialOf(again)).toBe(serialOf(first))
    const transaction = ca.issued.at(-1)?.transactionId
    expect(ca.issued.filter(({ transactionId }) => transactionId === transaction)).toHaveLength(1)
  })

  it('derives the transaction from enrolment and key, and from nothing else', async () => {
    const issuer = open()
    const key = newKey()
    await issuer.complete(await prepare(issuer, key), key, FRESH)
    await issuer.complete(await prepare(issuer, key), key, FRESH)
    const [last, before] = ca.issued.slice(-2).map(({ transactionId }) => transactionId)
    expect(last).not.toBe(before)
    expect(ca.issued.at(-1)?.transactionId).toMatch(/^[0-9a-f]{40}$/)
  })

  it('may want a person to approve it: pending, then polled for in the same transaction', async () => {
    const issuer = open()
    const key = newKey()
    const bytes = await prepare(issuer, key)
    ca.options.fault = 'pending'
    const waits: number[] = []
    for (let asks = 0; asks < 9; asks++) {
      const result = await issuer.complete(bytes, key, { asks, pending: asks > 0 })
      if (result.status !== 'pending') throw new Error(result.status)
      waits.push(result.retryAfterS)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1800, 1800, 1800])
    ca.options.fault = null
    expect(serialOf(await issuer.complete(bytes, key, { asks: 9, pending: true }))).toBeTruthy()
    expect(ca.asked.slice(-10)).toEqual(['PKCSReq', ...Array(9).fill('CertPoll')])
  })

  it('asks for a renewal as one only where the connection says so and it is one', async () => {
    for (const renewal of ['enroll', 'reenroll'] as const)
      for (const renews of [false, true]) {
        const issuer = open({ renewal })
        const prepared = await issuer.prepare({ ...request(), renews }, newKey())
        if (prepared.status !== 'prepared') throw new Error(prepared.detail)
        serialOf(await issuer.complete(prepared.prepared.bytes, '', FRESH))
        expect(ca.asked.at(-1)).toBe(renewal === 'reenroll' && renews ? 'RenewalReq' : 'PKCSReq')
      }
  })

  it('takes a registration authority as signer, and says when key and certificate do not belong together', async () => {
    const ra = makeKey()
    const certificate = encodeSelfSigned({
      subject: LEAF_NAME,
      spki: ra.spki,
      key: ra.privateKey,
      serial: Buffer.alloc(17, 0x41),
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
    })
    const pem = Buffer.from(ra.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const issuer = open({ messageType: 'RenewalReq' }, raSigners('Peer', certificate, pem))
    serialOf(await issuer.complete(await prepare(issuer, newKey()), '', FRESH))
    expect(ca.asked.at(-1)).toBe('RenewalReq')
    const wrong = Buffer.from(makeKey().privateKey.export({ format: 'pem', type: 'pkcs8' }))
    expect(() => raSigners('Peer', certificate, wrong)).toThrow(/do not belong together/)
    // What was prepared with a signer that is gone cannot be read any more, and says so.
    const before = await prepare(open(), newKey())
    await expect(issuer.complete(before, '', FRESH)).rejects.toThrow(/another signer/)
  })

  it.each(Object.keys(FAIL_INFOS) as FailInfo[])('that refuses with %s: one sentence with who acts', async (failInfo) => {
    const issuer = open()
    const bytes = await prepare(issuer, newKey())
    ca.options.fault = 'failure'
    ca.options.failInfo = failInfo
    expect(await issuer.complete(bytes, '', FRESH)).toEqual({
      status: 'refused',
      code: 'ca_refused',
      detail: `Peer refused the request: ${FAIL_INFOS[failInfo].text} (${failInfo}). It says: “not allowed by the peer”. To be put right by ${FAIL_INFOS[failInfo].who}.`,
    })
  })

  // F-S18. Certificates that come in order but are the wrong ones are caught by certificate-check.ts: see the database test.
  it.each<[ScepFault, string, RegExp]>([
    ['unsigned', 'ca_answer', /not signed/],
    ['other-signer', 'ca_answer', /signed by somebody else/],
    ['forged-signer', 'ca_answer', /signature is wrong/],
    ['wrong-transaction', 'ca_answer', /another transaction/],
    ['wrong-nonce', 'ca_answer', /recipientNonce/],
    ['two-certificates', 'ca_answer', /2 certificates/],
    ['no-certificate', 'ca_answer', /no certificate/],
    ['ca-certificate', 'ca_answer', /no certificate/],
    ['other-recipient', 'ca_answer', /not encrypted for this recipient/],
    ['weak-digest', 'ca_answer', /signed with SHA-1/],
    ['weak-cipher', 'ca_answer', /encrypted with DES/],
    ['echo', 'ca_answer', /signed by somebody else/],
    ['garbage', 'ca_answer', /cannot be read/],
    ['empty', 'ca_answer', /cannot be read/],
    ['huge', 'ca_answer', /larger than 262144 bytes/],
    ['redirect', 'ca_answer', /redirects/],
    ['http-403', 'ca_refused', /HTTP 403: no access from here/],
  ])('that answers badly (%s) → %s, and no certificate', async (fault, code, detail) => {
    const issuer = open()
    const bytes = await prepare(issuer, newKey())
    ca.options.fault = fault
    expect(await issuer.complete(bytes, '', FRESH)).toMatchObject({
      status: 'refused',
      code,
      detail: expect.stringMatching(detail),
    })
  })

  it.each<[ScepFault, RegExp]>([
    ['hang', /no whole answer within 300 ms/],
    ['drop', /connection broke/],
    ['half', /connection broke/],
    ['http-500', /HTTP 500/],
  ])('whose answer does not come (%s) is asked again with the same bytes, and gives one certificate', async (fault, detail) => {
    const issuer = open({ timeoutMs: 300 })
    const key = newKey()
    const bytes = await prepare(issuer, key)
    ca.options.fault = fault
    const lost = await issuer.complete(bytes, key, FRESH)
    expect(lost).toMatchObject({ status: 'unavailable', mayHaveActed: true, detail: expect.stringMatching(detail) })
    ca.options.fault = null
    const made = ca.issued.length
    serialOf(await open().complete(bytes, key, { asks: 1, pending: false }))
    expect(ca.issued.length - made).toBe(fault === 'http-500' ? 1 : 0)
  })

  it.each<[ScepFault, string, RegExp]>([
    ['other-ca', 'ca_answer', /None of its certificates has the fingerprint/],
    ['expired-ra', 'ca_validity', /registration authority is valid from/],
    ['weak-capabilities', 'ca_answer', /no digest better than SHA-1/],
  ])('that is not the one configured (%s) is told nothing: %s', async (fault, code, detail) => {
    ca.options.fault = fault
    const asked = ca.asked.length
    expect(await open().prepare(request(), newKey())).toMatchObject({
      status: 'refused',
      code,
      detail: expect.stringMatching(detail),
    })
    expect(ca.asked.length).toBe(asked)
  })

  it('is not given what only somebody else’s registration authority could read', async () => {
    ca.options.fault = 'foreign-ra'
    const issuer = open()
    // Encrypted to the CA itself, which this peer then cannot open with its foreign RA.
    const result = await issuer.complete(await prepare(issuer, newKey()), '', FRESH)
    expect(result).toMatchObject({ status: 'refused', code: 'ca_refused' })
  })

  it('that is not there is waited for, before and after something was prepared', async () => {
    const gone = await startScepCa()
    const issuer = open({ url: gone.url, anchorSha256: gone.fingerprint, timeoutMs: 300 })
    const bytes = await prepare(issuer, newKey())
    await gone.close()
    expect(await issuer.complete(bytes, '', FRESH)).toMatchObject({
      status: 'unavailable',
      detail: expect.stringMatching(/ECONN/),
    })
    expect(await open({ url: gone.url }).prepare(request(), newKey())).toMatchObject({ status: 'unavailable' })
  })

  it.each(['18', '21', '22', '3', '', '0x13'])(
    'F-S19: the peer of these tests does not serve message type %j, whoever signs it (GO-2026-4775)',
    async (messageType) => {
      const address = { url: ca.url, caIdentifier: null, tlsCa: null, timeoutMs: 2_000 }
      const known = await fetchScepCa({ ...address, anchorSha256: ca.fingerprint, legacyAlgorithms: false })
      if (!known.ok) throw new Error(known.detail)
      const recipient = chooseRecipient(known.known.ca, new Date())
      const signer = signers.sign(csr.subject, new Date())
      const senderNonce = randomBytes(NONCE_BYTES)
      const transactionId = randomBytes(20).toString('hex')
      const message = encodePkiRequest({
        messageType,
        transactionId,
        senderNonce,
        content: csr.bytes,
        signer,
        recipient: { ...recipient.name, key: recipient.key },
        ...known.known.choice,
      })
      const answer = await pkiOperation(address, message, true)
      if (!answer.ok) throw new Error(answer.detail)
      const { issuer, serial } = nameOfCertificate(readDer(signer.certificate))
      const asked = { transactionId, senderNonce, recipient: { name: { issuer, serial }, key: signer.key }, legacy: false }
      expect(readCertRep(answer.value, { ...asked, signers: answerSigners(known.known.ca, new Date()) })).toMatchObject({
        status: 'failure',
        failInfo: 'badRequest',
      })
      expect(ca.issued.some((one) => one.transactionId === transactionId)).toBe(false)
    },
  )
})
