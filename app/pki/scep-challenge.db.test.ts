/** The portal's SCEP client, with a phone's key, against the portal's own SCEP server: one certificate for each challenge in a dummy. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScepDesk, startScepDesk } from '#e2e/peers/scep-desk.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { fingerprintOf } from '#lib/core/scep/ca-certificates.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { PROFILE } from '#lib/core/x509/certificate-fixtures.ts'
import { type Csr, encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import type { IssuanceResult } from '#lib/issuer/port.ts'
import { ScepIssuer } from '#lib/issuer/scep/issuer.ts'
import { ephemeralSigners } from '#lib/issuer/scep/signer.ts'
import { readCertificateRequest, writeCertificateRequest } from '#lib/simulator/phone/certificate-request.ts'
import { makeKey } from '#lib/simulator/phone/keys.ts'

let desk: ScepDesk
let issuer: ScepIssuer

beforeAll(async () => {
  desk = await startScepDesk()
  await desk.certdesk('enable', '--days', '90')
  const [certificate, ...above] = desk.chain as [Bytes, ...Bytes[]]
  const config = {
    url: desk.url,
    caIdentifier: null,
    tlsCa: null,
    timeoutMs: 10_000,
    anchorSha256: fingerprintOf(desk.chain.at(-1) as Bytes),
    legacyAlgorithms: false,
    messageType: 'PKCSReq' as const,
    subject: 'exact' as const,
  }
  const signers = await ephemeralSigners('issuer-1', 'a passphrase of the test')
  issuer = new ScepIssuer('desk', { certificate, chain: [certificate, ...above] }, config, signers)
}, 90_000)
afterAll(() => desk?.stop(), 60_000)

/** What a phone makes of a dummy with that challenge. */
async function phoneRequest(commonName: string, challenge: string | null): Promise<Csr> {
  const dummyKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const spki = createPublicKey(dummyKey).export({ format: 'der', type: 'spki' })
  const dummy = encodeCsr(encodeName([{ type: 'CN', value: commonName }]), spki, dummyKey, challenge)
  const { subject, attributes } = readCertificateRequest(dummy)
  const { publicKey, privateKey } = await makeKey({ extractable: false })
  return readCsr(Buffer.from(await writeCertificateRequest({ subject, publicKey, signer: privateKey, attributes })))
}

async function enrol({ bytes: csr, subject, spki }: Csr, transaction: string): Promise<IssuanceResult> {
  const request = { csr, subject, spki, profile: PROFILE, email: null, upn: null, now: new Date() }
  const prepared = await issuer.prepare(request, transaction)
  if (prepared.status !== 'prepared') throw new Error(prepared.detail)
  return issuer.complete(prepared.prepared.bytes, transaction, { asks: 0, pending: false })
}

it('issues for a challenge that the phone kept, sent in our name, and refuses its second use', async () => {
  const challenge = await desk.certdesk('challenge', '--common-name', 'Åsa Öberg')
  const csr = await phoneRequest('Åsa Öberg', challenge)
  const result = await enrol(csr, 'first')
  if (result.status !== 'issued') throw new Error(`${result.status}: ${result.detail}`)
  const certificate = parseCertificate(result.der)
  expect(Buffer.from(certificate.spki).equals(csr.spki)).toBe(true)
  expect(Buffer.from(certificate.subject).equals(csr.subject)).toBe(true)
  const { rows } = await desk.flow.owner.query('SELECT 1 FROM scep_challenge WHERE used_at IS NOT NULL')
  expect(rows).toHaveLength(1)

  const refused = { status: 'refused', code: 'ca_refused' }
  expect(await enrol(await phoneRequest('Åsa Öberg', challenge), 'second')).toMatchObject({
    ...refused,
    detail: expect.stringMatching(/challenge password is unknown, used up, expired or for another name/),
  })
  const forAnother = await desk.makeChallenge('Bo Ek')
  expect(await enrol(await phoneRequest('Åsa Öberg', forAnother), 'third')).toMatchObject(refused)
  expect(await enrol(await phoneRequest('Åsa Öberg', null), 'fourth')).toMatchObject({
    ...refused,
    detail: expect.stringMatching(/there is no challenge password/),
  })
})
