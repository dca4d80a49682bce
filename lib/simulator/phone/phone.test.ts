import { createPrivateKey, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  certificateCommand,
  provisionCommand,
  type Reply,
  readJws,
  SUBJECT,
  SUBJECT_TEXT,
  someCertificate,
  startTestPortal,
  type TestPortal,
  TWO_KEYS,
} from '../test-portal.ts'
import { fromBase64, fromBase64Url } from './bytes.ts'
import { readCertificateRequest } from './certificate-request.ts'
import { PHONE_FAULTS, type PhoneFaultName } from './faults.ts'
import { readOfferLink } from './offer-link.ts'
import { awaitDelivery, openOffer, prepareAnswer } from './phone.ts'
import { type PhoneEvent, runPhone } from './run-phone.ts'

const device = { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' }
const NONCE = '0123456789abcdef0123456789abcdef'

// Keys are made for every answer, on whatever machine this is.
vi.setConfig({ testTimeout: 30_000 })

let portal: TestPortal
beforeEach(async () => {
  portal = await startTestPortal()
})
afterEach(() => portal.stop())

async function makeOffer(over: Parameters<typeof provisionCommand>[0] = {}): Promise<string> {
  return (await portal.command('provision', await provisionCommand(over))).body.destinations[0].uri
}

/** Runs the command-line phone's course; gives back what it told. */
function run(link: string, fault: PhoneFaultName | null = null, timeoutMs = 20_000) {
  const events: PhoneEvent[] = []
  const stored = runPhone({
    from: { link },
    dataDir: portal.dataDir,
    device,
    fault,
    timeoutMs,
    tell: (event) => events.push(event),
  })
  return { events, stored }
}

/** Outer and inner JWS of a callback, and whether the request's key is the announced one. */
function readAnswer(callback: Reply) {
  const { data } = callback.body.provResponse.result
  const outer = readJws(data)
  const signed: string[] = outer.payload.profile.signedkeys
  const inner = signed.map(readJws)
  const requests = inner.map(({ payload }) => {
    try {
      return readCertificateRequest(fromBase64(payload.certreq))
    } catch {
      return null
    }
  })
  return { data, ...outer, signed, inner, requests }
}

type Jwk = JsonWebKey

const publicKeyOf = ({ n = '', e, ...jwk }: Jwk) => {
  if (jwk.kty === 'EC') return createPublicKey({ key: { kty: 'EC', crv: jwk.crv, x: jwk.x, y: jwk.y }, format: 'jwk' })
  const octets = Buffer.from(n, 'base64url')
  return createPublicKey({
    key: { kty: 'RSA', n: octets.subarray(octets[0] === 0 ? 1 : 0).toString('base64url'), e },
    format: 'jwk',
  })
}
const verifies = (jws: string, jwk: Jwk) => {
  const [header, payload, signature = ''] = jws.split('.')
  const key = { key: publicKeyOf(jwk), dsaEncoding: 'ieee-p1363' } as const
  const hash = jwk.crv === 'P-384' ? 'sha384' : 'sha256'
  return verify(hash, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
}
const spkiOf = (jwk: Jwk) => new Uint8Array(publicKeyOf(jwk).export({ type: 'spki', format: 'der' }))

/** Issues for every key of the answer in a callback and hands the certificates to the simulator. @param over.spki the last one's instead */
async function deliver(callback: Reply, over: { timeout?: number; spki?: Uint8Array } = {}) {
  const { inner, payload } = readAnswer(callback)
  const data = Object.fromEntries(
    inner.map(({ payload: key }) => [
      key.kid,
      someCertificate(over.spki && key === inner.at(-1)?.payload ? over.spki : spkiOf(key)),
    ]),
  )
  return portal.command('certificate', certificateCommand(payload.profile.id, data, { timeout: over.timeout ?? 60 }))
}

describe('the whole course', () => {
  test('offer, answer, certificate, stored as PEM, code 0', async () => {
    const { events, stored } = run(await makeOffer())
    const { body: reply } = await deliver(await portal.nextCallback())
    expect(await stored).toBe(true)
    const { body } = await portal.nextCallback()
    expect(body).toMatchObject({ commandId: reply.commandId, commandType: 'CERT', certResponse: { code: 0 }, state: 'COMPLETED' })
    expect(body.responseHeader.inReplyTo).toBe(reply.destinations[0].location)
    expect(events.map(({ event }) => event)).toEqual(['opened', 'keys-made', 'answered', 'waiting', 'certificate', 'stored'])
    expect(events[0]).toMatchObject({
      servername: 'Certdesk Demo',
      profile: 'Employee mobile ID',
      userid: 'asa.oberg',
      subjects: { signer: SUBJECT_TEXT },
    })
    const last = events.at(-1)
    if (last?.event !== 'stored') throw new Error('not stored')
    expect(last.folder).toBe(join(portal.dataDir, 'phone', last.profileId))
    expect(readFileSync(join(last.folder, 'signer.cert.pem'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(readFileSync(join(last.folder, 'signer.key.pem'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(statSync(join(last.folder, 'signer.key.pem')).mode & 0o077).toBe(0)
  })

  test('a certificate sent again is taken by the stored profile', async () => {
    const { stored } = run(await makeOffer(), 'certificate-refused')
    const callback = await portal.nextCallback()
    await deliver(callback)
    expect(await stored).toBe(false)
    expect((await portal.nextCallback()).body.certResponse).toEqual({ code: 7 })
    await deliver(callback)
    const { id } = readAnswer(callback).payload.profile
    const again = runPhone({
      from: { profileId: id },
      dataDir: portal.dataDir,
      device,
      fault: null,
      timeoutMs: 5_000,
      tell: () => {},
    })
    expect(await again).toBe(true)
    expect((await portal.nextCallback()).body.certResponse).toEqual({ code: 0 })
  })

  test('a certificate for another key is refused and not kept', async () => {
    const { events, stored } = run(await makeOffer())
    const failed = expect(stored).rejects.toMatchObject({ code: 'certificate_wrong_key' })
    const other = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    )
    await deliver(await portal.nextCallback(), { spki: new Uint8Array(await crypto.subtle.exportKey('spki', other.publicKey)) })
    await failed
    expect((await portal.nextCallback()).body.certResponse.code).not.toBe(0)
    const kept = events.find((event) => event.event === 'keys-made')
    expect(existsSync(join(kept?.event === 'keys-made' ? kept.folder : '', 'signer.cert.pem'))).toBe(false)
  })

  test('two keys of two kinds: each certificate stands beside its own key, and both are taken up again from the files', async () => {
    const { events, stored } = run(await makeOffer({ keys: TWO_KEYS }), 'certificate-refused')
    const callback = await portal.nextCallback()
    await deliver(callback)
    expect(await stored).toBe(false)
    await portal.nextCallback()
    await deliver(callback)
    const { id } = readAnswer(callback).payload.profile
    const files: string[] = []
    const again = runPhone({
      from: { profileId: id },
      dataDir: portal.dataDir,
      device,
      fault: null,
      timeoutMs: 5_000,
      tell: (event) => event.event === 'stored' && files.push(...event.files),
    })
    expect(await again).toBe(true)
    expect((await portal.nextCallback()).body.certResponse).toEqual({ code: 0 })
    expect(events.find(({ event }) => event === 'keys-made')).toMatchObject({
      keyids: ['signer', 'auth'],
      kinds: ['EC-P256', 'EC-P384'],
    })
    expect(files).toHaveLength(2)
    for (const file of files) {
      const certificate = new X509Certificate(readFileSync(file))
      const key = createPrivateKey(readFileSync(file.replace('.cert.pem', '.key.pem')))
      expect(certificate.checkPrivateKey(key)).toBe(true)
    }
  })

  test('one of two certificates for another key: neither is kept', async () => {
    const { events, stored } = run(await makeOffer({ keys: TWO_KEYS }))
    const failed = expect(stored).rejects.toMatchObject({ code: 'certificate_wrong_key' })
    const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    await deliver(await portal.nextCallback(), { spki: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) })
    await failed
    expect((await portal.nextCallback()).body.certResponse.code).not.toBe(0)
    const made = events.find((event) => event.event === 'keys-made')
    const folder = made?.event === 'keys-made' ? made.folder : ''
    expect(['signer', 'auth'].map((keyid) => existsSync(join(folder, `${keyid}.cert.pem`)))).toEqual([false, false])
  })

  test('an offer whose keys it cannot make is refused, and the portal hears of it', async () => {
    const run = runPhone({
      from: { link: await makeOffer({ keys: TWO_KEYS }) },
      dataDir: portal.dataDir,
      device,
      fault: null,
      supported: ['RSA-4096'],
      timeoutMs: 5_000,
      tell: () => {},
    })
    await expect(run).rejects.toMatchObject({ code: 'key_type_unsupported' })
    expect((await portal.nextCallback()).body.provResponse).toEqual({ code: 6 })
  })

  test('waiting survives a restart of the messaging server', async () => {
    const offer = await openOffer(await makeOffer())
    const { profile, post } = await prepareAnswer(offer, { device, extractable: false, fault: null })
    await post()
    const callback = await portal.nextCallback()
    const delivery = awaitDelivery(profile, { timeoutMs: 20_000 })
    await portal.restart()
    await deliver(callback)
    expect((await delivery).certificates[0]?.summary.subject).toBe(SUBJECT_TEXT)
  })

  test('no certificate in time is said', async () => {
    const { stored } = run(await makeOffer(), null, 1_000)
    await expect(stored).rejects.toMatchObject({ code: 'certificate_late' })
  })

  test('a ping is answered while waiting', async () => {
    const { stored } = run(await makeOffer())
    const callback = await portal.nextCallback()
    const header = { to: ['@asa.oberg'], lifespan: 10, timeout: 10, externalId: 'p' }
    expect((await portal.command('ping', { commandHeader: header, pingCommand: {} })).status).toBe(200)
    const { path, body } = await portal.nextCallback()
    expect(path).toBe('/hermod/callback/ping')
    expect(body).toMatchObject({ commandType: 'PING', pingResponse: { code: 0 } })
    await deliver(callback)
    expect(await stored).toBe(true)
  })
})

describe('offers that are none', () => {
  test.each([
    'hello',
    'https://example.test/?url=x&token=y',
    'com.nexusgroup.plugout:///?token=y',
    'com.nexusgroup.plugout:///?url=ftp%3a%2f%2fh%2Frest%2Fms%2Fb&token=y',
    'com.nexusgroup.plugout:///?url=http%3a%2f%2f127.0.0.1%3A1%2fhermod%2Frest%2Fms%2Fb',
  ])('%s', (text) => {
    expect(() => readOfferLink(text)).toThrow(expect.objectContaining({ code: 'offer_malformed' }))
  })

  test('a server that is no simulator gets no token', async () => {
    const { createServer } = await import('node:http')
    const bodies: string[] = []
    const server = createServer(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk))
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const link = `com.nexusgroup.plugout:///?url=http%3a%2f%2f127.0.0.1%3A${port}%2fhermod%2Frest%2Fms%2Fb&token=secret`
    await expect(openOffer(link)).rejects.toMatchObject({ code: 'not_simulator' })
    await expect(openOffer(link, portal.simulator.url)).rejects.toMatchObject({ code: 'not_simulator' })
    expect(bodies.join()).toBe('')
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await expect(openOffer(link)).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('no error and no event carries the offer, its token or the nonce', async () => {
    const link = await makeOffer()
    const { events, stored } = run(link, 'walk-away')
    expect(await stored).toBe(false)
    const error = await openOffer(link).catch((reason: unknown) => reason)
    const told = JSON.stringify(events) + String(error) + JSON.stringify(error)
    const token = new URL(link).searchParams.get('token') ?? ''
    for (const secret of [token, link, NONCE]) expect(told).not.toContain(secret)
  })
})

describe('each fault does what it says, and nothing else', () => {
  /** What must hold of an answer with that fault. */
  const BENT: Partial<Record<PhoneFaultName, (answer: ReturnType<typeof readAnswer>, trusted: Jwk) => void>> = {
    'wrong-nonce': ({ header, inner }) => {
      expect(header.nonce).not.toBe(NONCE)
      expect(header.nonce).toHaveLength(NONCE.length)
      expect(inner[0]?.header.nonce).toBe(NONCE)
    },
    'inner-nonce': ({ header, inner }) => {
      expect(header.nonce).toBe(NONCE)
      expect(inner[0]?.header.nonce).not.toBe(NONCE)
    },
    'wrong-attestation-key': ({ data, header }, trusted) => {
      expect(verifies(data, header.jwk)).toBe(true)
      expect(verifies(data, trusted)).toBe(false)
    },
    'forged-signature': ({ data, header }, trusted) => {
      expect(verifies(data, header.jwk)).toBe(false)
      expect(Buffer.from(header.jwk.n, 'base64url').subarray(1).toString('base64url')).toBe(trusted.n)
    },
    'alg-none': ({ data, header }) => {
      expect(header).toEqual({ alg: 'none' })
      expect(data.endsWith('.')).toBe(true)
    },
    'subject-changed': ({ requests }) => {
      const subject = requests[0]?.subject ?? new Uint8Array()
      expect(subject).toHaveLength(SUBJECT.length)
      expect([...subject].filter((octet, index) => octet !== SUBJECT[index])).toHaveLength(1)
    },
    'dummy-key-kept': ({ inner, requests }) => expect(requests[0]?.spki).not.toEqual(spkiOf(inner[0]?.payload)),
    'csr-other-key': ({ inner, requests }) => {
      expect(requests[0]?.spki).not.toEqual(spkiOf(inner[0]?.payload))
      expect(requests[0]?.subject).toEqual(SUBJECT)
    },
    'csr-bad-signature': ({ inner, requests }) => expect(requests[0]?.spki).toEqual(spkiOf(inner[0]?.payload)),
    'csr-asks-ca': ({ inner }) =>
      expect(Buffer.from(inner[0]?.payload.certreq, 'base64').includes(Buffer.from('551d13', 'hex'))).toBe(true),
    'csr-trailing-bytes': ({ requests }) => expect(requests).toEqual([null]),
    'key-1024': ({ inner }) => expect(inner[0]?.payload['n#len']).toBe('1024'),
    'exponent-3': ({ inner }) => expect(fromBase64Url(inner[0]?.payload.e)).toEqual(new Uint8Array([3])),
    'key-kind-not-asked': ({ signed, inner }) => {
      expect(inner[0]?.payload['n#len']).toBe('3072')
      expect(verifies(signed[0] ?? '', inner[0]?.payload)).toBe(true)
    },
    'second-by-first': ({ signed, inner }) => {
      expect(verifies(signed[0] ?? '', inner[0]?.payload)).toBe(true)
      expect(verifies(signed[1] ?? '', inner[1]?.payload)).toBe(false)
      const [header, payload, signature = ''] = signed[1]?.split('.') ?? []
      const key = { key: publicKeyOf(inner[0]?.payload), dsaEncoding: 'ieee-p1363' } as const
      expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
    },
    'same-key-twice': ({ inner }) => {
      expect(inner.map(({ payload }) => payload.kid)).toEqual(['signer', 'auth'])
      expect(spkiOf(inner[0]?.payload)).toEqual(spkiOf(inner[1]?.payload))
    },
    'signature-der': ({ signed, inner }) => {
      const [header, payload, signature = ''] = signed[0]?.split('.') ?? []
      const key = { key: publicKeyOf(inner[0]?.payload), dsaEncoding: 'der' } as const
      expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
    },
    'keys-reversed': ({ inner }) => expect(inner.map(({ header }) => header.kid)).toEqual(['auth', 'signer']),
    'private-key-leaked': ({ inner }) => expect(inner[0]?.payload.d).toEqual(expect.any(String)),
    'no-possession': ({ signed, header, inner }) => {
      expect(verifies(signed[0] ?? '', header.jwk)).toBe(true)
      expect(verifies(signed[0] ?? '', inner[0]?.payload)).toBe(false)
    },
    'extra-key': ({ inner }) => expect(inner.map(({ header }) => header.kid)).toEqual(['signer', 'extra']),
    'missing-key': ({ signed }) => expect(signed).toEqual([]),
    'wrong-userid': ({ payload }) => expect(payload.profile.userid).toBe('someone.else'),
    'wrong-profile': ({ payload }) => expect(payload.profile.name).toBe('Another profile'),
    'wrong-fqdn': ({ header }) => expect(header.fqdn).toBe('hermod.elsewhere.example'),
    'box-elsewhere': ({ payload }) => expect(new URL(payload.profile.boxurl).hostname).toBe('hermod.elsewhere.example'),
  }

  test('every fault that bends the answer is looked at here', () => {
    const bending = Object.entries(PHONE_FAULTS).filter(([, fault]) => 'bend' in fault)
    expect(Object.keys(BENT).toSorted()).toEqual(bending.map(([name]) => name).toSorted())
    expect(bending.filter(([, { ends }]) => ends !== 'rejected').map(([name]) => name)).toEqual(['keys-reversed'])
  })

  test.each(Object.keys(BENT) as PhoneFaultName[])('%s', async (name) => {
    const trusted = JSON.parse(readFileSync(join(portal.dataDir, 'simulator', 'attestation-keys.json'), 'utf8')).ATTESTATION[0]
    const { stored } = run(await makeOffer('needs' in PHONE_FAULTS[name] ? { keys: TWO_KEYS } : {}), name, 0)
    await expect(stored).rejects.toMatchObject({ code: 'certificate_late' })
    const answer = readAnswer(await portal.nextCallback())
    BENT[name]?.(answer, trusted)
    // Whatever is bent, the rest is sound: the signature of the app, unless that is the fault.
    if (!['wrong-attestation-key', 'forged-signature', 'alg-none'].includes(name))
      expect(verifies(answer.data, trusted)).toBe(true)
  })

  test('refuse: a code that is not 0, and no result', async () => {
    const { stored } = run(await makeOffer(), 'refuse')
    expect(await stored).toBe(false)
    expect((await portal.nextCallback()).body.provResponse).toEqual({ code: 5 })
  })

  test('walk-away: nothing until the offer times out', async () => {
    const { stored } = run(await makeOffer({ timeout: 2 }), 'walk-away')
    expect(await stored).toBe(false)
    expect((await portal.nextCallback()).body.state).toBe('TIMEOUT')
  })

  test('answer-twice: the same callback two times', async () => {
    const { stored } = run(await makeOffer(), 'answer-twice')
    const first = await portal.nextCallback()
    expect((await portal.nextCallback()).text).toBe(first.text)
    await deliver(first)
    expect(await stored).toBe(true)
  })

  test('answer-late: the time-out is called back, then the answer', async () => {
    const { stored } = run(await makeOffer(), 'answer-late', 0)
    await expect(stored).rejects.toMatchObject({ code: 'certificate_late' })
    expect((await portal.nextCallback()).body).toMatchObject({ state: 'TIMEOUT' })
    expect((await portal.nextCallback()).body).toMatchObject({ state: 'COMPLETED', provResponse: { code: 0 } })
  })

  test('certificate-ignored: the certificate command times out', async () => {
    const { stored } = run(await makeOffer(), 'certificate-ignored')
    const { body: reply } = await deliver(await portal.nextCallback(), { timeout: 3 })
    expect(await stored).toBe(false)
    expect((await portal.nextCallback()).body).toMatchObject({
      commandId: reply.commandId,
      commandType: 'CERT',
      state: 'TIMEOUT',
    })
  })
})
