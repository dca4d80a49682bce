import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { ensureEmbeddedIssuer } from '#lib/workflows/ensure-embedded-issuer.ts'
import { publishCrl } from '#lib/workflows/publish-crl.ts'
import { GET, POST } from './[file]/route.ts'
import { GET as getIndex } from './route.ts'

const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const ca = 'certdesk-issuing-ca'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  chooseDatabase(database.workerUrl)
  await ensureEmbeddedIssuer(systemGrant(), context)
  await publishCrl(systemGrant(), context)
  // What is published is read with the web's role.
  await closeDb()
  chooseDatabase(database.webUrl)
  vi.stubEnv('DATABASE_URL', database.webUrl)
  vi.stubEnv('PUBLIC_URL', context.publicUrl)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await closeDb()
  await database?.drop()
})

const get = (file: string, headers: Record<string, string> = {}): Promise<Response> =>
  GET(new Request(`https://desk.example/pki/${file}`, { headers }), { params: Promise.resolve({ file }) })
const bytes = async (response: Response): Promise<Buffer<ArrayBuffer>> => Buffer.from(await response.arrayBuffer())

describe('/pki', () => {
  it('serves the CA certificates as DER and PEM', async () => {
    const [issuing, root] = await Promise.all([get(`${ca}.cer`), get(`${ca}-root.cer`)])
    expect(issuing.headers.get('content-type')).toBe('application/pkix-cert')
    const [issuingCertificate, rootCertificate] = [
      new X509Certificate(await bytes(issuing)),
      new X509Certificate(await bytes(root)),
    ]
    expect(issuingCertificate.verify(rootCertificate.publicKey)).toBe(true)
    expect(issuingCertificate.infoAccess).toContain(`https://desk.example/pki/${ca}-root.cer`)
    const chain = await (await get(`${ca}-chain.pem`)).text()
    expect(chain).toBe((await (await get(`${ca}.pem`)).text()) + (await (await get(`${ca}-root.pem`)).text()))
    expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  })

  it('serves both CRLs, for caches to keep for minutes and to ask again by their hash', async () => {
    for (const file of [`${ca}.crl`, `${ca}-root.crl`]) {
      const response = await get(file)
      expect(response.headers.get('content-type')).toBe('application/pkix-crl')
      expect(response.headers.get('cache-control')).toBe('public, max-age=300, no-transform')
      const etag = response.headers.get('etag') ?? ''
      expect(parseCrl(await bytes(response)).number).toBe(1)
      const again = await get(file, { 'if-none-match': `"other", W/${etag}` })
      expect(again.status).toBe(304)
      expect((await bytes(again)).length).toBe(0)
    }
  })

  it('knows nothing else, and is for reading only', async () => {
    for (const file of ['other-ca.crl', `${ca}.CRL`, `${ca}.key`, `..%2f${ca}.crl`, '', 'x'.repeat(5000), `${ca}-root-root.cer`])
      expect((await get(file)).status).toBe(404)
    expect((await POST()).status).toBe(405)
  })

  it('lists what there is', async () => {
    const { items } = (await (await getIndex()).json()) as { items: Record<string, string>[] }
    expect(items).toEqual([
      expect.objectContaining({
        name: ca,
        crl: `https://desk.example/pki/${ca}.crl`,
        rootCrl: `https://desk.example/pki/${ca}-root.crl`,
        ocsp: `https://desk.example/pki/ocsp/${ca}`,
      }),
    ])
  })
})
