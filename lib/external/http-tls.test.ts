import 'reflect-metadata'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as x509 from '@peculiar/x509'
import { afterEach, expect, it } from 'vitest'
import { requestHttp } from './http.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(name: string, from: Date, until: Date): Promise<{ url: string; pem: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: from,
    notAfter: until,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const pem = certificate.toString('pem')
  const server = createServer(
    { cert: pem, key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----` },
    (_request, response) => response.end('{}'),
  )
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/`, pem }
}

const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS)

it('F-S17: believes no certificate that nobody vouches for', async () => {
  const { url } = await serve('localhost', ago(1), ago(-1))
  expect(await requestHttp({ method: 'POST', url, body: 'x' })).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringMatching(/self-signed/i),
  })
})

it('believes a private issuer that is named, for the right host and in its time only', async () => {
  const good = await serve('localhost', ago(1), ago(-1))
  expect(await requestHttp({ method: 'POST', url: good.url, body: 'x', ca: good.pem })).toMatchObject({
    kind: 'response',
    status: 200,
  })
  const other = await serve('elsewhere.example', ago(1), ago(-1))
  expect(await requestHttp({ method: 'GET', url: other.url, ca: other.pem })).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringMatching(/altnames|Host/i),
  })
  const expired = await serve('localhost', ago(2), ago(1))
  expect(await requestHttp({ method: 'GET', url: expired.url, ca: expired.pem })).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringMatching(/expired/i),
  })
})
