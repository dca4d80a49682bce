import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { sendCommand, withoutOffers } from './hermod.ts'

const servers: { close(): void; closeAllConnections?(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.()
    server.close()
  }
})

async function listen(handler: RequestListener): Promise<string> {
  const server: Server = createServer(handler)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hermod`
}
const config = (url: string) => ({
  url,
  clientId: 'karolin',
  apiKey: 'fd04',
  ca: null,
  connectTimeoutMs: 300,
  totalTimeoutMs: 400,
})
const OFFER = 'com.nexusgroup.plugout:///?url=https%3a%2f%2fhermod%3A20400%2Fhermod%2Frest%2Fms%2Fb&token=9f0c7c86-secret'
const reply = (over: object = {}) =>
  JSON.stringify({
    commandId: '688',
    destinations: [{ to: '@tmp', bid: 'b', uri: OFFER, mid: 'm', location: 'l' }],
    commandType: 'PROV',
    state: 'IN_PROGRESS',
    fqdn: 'hermod',
    ...over,
  })

describe('giving Hermod a command', () => {
  it('posts the bytes as they are, with the key pair in X-Api-Key, to the path of the kind', async () => {
    let seen: unknown
    const url = await listen(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      seen = {
        method: request.method,
        url: request.url,
        key: request.headers['x-api-key'],
        type: request.headers['content-type'],
        body,
      }
      response.end(reply())
    })
    const outcome = await sendCommand(config(url), 'provision', '{"å":1}')
    expect(seen).toEqual({
      method: 'POST',
      url: '/hermod/rest/command/provision',
      key: 'a2Fyb2xpbjpmZDA0',
      type: 'application/json',
      body: '{"å":1}',
    })
    expect(outcome).toMatchObject({ status: 'ok', reply: { commandId: '688', destinations: [{ uri: OFFER }] } })
  })

  it('keeps no offer in the reply that is stored', async () => {
    const url = await listen((_request, response) => response.end(reply({ note: `see ${OFFER}` })))
    const outcome = await sendCommand(config(url), 'provision', '{}')
    expect(outcome.status === 'ok' && outcome.body).not.toMatch(/9f0c7c86|plugout/)
    expect(withoutOffers('https://h/?a=1&token=abc def')).toBe('https://h/?a=1&token=[offer] def')
  })

  it.each([
    ['401', 401, '', 'hermod_auth', false],
    ['403', 403, '{}', 'hermod_auth', false],
    ['404', 404, '{}', 'hermod_refused', false],
    ['500 with HTML', 500, '<html>oops</html>', 'hermod_error', true],
    ['503', 503, '', 'hermod_error', true],
    ['HTML with 200', 200, '<html>hello</html>', 'hermod_garbage', true],
    ['nothing with 200', 200, '', 'hermod_garbage', true],
    ['a number as commandId', 200, reply({ commandId: 688 }), 'hermod_garbage', true],
    ['no offer', 200, reply({ destinations: [] }), 'hermod_garbage', true],
    [
      'an offer that is a web address',
      200,
      reply({ destinations: [{ uri: 'https://evil.example/?token=x&url=y' }] }),
      'hermod_garbage',
      true,
    ],
    ['the reply to another kind of command', 200, reply({ commandType: 'CERT' }), 'hermod_garbage', true],
    ['a member twice', 200, '{"commandId":"1","commandId":"2"}', 'hermod_garbage', true],
  ])('%s is an error with a code', async (_name, status, body, code, retryable) => {
    const url = await listen((_request, response) => response.writeHead(status).end(body))
    expect(await sendCommand(config(url), 'provision', '{}')).toMatchObject({
      status: 'error',
      code,
      retryable,
      httpStatus: status,
    })
  })

  it('F-S16: never follows a redirect', async () => {
    let asked = 0
    const other = await listen((_request, response) => {
      asked++
      response.end(reply())
    })
    const url = await listen((_request, response) => response.writeHead(302, { location: other }).end())
    expect(await sendCommand(config(url), 'provision', '{}')).toMatchObject({ code: 'hermod_garbage', retryable: false })
    expect(asked).toBe(0)
  })

  it('gives up on a server that says nothing, or drips', async () => {
    const silent = await listen(() => undefined)
    expect(await sendCommand(config(silent), 'provision', '{}')).toMatchObject({ code: 'hermod_timeout', retryable: true })
    const dripping = await listen((_request, response) => {
      const drip = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(drip))
    })
    expect(await sendCommand(config(dripping), 'provision', '{}')).toMatchObject({ code: 'hermod_timeout' })
  })

  it('stops reading an answer without end', async () => {
    const url = await listen((_request, response) => {
      const flood = () => {
        while (response.write('x'.repeat(65_536)));
      }
      response.on('drain', flood)
      flood()
    })
    expect(await sendCommand({ ...config(url), totalTimeoutMs: 5_000 }, 'provision', '{}')).toMatchObject({
      code: 'hermod_garbage',
      detail: expect.stringContaining('larger'),
    })
  })

  it('tells a server that is not there from one that hangs up', async () => {
    const gone = await listen((_request, response) => response.end())
    for (const server of servers.splice(0)) server.close()
    expect(await sendCommand(config(gone), 'provision', '{}')).toMatchObject({
      code: 'hermod_unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    const rude = createTcpServer((socket) => socket.on('data', () => socket.destroy()))
    servers.push(rude)
    await new Promise<void>((done) => rude.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(rude.address() as AddressInfo).port}`
    expect(await sendCommand(config(url), 'provision', '{}')).toMatchObject({
      code: 'hermod_unreachable',
      detail: expect.stringContaining('broke'),
    })
  })
})
