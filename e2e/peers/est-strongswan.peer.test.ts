/** strongSwan's EST client against the tests' EST server: that the server speaks RFC 7030 is not only our own word. */
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EstServer, startEstServer } from './est-server.ts'

const exec = promisify(execFile)
let est: EstServer
let folder: string
const at = (name: string): string => join(folder, name)

/** @returns what it wrote to standard output, as bytes */
const pki = async (...args: string[]): Promise<Buffer> =>
  (await exec('pki', args, { encoding: 'buffer', timeout: 30_000 })).stdout

beforeAll(async () => {
  est = await startEstServer()
  folder = mkdtempSync(join(tmpdir(), 'certdesk-est-'))
  writeFileSync(at('tls.pem'), est.tlsCa)
  await pki('--estca', '--url', est.url, '--cacert', at('tls.pem'), '--caout', at('ca.der'), '--force')
  writeFileSync(at('client.pem'), est.client.certificate)
  writeFileSync(at('client-key.pem'), est.client.key)
})
afterAll(async () => {
  await est?.stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  est.fault = null
})

const trusted = () =>
  ['tls.pem', ...readdirSync(folder).filter((name) => /^ca.*\.der$/.test(name))].flatMap((name) => ['--cacert', at(name)])

async function makeRequest(type: 'rsa' | 'ecdsa', subject: string): Promise<string> {
  writeFileSync(at(`${type}.der`), await pki('--gen', '--type', type, '--size', type === 'rsa' ? '2048' : '256'))
  const request = at(`${type}-request.der`)
  writeFileSync(request, await pki('--req', '--type', type, '--in', at(`${type}.der`), '--dn', subject))
  return request
}

const enroll = (request: string, ...more: string[]) => pki('--est', '--url', est.url, '--in', request, ...trusted(), ...more)
const basic = () => ['--userpass', `${est.basic.user}:${est.basic.password}`]

describe('pki of strongSwan', () => {
  it('reads cacerts: the root, pinned by what we would pin, and the issuing CA under it', () => {
    const prints = readdirSync(folder)
      .filter((name) => /^ca.*\.der$/.test(name))
      .map((name) => new X509Certificate(readFileSync(at(name))).fingerprint256.replaceAll(':', '').toLowerCase())
    expect(prints).toHaveLength(2)
    expect(prints).toContain(est.anchorSha256)
  })

  it.each(['rsa', 'ecdsa'] as const)('enrols an %s key with Basic', async (type) => {
    const der = await enroll(await makeRequest(type, 'C=SE, CN=Åsa Öberg'), ...basic())
    expect(new X509Certificate(der).issuer).toContain('Test EST Issuing CA')
    expect(new X509Certificate(der).raw.equals(est.issued.at(-1)?.der ?? Buffer.alloc(0))).toBe(true)
  })

  it('is refused with a wrong password', async () => {
    const request = await makeRequest('rsa', 'CN=Nobody')
    await expect(enroll(request, '--userpass', `${est.basic.user}:wrong`)).rejects.toMatchObject({ stderr: expect.anything() })
  })

  it('waits for approval as Retry-After says', async () => {
    const request = await makeRequest('rsa', 'CN=Waits')
    est.fault = 'pending'
    est.pendingRounds = 1
    est.retryAfter = '1'
    const der = await enroll(request, ...basic(), '--interval', '1', '--maxpolltime', '20')
    expect(new X509Certificate(der).subject).toContain('CN=Waits')
  })
})
