import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SERVER_FAULTS } from './faults.ts'
import { makeOfferUri } from './offer-uri.ts'
import { fromBase64 } from './phone/bytes.ts'
import { openOffer, prepareAnswer } from './phone/phone.ts'
import {
  CALLBACK_AUTH,
  certificateCommand,
  dummyRequest,
  provisionCommand,
  readJws,
  someCertificate,
  startTestPortal,
  type TestPortal,
} from './test-portal.ts'

const published = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../e2e/vectors/nexus-example/${name}.json`, import.meta.url), 'utf8'))
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const device = { operatingsystem: 'iOS (18.1)', name: 'Test phone', model: 'iPhone' }

// Keys are made for every answer, on whatever machine this is.
vi.setConfig({ testTimeout: 30_000 })

let portal: TestPortal
beforeEach(async () => {
  portal = await startTestPortal()
})
afterEach(() => portal.stop())

/** Submits an offer and answers it well. */
async function enrol(userid = 'asa.oberg') {
  const { body: reply } = await portal.command('provision', await provisionCommand({ userid }))
  const offer = await openOffer(reply.destinations[0].uri)
  const { profile, post } = await prepareAnswer(offer, { device, extractable: false, fault: null })
  await post()
  const callback = await portal.nextCallback()
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', profile.keys[0]?.publicKey as CryptoKey))
  return { reply, profile, callback, certificate: someCertificate(spki) }
}

describe('commands of the portal', () => {
  test('a provision command is answered as documented', async () => {
    const { status, body } = await portal.command('provision', await provisionCommand())
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['commandId', 'destinations', 'commandType', 'state', 'fqdn'])
    expect(body).toMatchObject({ commandType: 'PROV', state: 'IN_PROGRESS', fqdn: '127.0.0.1' })
    expect(body.commandId).toMatch(/^\d+$/)
    const [destination] = body.destinations
    expect(Object.keys(destination)).toEqual(Object.keys(published('provision-callback').destinations[0]))
    expect(destination.to).toBe('@tmp')
    expect(destination.bid).toMatch(UUID)
    expect(destination.mid).toMatch(UUID)
    expect(destination.location).toBe(`${portal.simulator.url}/hermod/rest/ms/${destination.bid}/${destination.mid}`)
  })

  test('the URI is percent-encoded exactly as the published one', () => {
    for (const name of ['provision-callback', 'certificate-callback']) {
      const [{ uri, location, mid }] = published(name).destinations
      const token = new URL(uri).searchParams.get('token') ?? ''
      expect(makeOfferUri(location.replace(`/${mid}`, ''), token)).toBe(uri)
    }
  })

  test('command ids increase, also across restarts', async () => {
    const ids: number[] = []
    for (let n = 0; n < 3; n++) {
      ids.push(Number((await portal.command('provision', await provisionCommand())).body.commandId))
      await portal.restart()
      ids.push(Number((await portal.command('provision', await provisionCommand())).body.commandId))
    }
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('the published commands are taken as they are', async () => {
    expect((await portal.command('provision', published('provision-command'))).status).toBe(200)
    // Nobody here has that mailbox.
    expect((await portal.command('certificate', published('certificate-command'))).status).toBe(404)
  })

  test('a wrong key, method, type or body is refused', async () => {
    const command = await provisionCommand()
    expect((await portal.command('provision', command, { 'x-api-key': 'cG9ydGFsOndyb25n' })).status).toBe(401)
    expect((await portal.command('provision', command, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await portal.command('provision', '{')).status).toBe(400)
    expect((await portal.command('authenticate', command)).status).toBe(404)
    expect((await portal.command('provision', 'x'.repeat(300_000))).status).toBe(413)
    expect((await fetch(`${portal.simulator.url}/hermod/rest/command/provision`)).status).toBe(405)
  })

  test('what departs from the documentation is refused with the place', async () => {
    const good = await provisionCommand()
    const key = good.provCommand.profile.keygenrequests[0]
    const header = (over: object) => ({ ...good, commandHeader: { ...good.commandHeader, ...over } })
    const prov = (over: object) => ({ ...good, provCommand: { ...good.provCommand, ...over } })
    const keys = (over: object) => prov({ profile: { ...good.provCommand.profile, keygenrequests: [{ ...key, ...over }] } })
    const bad: [string, object][] = [
      ['timeout', header({ timeout: 301 })],
      ['timeout', header({ timeout: 0 })],
      ['lifespan', header({ lifespan: '300' })],
      ['lifespan', header({ lifespan: 300.5 })],
      ['commandHeader', header({ replyTo: 'x' })],
      ['to', header({ to: ['@asa.oberg'] })],
      ['nonce', prov({ nonce: 12345 })],
      ['responsesignaturekey', prov({ responsesignaturekey: 'OTHER' })],
      ['responseformat', prov({ responseformat: 'cms' })],
      ['provCommand', prov({ pin: { min: 6 } })],
      ['keylength', keys({ keytypeprios: [{ keytype: 'RSA', keylength: 2048, responsemechanism: 'RS256' }] })],
      ['keystate', keys({ keystate: 'active' })],
      ['certreq', keys({ certreq: `${await dummyRequest}\n` })],
      ['certreq', keys({ certreq: 'AAAA' })],
      ['keygenrequests', prov({ profile: { ...good.provCommand.profile, keygenrequests: [key, key] } })],
      ['keygenrequests', prov({ profile: { ...good.provCommand.profile, keygenrequests: [] } })],
      ['body', { ...good, certCommand: {} }],
    ]
    for (const [place, command] of bad) {
      const { status, body } = await portal.command('provision', command)
      expect(status, place).toBe(400)
      expect(body.error).toContain(place)
    }
  })
})

describe('the certificate command', () => {
  test('finds the profile’s permanent mailbox by user and profile', async () => {
    const first = await enrol()
    const second = await enrol()
    const other = await enrol('someone.else')
    const { status, body } = await portal.command('certificate', certificateCommand(second.profile.id, second.certificate))
    expect(status).toBe(200)
    expect(body.commandType).toBe('CERT')
    expect(body.destinations).toHaveLength(1)
    const [destination] = body.destinations
    expect(Object.keys(destination)).toEqual(Object.keys(published('certificate-callback').destinations[0]))
    expect(destination).toMatchObject({ to: destination.bid, pid: second.profile.id })
    expect(second.profile.box.url).toBe(`${portal.simulator.url}/hermod/rest/ms/${destination.bid}`)
    for (const wrong of [
      certificateCommand(other.profile.id, other.certificate),
      certificateCommand(first.profile.id, first.certificate, { userid: 'nobody' }),
    ])
      expect((await portal.command('certificate', wrong)).status).toBe(404)
  })

  test('still finds it after a restart', async () => {
    const { profile, certificate } = await enrol()
    await portal.restart()
    expect((await portal.command('certificate', certificateCommand(profile.id, certificate))).status).toBe(200)
  })

  test('must carry certificates', async () => {
    const { profile } = await enrol()
    const { status, body } = await portal.command('certificate', certificateCommand(profile.id, await dummyRequest))
    expect(status).toBe(400)
    expect(body.error).toContain('certificates.0.data')
  })
})

describe('callbacks', () => {
  test('an answer is called back as in the published example', async () => {
    const { reply, callback } = await enrol()
    const example = published('provision-callback')
    expect(callback.path).toBe('/hermod/callback/provision')
    expect(callback.authorization).toBe(`Basic ${Buffer.from(CALLBACK_AUTH).toString('base64')}`)
    expect(Object.keys(callback.body)).toEqual(Object.keys(example))
    expect(Object.keys(callback.body.provResponse)).toEqual(Object.keys(example.provResponse))
    expect(Object.keys(callback.body.provResponse.result)).toEqual(Object.keys(example.provResponse.result))
    expect(callback.body).toMatchObject({
      responseHeader: { inReplyTo: reply.destinations[0].location, status: 200 },
      provResponse: { code: 0, result: { contenttype: 'jws' } },
      commandId: reply.commandId,
      externalId: 'order-42',
      destinations: reply.destinations,
      commandType: 'PROV',
      state: 'COMPLETED',
      fqdn: '127.0.0.1',
    })
    expect(readJws(callback.body.provResponse.result.data).header.fqdn).toBe('127.0.0.1')
  })

  test('a command that nobody answers times out: called back without a response, then forgotten', async () => {
    const command = await provisionCommand({ timeout: 1, lifespan: 4 })
    const { body: reply } = await portal.command('provision', command)
    const callback = await portal.nextCallback()
    expect(callback.body).toEqual({
      commandId: reply.commandId,
      externalId: 'order-42',
      destinations: reply.destinations,
      commandType: 'PROV',
      state: 'TIMEOUT',
      fqdn: '127.0.0.1',
    })
    await expect(openOffer(reply.destinations[0].uri)).rejects.toMatchObject({ code: 'offer_expired' })
    const isKnown = async () => {
      const response = await fetch(`${portal.simulator.url}/simulator/commands`)
      return (await response.text()).includes(`"${reply.commandId}"`)
    }
    expect(await isKnown()).toBe(true)
    await expect.poll(isKnown, { timeout: 10_000 }).toBe(false)
    await expect(openOffer(reply.destinations[0].uri)).rejects.toMatchObject({ code: 'offer_unknown' })
  })

  test('a time-out that fell into a restart is still called back', async () => {
    const { body: reply } = await portal.command('provision', await provisionCommand({ timeout: 1, lifespan: 60 }))
    await portal.restart()
    expect((await portal.nextCallback()).body).toMatchObject({ commandId: reply.commandId, state: 'TIMEOUT' })
  })

  test('is tried three times until it is taken', async () => {
    portal.statuses.push(500, 404)
    const { callback } = await enrol()
    const again = [await portal.nextCallback(), await portal.nextCallback()]
    expect(again.map(({ text }) => text)).toEqual([callback.text, callback.text])
    expect(portal.callbacks).toHaveLength(3)
  })
})

describe('devices', () => {
  test('a token works once, and only for its own mailbox', async () => {
    const { body: one } = await portal.command('provision', await provisionCommand())
    const { body: two } = await portal.command('provision', await provisionCommand())
    const { bid, uri } = one.destinations[0]
    const mixed = uri.replace(bid, two.destinations[0].bid)
    await expect(openOffer(mixed)).rejects.toMatchObject({ code: 'offer_unknown' })
    await openOffer(uri)
    await expect(openOffer(uri)).rejects.toMatchObject({ code: 'offer_used' })
    await portal.restart()
    await expect(openOffer(uri)).rejects.toMatchObject({ code: 'offer_used' })
  })

  test('a message and a mailbox open only with their own secret', async () => {
    const { body: reply } = await portal.command('provision', await provisionCommand())
    const { profile } = await enrol()
    const { location } = reply.destinations[0]
    for (const url of [location, profile.box.url])
      for (const authorization of [undefined, 'Bearer ', `Bearer ${crypto.randomUUID()}`]) {
        const response = await fetch(url, authorization ? { headers: { authorization } } : {})
        expect(response.status).toBe(404)
        expect(await response.json()).toMatchObject({ simulator: true, code: 'unknown' })
      }
  })

  test('a second answer is refused', async () => {
    const { body: reply } = await portal.command('provision', await provisionCommand())
    const offer = await openOffer(reply.destinations[0].uri)
    const { post } = await prepareAnswer(offer, { device, extractable: false, fault: null })
    await post()
    await expect(post()).rejects.toMatchObject({ code: 'too_late' })
  })

  test('pages of the portal may call, others may not, and no other name may point here', async () => {
    const { url } = portal.simulator
    const preflight = await fetch(`${url}/hermod/rest/ms`, { method: 'OPTIONS', headers: { origin: 'http://portal.test:3000' } })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://portal.test:3000')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    const ask = (origin: string) => fetch(`${url}/simulator/app`, { headers: { origin } })
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
      expect((await ask(origin)).headers.get('access-control-allow-origin')).toBe(origin)
    for (const origin of [
      'https://evil.example',
      'http://127.0.0.1:3001',
      'https://localhost:3000',
      'null',
      'http://localhost.evil.example:3000',
    ]) {
      const foreign = await ask(origin)
      expect(foreign.status).toBe(403)
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    }
    const { request } = await import('node:http')
    const status = await new Promise((done) =>
      request(`${url}/simulator/app`, { headers: { host: 'rebound.example' } }, (response) =>
        done(response.resume().statusCode),
      ).end(),
    )
    expect(status).toBe(421)
  })
})

describe('the attestation key', () => {
  test('is made once; its public half is written in the form of ATTESTATION_KEYS_FILE, the private half is its owner’s only', async () => {
    const folder = join(portal.dataDir, 'simulator')
    rmSync(join(folder, 'attestation-private.json'))
    await portal.restart()
    const read = () => readFileSync(join(folder, 'attestation-keys.json'), 'utf8')
    const before = read()
    const [jwk] = JSON.parse(before).ATTESTATION
    expect(Object.keys(jwk)).toEqual(['alg', 'e', 'keystate', 'kid', 'kty', 'n', 'use'])
    expect(fromBase64(Buffer.from(jwk.n, 'base64url').toString('base64'))).toHaveLength(256)
    const { attestation } = (await (await fetch(`${portal.simulator.url}/simulator/app`)).json()) as { attestation: JsonWebKey }
    expect(attestation).toMatchObject({ kty: 'RSA', n: jwk.n, d: expect.any(String) })
    await portal.restart()
    expect(read()).toBe(before)
    for (const name of ['attestation-private.json', 'state.json']) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0)
    expect(existsSync(join(folder, 'state.json'))).toBe(true)
  })
})

describe('faults of the messaging server', () => {
  const submit = async () => portal.command('provision', await provisionCommand())

  test('there are switches for all, and only for what there is', async () => {
    for (const fault of Object.keys(SERVER_FAULTS)) expect(await portal.setFault(fault)).toBe(200)
    expect(await portal.setFault('nonsense')).toBe(400)
    expect(await portal.setFault(null)).toBe(200)
    expect((await submit()).status).toBe(200)
  })

  test.each(['401', '403', '500'])('%s', async (fault) => {
    await portal.setFault(fault)
    expect((await submit()).status).toBe(Number(fault))
  })

  test.each(['down', 'no-reply'])('%s: the connection is reset', async (fault) => {
    await portal.setFault(fault)
    await expect(submit()).rejects.toThrow('fetch failed')
    const { commands } = (await (await fetch(`${portal.simulator.url}/simulator/commands`)).json()) as { commands: unknown[] }
    expect(commands).toHaveLength(fault === 'no-reply' ? 1 : 0)
  })

  test.each(['garbage', 'html'])('%s: 200 and no JSON', async (fault) => {
    await portal.setFault(fault)
    expect(await submit()).toMatchObject({ status: 200, body: null })
  })

  test('redirect', async () => {
    await portal.setFault('redirect')
    expect((await submit()).status).toBe(302)
  })

  test('no-command-id', async () => {
    await portal.setFault('no-command-id')
    expect(Object.keys((await submit()).body)).not.toContain('commandId')
  })

  test('slow: the reply takes its time', async () => {
    await portal.setFault('slow', 300)
    const start = performance.now()
    expect((await submit()).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThan(290)
  })

  test('callback-before-reply: the answer is called back before the command is replied to', async () => {
    await portal.setFault('callback-before-reply')
    const { body: reply } = await submit()
    expect(portal.callbacks).toHaveLength(1)
    expect(portal.callbacks[0]?.body).toMatchObject({ commandId: reply.commandId, state: 'COMPLETED', provResponse: { code: 0 } })
  })

  test('callback-twice', async () => {
    await portal.setFault('callback-twice')
    const { callback } = await enrol()
    expect((await portal.nextCallback()).text).toBe(callback.text)
  })

  test('callback-without-auth and callback-wrong-auth', async () => {
    await portal.setFault('callback-without-auth')
    expect((await enrol()).callback.authorization).toBeUndefined()
    await portal.setFault('callback-wrong-auth')
    expect((await enrol()).callback.authorization).not.toBe(`Basic ${Buffer.from(CALLBACK_AUTH).toString('base64')}`)
  })

  test('callback-oversized, callback-garbage, callback-unknown', async () => {
    await portal.setFault('callback-oversized')
    expect((await enrol()).callback.text).toHaveLength(2 * 1024 * 1024)
    await portal.setFault('callback-garbage')
    expect((await enrol()).callback.body).toBeNull()
    await portal.setFault('callback-unknown')
    expect((await enrol()).callback.body).toMatchObject({ commandId: '999999999', externalId: 'nobody' })
  })

  test('callback-lost: nothing comes, though the phone’s answer was taken', async () => {
    await portal.setFault('callback-lost')
    const { body: reply } = await submit()
    const offer = await openOffer(reply.destinations[0].uri)
    const { post } = await prepareAnswer(offer, { device, extractable: false, fault: null })
    await post()
    await portal.setFault(null)
    // The next command's callback is the first that comes.
    const next = await enrol()
    expect(next.callback.body.commandId).toBe(next.reply.commandId)
    expect(portal.callbacks).toHaveLength(1)
  })
})
