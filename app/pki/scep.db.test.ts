import { randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ISSUER, type ScepDesk, startScepDesk } from '#e2e/peers/scep-desk.ts'
import { type Bytes, bitString, context, integer, nul, oid, printableString, readDer, seq, setOf } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { answerSigners, chooseRecipient, fingerprintOf } from '#lib/core/scep/ca-certificates.ts'
import { type CertRep, readCertRep } from '#lib/core/scep/reply.ts'
import { encodeIssuerAndSubject, encodePkiRequest, type Signer } from '#lib/core/scep/request.ts'
import { encodeSelfSigned } from '#lib/core/scep/signer-certificate.ts'
import { MESSAGE_TYPES, NONCE_BYTES } from '#lib/core/scep/types.ts'
import { parseCertificate, readExtendedKeyUsage, readKeyUsage, readSubjectAltName, toPem } from '#lib/core/x509/certificate.ts'
import { makeKey, type TestKey } from '#lib/core/x509/certificate-fixtures.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { pkiOperation } from '#lib/external/scep-http.ts'
import { fetchScepCa, type KnownCa } from '#lib/issuer/scep/ca.ts'

let desk: ScepDesk
let known: KnownCa
/** HTTP statuses before it was turned on. */
const off: number[] = []
const OPERATIONS = ['GetCACaps', 'GetCACert', 'PKIOperation']
const statusOf = async (operation: string, url = desk.url): Promise<number> =>
  (await fetch(`${url}?operation=${operation}`)).status

beforeAll(async () => {
  desk = await startScepDesk()
  for (const operation of OPERATIONS) off.push(await statusOf(operation))
  await desk.certdesk('enable', '--days', '90')
  const anchorSha256 = fingerprintOf(desk.chain.at(-1) as Bytes)
  const fetched = await fetchScepCa({ ...address(), anchorSha256, legacyAlgorithms: false })
  if (!fetched.ok) throw new Error(fetched.detail)
  known = fetched.known
}, 90_000)
afterAll(() => desk?.stop(), 60_000)

const address = () => ({ url: desk.url, caIdentifier: null, tlsCa: null, timeoutMs: 10_000 })

interface Device {
  key: TestKey
  subject: Bytes
  signer: Signer
}

function makeDevice(commonName: string, key = makeKey()): Device {
  const subject = encodeName([{ type: 'CN', value: commonName }])
  const certificate = encodeSelfSigned({
    subject,
    spki: key.spki,
    key: key.privateKey,
    serial: Buffer.concat([Buffer.of(0x41), randomBytes(8)]),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
  })
  return { key, subject, signer: { certificate, key: key.privateKey } }
}

const attribute = (type: string, value: Uint8Array): Uint8Array => seq(oid(type), setOf(value))

/** A PKCS#10 with attributes, as routers and MDM clients make them. */
function csrOf({ key, subject }: Device, challenge: string | null, more: Uint8Array[] = []): Bytes {
  const attributes = setOf(...(challenge === null ? [] : [attribute(OID.challengePassword, printableString(challenge))]), ...more)
  const info = seq(integer(0), subject, key.spki, context(0, attributes.subarray(attributes.length < 130 ? 2 : 3)))
  return seq(info, seq(oid(OID.sha256WithRSAEncryption), nul()), bitString(sign('sha256', info, key.privateKey)))
}

interface Question {
  device: Device
  content?: Bytes
  signer?: Signer
  messageType?: string
  transactionId?: string
  post?: boolean
}

async function ask(question: Question): Promise<CertRep> {
  const {
    device,
    content = csrOf(device, null),
    signer = device.signer,
    messageType = MESSAGE_TYPES.PKCSReq,
    post = true,
  } = question
  const transactionId = question.transactionId ?? randomBytes(16).toString('hex')
  const senderNonce = randomBytes(NONCE_BYTES)
  const recipient = chooseRecipient(known.ca, new Date())
  const message = encodePkiRequest({
    messageType,
    transactionId,
    senderNonce,
    content,
    signer,
    recipient: { ...recipient.name, key: recipient.key },
    ...known.choice,
  })
  const answer = await pkiOperation(address(), message, post)
  if (!answer.ok) throw new Error(answer.detail)
  const { issuer, serial } = nameOfCertificate(readDer(signer.certificate))
  return readCertRep(answer.value, {
    transactionId,
    senderNonce,
    signers: answerSigners(known.ca, new Date()),
    recipient: { name: { issuer, serial }, key: signer.key },
    legacy: false,
  })
}

const issuedCount = async (): Promise<number> =>
  (await desk.flow.owner.query('SELECT 1 FROM scep_transaction WHERE der IS NOT NULL')).rowCount ?? 0

describe('SCEP of the embedded CA', () => {
  it('is not there unless it was turned on; then it says what it can and who it is', async () => {
    expect(off).toEqual([404, 404, 404])
    expect(await statusOf('GetCACaps', desk.url.replace(ISSUER, 'other'))).toBe(404)
    expect(known.choice).toMatchObject({ post: true, digest: { name: 'SHA-256' }, cipher: { name: 'AES-128' } })
    expect(known.ca.chain.map(fingerprintOf)).toEqual(desk.chain.map(fingerprintOf))
    expect(known.ca.ras).toHaveLength(1)
    await desk.certdesk('disable')
    try {
      for (const operation of OPERATIONS) expect(await statusOf(operation)).toBe(404)
    } finally {
      await desk.certdesk('enable', '--days', '90')
    }
  })

  it('gives one certificate for one challenge, of the configured kind, whatever the request asks for in its extensions', async () => {
    const challenge = await desk.certdesk('challenge')
    const device = makeDevice('router-1')
    // basicConstraints CA:TRUE in an extensionRequest: asked for, not given.
    const wish = seq(seq(oid(OID['id-ce-basicConstraints']), Buffer.from('0101ff', 'hex'), Buffer.from('040530030101ff', 'hex')))
    const content = csrOf(device, challenge, [attribute(OID.extensionRequest, wish)])
    const transactionId = randomBytes(16).toString('hex')
    const reply = await ask({ device, content, transactionId, post: false })
    if (reply.status !== 'success') throw new Error(JSON.stringify(reply))
    const certificate = parseCertificate(reply.certificate)
    expect(Buffer.from(certificate.subject)).toEqual(Buffer.from(device.subject))
    expect(Buffer.from(certificate.spki)).toEqual(Buffer.from(device.key.spki))
    expect(readKeyUsage(certificate)).toEqual(['digitalSignature', 'keyEncipherment'])
    expect(readExtendedKeyUsage(certificate)).toEqual([OID['id-kp-clientAuth']])
    expect(readSubjectAltName(certificate)).toBeNull()
    const days = (certificate.notAfter.getTime() - certificate.notBefore.getTime()) / 86_400_000
    expect(Math.round(days)).toBe(90)
    const chain = openChain(desk.chain)
    expect(verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, chain.signerKey)).toBe(true)

    // Again: the same transaction gives the same certificate; so does asking about it. Another one with that challenge gives none.
    expect(await ask({ device, content, transactionId })).toEqual(reply)
    const poll = encodeIssuerAndSubject(known.ca.issuing.certificate.subject, device.subject)
    expect(await ask({ device, content: poll, transactionId, messageType: MESSAGE_TYPES.CertPoll })).toEqual(reply)
    expect(await ask({ device, content })).toMatchObject({ status: 'failure', failInfo: 'badRequest' })
    const thief = makeDevice('router-1')
    expect(await ask({ device: thief, content: csrOf(thief, challenge) })).toMatchObject({ status: 'failure' })
  })

  it('asks for authority in the same way whatever the message type (F-S19, GO-2026-4775)', async () => {
    const device = makeDevice('router-2')
    const before = await issuedCount()
    for (const messageType of ['17', '19', '20', '18', '21', '22', '3', '', '0019', '19 '])
      for (const content of [csrOf(device, null), csrOf(device, 'f'.repeat(40))])
        expect(await ask({ device, content, messageType })).toMatchObject({ status: 'failure' })
    // With a challenge that holds, but as a type that is not served: refused, and the challenge is not used up.
    const challenge = await desk.certdesk('challenge', '--common-name', 'router-2')
    expect(await ask({ device, content: csrOf(device, challenge), messageType: '18' })).toMatchObject({ failInfo: 'badRequest' })
    expect(await issuedCount()).toBe(before)
    expect(await ask({ device, content: csrOf(device, challenge), messageType: MESSAGE_TYPES.RenewalReq })).toMatchObject({
      status: 'success',
    })
  })

  it('holds a challenge to its name and its time', async () => {
    const device = makeDevice('router-3')
    const other = await desk.makeChallenge('router-4')
    expect(await ask({ device, content: csrOf(device, other) })).toMatchObject({ status: 'failure', failInfo: 'badRequest' })
    const late = await desk.makeChallenge()
    await desk.flow.owner.query(`ALTER TABLE scep_challenge DISABLE TRIGGER USER`)
    await desk.flow.owner.query(
      `UPDATE scep_challenge SET expires_at = now() - interval '1 second' WHERE used_at IS NULL AND common_name IS NULL`,
    )
    await desk.flow.owner.query(`ALTER TABLE scep_challenge ENABLE TRIGGER USER`)
    expect(await ask({ device, content: csrOf(device, late) })).toMatchObject({ status: 'failure' })
  })

  it('gives one certificate when eight ask at once with one challenge', async () => {
    const challenge = await desk.makeChallenge()
    const before = await issuedCount()
    const devices = Array.from({ length: 8 }, (_, n) => makeDevice(`racer-${n}`))
    const replies = await Promise.all(devices.map((device) => ask({ device, content: csrOf(device, challenge) })))
    expect(replies.filter(({ status }) => status === 'success')).toHaveLength(1)
    const device = makeDevice('twin')
    const second = await desk.makeChallenge()
    const transactionId = randomBytes(16).toString('hex')
    const content = csrOf(device, second)
    const same = await Promise.all(Array.from({ length: 8 }, () => ask({ device, content, transactionId })))
    expect(
      new Set(same.map((reply) => (reply.status === 'success' ? fingerprintOf(reply.certificate) : JSON.stringify(reply)))),
    ).toHaveLength(1)
    expect((await issuedCount()) - before).toBe(2)
  })

  it('certifies what a registered registration authority signs, and nothing once it is removed', async () => {
    const ra = makeDevice('Gateway RA')
    const file = join(tmpdir(), `certdesk-ra-${process.pid}.pem`)
    writeFileSync(file, toPem('CERTIFICATE', ra.signer.certificate))
    const device = makeDevice('phone-1')
    const asRa = { device, signer: ra.signer }
    expect(await ask(asRa)).toMatchObject({ status: 'failure', failInfo: 'badMessageCheck' })
    await desk.certdesk('add-ra', '--name', 'gateway', '--certificate', file)
    expect(await ask(asRa)).toMatchObject({ status: 'success' })
    // A certificate of the same name with another key is not it.
    const impostor = makeDevice('Gateway RA')
    expect(await ask({ device, signer: impostor.signer })).toMatchObject({ status: 'failure', failInfo: 'badMessageCheck' })
    await desk.certdesk('remove-ra', '--name', 'gateway')
    expect(await ask(asRa)).toMatchObject({ status: 'failure', failInfo: 'badMessageCheck' })
    await expect(desk.certdesk('add-ra', '--name', 'gateway', '--certificate', file)).rejects.toThrow(/was one and was removed/)
  })

  it('answers a transaction to nobody but who began it', async () => {
    const challenge = await desk.makeChallenge()
    const device = makeDevice('router-5')
    const transactionId = randomBytes(16).toString('hex')
    expect(await ask({ device, content: csrOf(device, challenge), transactionId })).toMatchObject({ status: 'success' })
    const other = makeDevice('router-5')
    expect(await ask({ device: other, transactionId })).toMatchObject({ status: 'failure', failInfo: 'badRequest' })
    const poll = encodeIssuerAndSubject(known.ca.issuing.certificate.subject, device.subject)
    expect(await ask({ device: other, content: poll, transactionId, messageType: MESSAGE_TYPES.CertPoll })).toMatchObject({
      failInfo: 'badCertId',
    })
  })

  it.each<[string, (device: Device, challenge: string) => Bytes, RegExp]>([
    ['no PKCS#10', () => Buffer.from('3003020100', 'hex'), /cannot be read/],
    [
      'another key’s signature',
      (device, challenge) => csrOf({ ...device, key: { ...device.key, privateKey: makeKey().privateKey } }, challenge),
      /not signed with its own key/,
    ],
    ['a key of 1024 bits', (_device, challenge) => csrOf(makeDevice('weak', makeKey(1024)), challenge), /not fit|own key/],
    [
      'no common name',
      (device, challenge) => csrOf({ ...device, subject: encodeName([{ type: 'O', value: 'Example' }]) }, challenge),
      /common name/,
    ],
    [
      'two common names',
      (device, challenge) =>
        csrOf(
          {
            ...device,
            subject: encodeName([
              { type: 'CN', value: 'a' },
              { type: 'CN', value: 'b' },
            ]),
          },
          challenge,
        ),
      /common name/,
    ],
    [
      'a common name in a string type of old',
      (device, challenge) => {
        const name = seq(setOf(seq(oid(OID['id-at-commonName']), Buffer.from('1e0400410042', 'hex'))))
        return csrOf({ ...device, subject: name }, challenge)
      },
      /value of type 1e/,
    ],
    [
      'two challenges',
      (device, challenge) => csrOf(device, challenge, [attribute(OID.challengePassword, printableString('other'))]),
      /more than once/,
    ],
  ])('refuses a request with %s, in words', async (_what, make, words) => {
    const challenge = await desk.makeChallenge()
    const device = makeDevice('router-6')
    const reply = await ask({ device, content: make(device, challenge) })
    expect(reply).toMatchObject({ status: 'failure', text: expect.stringMatching(words) })
  })

  it('takes no message that is none: too large, unsigned, cut, or with nothing in it', async () => {
    const post = (body: BodyInit) => fetch(`${desk.url}?operation=PKIOperation`, { method: 'POST', body })
    expect((await post(Buffer.alloc(40_000, 0x30))).status).toBe(413)
    for (const body of ['', 'hello', Buffer.alloc(100, 0x30)]) expect((await post(body)).status).toBe(400)
    expect((await fetch(`${desk.url}?operation=PKIOperation&message=%3Cscript%3E`)).status).toBe(400)
    expect((await fetch(`${desk.url}?operation=GetNextCACert`)).status).toBe(400)
    expect((await fetch(desk.url, { method: 'DELETE' })).status).not.toBe(200)
  })

  it('revokes: the CRL says so, and the transaction gives nothing any more', async () => {
    const challenge = await desk.makeChallenge()
    const device = makeDevice('router-7')
    const transactionId = randomBytes(16).toString('hex')
    const content = csrOf(device, challenge)
    const reply = await ask({ device, content, transactionId })
    if (reply.status !== 'success') throw new Error(JSON.stringify(reply))
    const { serialNumber } = parseCertificate(reply.certificate)
    expect(await desk.certdesk('list')).toContain(`${serialNumber}  until`)
    await desk.certdesk('revoke', '--serial', serialNumber.toUpperCase(), '--reason', 'cessationOfOperation')
    await expect
      .poll(
        async () => {
          const { rows } = await desk.flow.owner.query<{ der: Bytes }>(
            `SELECT der FROM crl WHERE scope = 'issuing' ORDER BY number DESC LIMIT 1`,
          )
          return rows[0] && parseCrl(rows[0].der).revoked.get(serialNumber)?.reason
        },
        { timeout: 10_000 },
      )
      .toBe('cessationOfOperation')
    expect(await ask({ device, content, transactionId })).toMatchObject({ status: 'failure' })
    await expect(desk.certdesk('revoke', '--serial', serialNumber, '--reason', 'superseded')).rejects.toThrow(/could be revoked/)
  })

  it('cannot be opened by the web’s database role', async () => {
    const web = new pg.Client({ connectionString: desk.flow.database.webUrl })
    await web.connect()
    try {
      for (const statement of [
        'SELECT * FROM scep_challenge',
        'SELECT * FROM scep_transaction',
        "INSERT INTO scep_server (issuer_id, enabled, config) SELECT id, true, '{}' FROM issuer",
        'UPDATE scep_server SET enabled = true',
        'SELECT sealed FROM service_certificate',
      ])
        await expect(web.query(statement)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await web.end()
    }
  })
})
