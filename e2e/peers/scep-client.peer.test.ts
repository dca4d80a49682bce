/** Our SCEP client against micromdm's scepserver: single DES and SHA-1 in its answers whatever it was asked, and no memory of transactions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { makeKey, PROFILE } from '#lib/core/x509/certificate-fixtures.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import type { CertificateProfile } from '#lib/core/x509/extensions.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import type { IssuanceResult } from '#lib/issuer/port.ts'
import { ScepIssuer, type ScepIssuerConfig } from '#lib/issuer/scep/issuer.ts'
import { ephemeralSigners, type Signers } from '#lib/issuer/scep/signer.ts'
import { type ScepServer, startScepServer } from './scepserver.ts'

let peer: ScepServer
let guarded: ScepServer
let signers: Signers
beforeAll(async () => {
  peer = await startScepServer()
  guarded = await startScepServer({ challenge: 'a static challenge' })
  signers = await ephemeralSigners('issuer-1', 'a passphrase of the test')
})
afterAll(async () => {
  await peer?.stop()
  await guarded?.stop()
})

function open(server: ScepServer, change: Partial<ScepIssuerConfig> = {}): ScepIssuer {
  const config: ScepIssuerConfig = {
    url: server.url,
    caIdentifier: null,
    tlsCa: null,
    timeoutMs: 10_000,
    anchorSha256: server.fingerprint,
    legacyAlgorithms: true,
    messageType: 'PKCSReq',
    subject: 'exact',
    ...change,
  }
  return new ScepIssuer('scepserver', { certificate: server.certificate, chain: [server.certificate] }, config, signers)
}

const leaf = makeKey()
/** Of what Go keeps of a name when it writes it again; an address in it would be lost. */
const SUBJECT = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'CN', value: 'Åsa Öberg' },
])
const plainCsr = readCsr(encodeCsr(SUBJECT, leaf.spki, leaf.privateKey))
const request = (csr = plainCsr) => ({
  csr: csr.bytes,
  subject: csr.subject,
  spki: csr.spki,
  profile: { ...PROFILE, subjectAltNameEmail: false },
  email: null,
  upn: null,
  now: new Date(),
})

async function enrol(issuer: ScepIssuer, key: string, asked = request()): Promise<IssuanceResult> {
  const prepared = await issuer.prepare(asked, key)
  if (prepared.status !== 'prepared') throw new Error(prepared.detail)
  return issuer.complete(prepared.prepared.bytes, key, { asks: 0, pending: false })
}

describe('scepserver of micromdm', () => {
  it.each(['PKCSReq', 'RenewalReq'] as const)(
    'certifies the phone’s key though another key signs the %s',
    async (messageType) => {
      const result = await enrol(open(peer, { messageType }), `peer:${messageType}`)
      if (result.status !== 'issued') throw new Error(`${result.status}: ${result.detail}`)
      const certificate = parseCertificate(result.der)
      expect(Buffer.from(certificate.spki).equals(leaf.spki)).toBe(true)
      expect(Buffer.from(certificate.subject).equals(SUBJECT)).toBe(true)
      const { signerKey } = openChain([peer.certificate])
      expect(verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, signerKey)).toBe(true)
    },
  )

  it('writes a name of plain letters anew, in PrintableString: taken only where the connection says so', async () => {
    const plain = encodeName([
      { type: 'C', value: 'SE' },
      { type: 'O', value: 'Example AB' },
      { type: 'CN', value: 'Asa Oberg' },
    ])
    const own = readCsr(encodeCsr(plain, leaf.spki, leaf.privateKey))
    const usages: Pick<CertificateProfile, 'keyUsage' | 'extendedKeyUsage'> = {
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
    }
    const asked = { ...request(), csr: own.bytes, subject: own.subject, profile: { ...request().profile, ...usages } }
    const issuer = open(peer)
    const prepared = await issuer.prepare(asked, 'peer:plain')
    if (prepared.status !== 'prepared') throw new Error(prepared.detail)
    const result = await issuer.complete(prepared.prepared.bytes, 'peer:plain', { asks: 0, pending: false })
    if (result.status !== 'issued') throw new Error(result.status)
    const check = (subject: 'exact' | 'equivalent') =>
      checkCertificate(result.der, open(peer, { subject }).expectation(asked), openChain([peer.certificate]))
    expect(check('exact')).toMatchObject({ ok: false, fault: 'subject', detail: expect.stringContaining('same text') })
    expect(check('equivalent')).toMatchObject({ ok: true })
  })

  it('answers with old algorithms, which are taken only where that is allowed', async () => {
    expect(await enrol(open(peer, { legacyAlgorithms: false }), 'peer:strict')).toMatchObject({
      status: 'refused',
      code: 'ca_answer',
      detail: expect.stringMatching(/SHA-1|DES/),
    })
  })

  it('refuses without its challenge: in words, with who acts', async () => {
    expect(await enrol(open(guarded), 'peer:challenge')).toMatchObject({
      status: 'refused',
      code: 'ca_refused',
      detail: expect.stringContaining('badRequest'),
    })
  })

  it('takes the challenge that the phone signed, though another key signs the message, and no other', async () => {
    const withChallenge = (challenge: string) => request(readCsr(encodeCsr(SUBJECT, leaf.spki, leaf.privateKey, challenge)))
    expect(await enrol(open(guarded), 'peer:kept', withChallenge('a static challenge'))).toMatchObject({ status: 'issued' })
    expect(await enrol(open(guarded), 'peer:other', withChallenge('another'))).toMatchObject({
      status: 'refused',
      code: 'ca_refused',
    })
  })

  it('is not believed under another fingerprint', async () => {
    const prepared = await open(peer, { anchorSha256: guarded.fingerprint }).prepare(request(), 'peer:pin')
    expect(prepared).toMatchObject({ status: 'refused', code: 'ca_answer' })
  })

  it('forgets transactions: asked again it makes a second certificate, and the port gives whichever came (K11)', async () => {
    const issuer = open(peer)
    const prepared = await issuer.prepare(request(), 'peer:again')
    if (prepared.status !== 'prepared') throw new Error(prepared.detail)
    const ask = async (asks: number): Promise<string> => {
      const result = await issuer.complete(prepared.prepared.bytes, 'peer:again', { asks, pending: false })
      if (result.status !== 'issued') throw new Error(result.status)
      return parseCertificate(result.der).serialNumber
    }
    expect(await ask(0)).not.toBe(await ask(1))
  })
})
