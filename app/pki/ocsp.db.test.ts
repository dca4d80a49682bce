import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { toPem } from '#lib/core/x509/certificate.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { MAX_OCSP_REQUEST_BYTES } from '#lib/core/x509/ocsp-request.ts'
import { ocspError } from '#lib/core/x509/ocsp-response.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { closeListener } from '#lib/db-listen.ts'
import { type Flow, spawnWorker, startFlow, type WorkerProcess } from '#lib/jobs/flow-fixtures.ts'
import { issueCertificates } from '#lib/workflows/issue-certificates.ts'
import { insertIssuing } from '#lib/workflows/issuing-fixtures.ts'
import { requestRevocation } from '#lib/workflows/request-revocation.ts'
import { GET, POST } from './ocsp/[name]/[[...request]]/route.ts'

const ca = 'certdesk-issuing-ca'
const helpdesk = authorize(
  { kind: 'account', id: 'a1', name: 'Helga Desk', role: 'helpdesk', userId: null },
  'certificate:revoke',
)

let flow: Flow
let folder: string
let worker: WorkerProcess
let server: Server
let url: string
const leaves: { id: string; file: string; serial: string }[] = []

const write = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

async function startWorker(): Promise<void> {
  await flow.owner.query('DELETE FROM process')
  worker = spawnWorker(flow, folder)
  await vi.waitFor(
    async () => {
      const { rowCount } = await flow.owner.query('SELECT 1 FROM process WHERE cardinality(worker_ids) > 0')
      if (rowCount === 0) throw new Error(`no worker yet: ${worker.output.join('')}`)
    },
    { timeout: 30_000 },
  )
}

/** The route as a web server has it, speaking to the database with the web's role. */
async function startWeb(): Promise<void> {
  await closeDb()
  chooseDatabase(flow.database.webUrl)
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const address = new URL(request.url ?? '', 'http://desk.example')
    const [name = '', ...rest] = address.pathname.slice('/pki/ocsp/'.length).split('/')
    const context = { params: Promise.resolve({ name, ...(rest.length > 0 ? { request: rest } : {}) }) }
    const headers = new Headers(request.headers as Record<string, string>)
    const asked =
      request.method === 'POST'
        ? await POST(new Request(address, { method: 'POST', headers, body: Buffer.concat(pieces) }), context)
        : await GET(new Request(address, { headers }), context)
    response.writeHead(asked.status, Object.fromEntries(asked.headers))
    response.end(Buffer.from(await asked.arrayBuffer()))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pki/ocsp/${ca}`
}

beforeAll(async () => {
  flow = await startFlow()
  folder = mkdtempSync(join(tmpdir(), 'certdesk-ocsp-'))
  vi.stubEnv('DATABASE_URL', flow.database.webUrl)
  for (let n = 0; n < 3; n++) {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    await issueCertificates(systemGrant(), flow.context, { enrollmentId })
    const { rows } = await flow.owner.query<{ id: string; der: Buffer<ArrayBuffer>; serial: string }>(
      `SELECT c.id, c.der, c.serial_number AS serial FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1`,
      [enrollmentId],
    )
    const [row] = rows
    if (row) leaves.push({ id: row.id, serial: row.serial, file: write(`leaf-${n}.pem`, toPem('CERTIFICATE', row.der)) })
  }
  const { rows } = await flow.owner.query<{ chain: Buffer[] }>(`SELECT chain FROM issuer WHERE name = $1`, [ca])
  const [issuing, root] = rows[0]?.chain ?? []
  if (!issuing || !root) throw new Error('the CA has no chain')
  write('issuing.pem', toPem('CERTIFICATE', issuing))
  write('root.pem', toPem('CERTIFICATE', root))
  await startWorker()
  await startWeb()
}, 60_000)

afterAll(async () => {
  vi.unstubAllEnvs()
  server?.close()
  worker?.child.kill('SIGKILL')
  await closeListener()
  await flow?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** OpenSSL as the relying party: makes the request, sends it, and verifies signature, delegation, nonce and times. */
function openssl(...args: string[]): Promise<{ status: number | null; text: string }> {
  const common = [
    '-issuer',
    join(folder, 'issuing.pem'),
    '-CAfile',
    join(folder, 'root.pem'),
    '-verify_other',
    join(folder, 'issuing.pem'),
  ]
  const child = spawn('openssl', ['ocsp', '-url', url, ...common, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      text += piece.toString()
    })
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (status) => done({ status, text }))
  })
}

const requestFor = (leaf: { file: string }, ...args: string[]): Bytes => {
  const file = join(folder, `${randomBytes(6).toString('hex')}.req`)
  execFileSync('openssl', ['ocsp', '-issuer', join(folder, 'issuing.pem'), '-cert', leaf.file, '-reqout', file, ...args])
  return Uint8Array.from(execFileSync('cat', [file]))
}
const post = (body: Uint8Array<ArrayBuffer>, contentType = 'application/ocsp-request') =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } })
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const textOf = (der: Uint8Array): string =>
  spawnSync('openssl', ['ocsp', '-respin', write('response.der', der), '-resp_text', '-noverify'], { encoding: 'utf8' }).stdout

const revoke = async (leaf: { id: string }, reason: string) => {
  await requestRevocation(helpdesk, { certificateId: leaf.id, reason })
  const state = async () => (await flow.owner.query('SELECT status FROM certificate WHERE id = $1', [leaf.id])).rows[0]?.status
  await expect.poll(state, { timeout: 15_000 }).toBe('revoked')
}

describe('OCSP', () => {
  it('OpenSSL verifies the answer with a nonce: good, then revoked with its reason, and unknown for a serial number never issued', async () => {
    const [leaf] = leaves
    if (!leaf) throw new Error('no certificate')
    const good = await openssl('-cert', leaf.file)
    expect(good.text).toContain('Response verify OK')
    expect(good.text).toContain(`${leaf.file}: good`)
    // The default request of OpenSSL carries a nonce; a missing or wrong one is said.
    expect(good.text).not.toMatch(/WARNING|nonce/i)
    await revoke(leaf, 'keyCompromise')
    const revoked = await openssl('-sha256', '-cert', leaf.file)
    expect(revoked.text).toContain('Response verify OK')
    expect(revoked.text).toMatch(/: revoked[\s\S]*Reason: keyCompromise/)
    const unknown = await openssl('-serial', '0x40112233445566778899aabbccddeeff00', '-cert', leaf.file)
    expect(unknown.text).toContain('Response verify OK')
    expect(unknown.text).toMatch(/0x40112233445566778899aabbccddeeff00: unknown/)
    expect(unknown.text).toContain(': revoked')
  })

  it('gives out an answer without a nonce again until the certificate is revoked, by POST and by GET', async () => {
    const [, leaf] = leaves
    if (!leaf) throw new Error('no certificate')
    const der = requestFor(leaf, '-no_nonce')
    const first = await post(der)
    expect(first.headers.get('content-type')).toBe('application/ocsp-response')
    expect(first.headers.get('cache-control')).toBe('public, max-age=300, no-transform')
    const answer = await bytesOf(first)
    expect(textOf(answer)).toContain('Cert Status: good')
    const base64 = Buffer.from(der).toString('base64')
    for (const path of [encodeURIComponent(base64), base64]) {
      const got = await fetch(`${url}/${path}`)
      expect(await bytesOf(got)).toEqual(answer)
      const again = await fetch(`${url}/${path}`, { headers: { 'if-none-match': got.headers.get('etag') ?? '' } })
      expect(again.status).toBe(304)
    }
    await revoke(leaf, 'superseded')
    const after = await bytesOf(await fetch(`${url}/${encodeURIComponent(base64)}`))
    expect(textOf(after)).toMatch(/Cert Status: revoked[\s\S]*superseded/)
  })

  it('answers several certificates at once, and says unknown only of what is not ours', async () => {
    const [a, b, c] = leaves
    if (!a || !b || !c) throw new Error('no certificates')
    const all = await openssl('-cert', a.file, '-cert', b.file, '-cert', c.file)
    expect(all.text).toContain('Response verify OK')
    expect(all.text.match(/: (good|revoked|unknown)/g)).toHaveLength(3)
    expect(all.text).toContain(`${c.file}: good`)
  })

  it('says malformedRequest, unauthorized and 404 without asking the worker', async () => {
    const [leaf] = leaves
    if (!leaf) throw new Error('no certificate')
    const questions = async () => Number((await flow.owner.query('SELECT count(*) AS n FROM pki_request')).rows[0].n)
    const asked = await questions()
    const der = requestFor(leaf)
    const malformed = ocspError('malformedRequest')
    for (const bad of [
      new Uint8Array(0),
      der.slice(0, -1),
      Uint8Array.of(...der, 0),
      new Uint8Array(MAX_OCSP_REQUEST_BYTES + 1),
    ]) {
      const response = await post(bad)
      expect(response.status).toBe(200)
      expect(await bytesOf(response)).toEqual(malformed)
    }
    expect(await bytesOf(await post(der, 'text/plain'))).toEqual(malformed)
    for (const path of ['a', '%%%', 'AAAA', `${'A'.repeat(12_000)}`])
      expect(await bytesOf(await fetch(`${url}/${path}`))).toEqual(malformed)
    // A request about the root's certificates is for another responder.
    const root = join(folder, 'root.pem')
    const foreign = join(folder, 'foreign.req')
    execFileSync('openssl', ['ocsp', '-issuer', root, '-cert', join(folder, 'issuing.pem'), '-reqout', foreign])
    expect(await bytesOf(await post(Uint8Array.from(execFileSync('cat', [foreign]))))).toEqual(ocspError('unauthorized'))
    expect(
      await bytesOf(
        await fetch(url.replace(ca, 'other-ca'), {
          method: 'POST',
          body: der,
          headers: { 'content-type': 'application/ocsp-request' },
        }),
      ),
    ).toEqual(ocspError('unauthorized'))
    expect((await fetch(url)).status).toBe(404)
    expect(await questions()).toBe(asked)
  })

  it('says tryLater while no worker runs', async () => {
    worker.child.kill('SIGKILL')
    const [leaf] = leaves
    if (!leaf) throw new Error('no certificate')
    expect(await bytesOf(await post(requestFor(leaf)))).toEqual(ocspError('tryLater'))
    await startWorker()
    expect((await openssl('-cert', leaf.file)).text).toContain('Response verify OK')
  }, 60_000)
})
