/**
 * For tests and the bench of the portal's SCEP server: a database, a worker process, and the route as a web server has it, speaking to the
 * database with the web's role, on loopback. The command line is the real one, run as its own process.
 */
import { execFile } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GET, POST } from '#app/pki/scep/[name]/route.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { closeListener } from '#lib/db-listen.ts'
import { PRELOAD } from '#lib/embedded/preload.ts'
import { type Flow, spawnWorker, startFlow } from '#lib/jobs/flow-fixtures.ts'

const run = promisify(execFile)

export const ISSUER = 'certdesk-issuing-ca'

export interface ScepDesk {
  flow: Flow
  url: string
  /** From the issuing certificate to the root. */
  chain: Bytes[]
  /** `certdesk scep …`. @returns what it printed on standard output */
  certdesk(...args: string[]): Promise<string>
  /** What `certdesk scep challenge` does, without starting a process for each. */
  makeChallenge(commonName?: string): Promise<string>
  stop(): Promise<void>
}

const READY_MS = 60_000
const LOOK_MS = 100

export async function startScepDesk(): Promise<ScepDesk> {
  const flow = await startFlow()
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-scep-'))
  const worker = spawnWorker(flow, folder)
  const before = process.env.DATABASE_URL
  process.env.DATABASE_URL = flow.database.webUrl
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const address = new URL(request.url ?? '', 'http://desk.example')
    const context = { params: Promise.resolve({ name: address.pathname.slice('/pki/scep/'.length) }) }
    const headers = new Headers(request.headers as Record<string, string>)
    const asked =
      request.method === 'POST'
        ? await POST(new Request(address, { method: 'POST', headers, body: Buffer.concat(pieces) }), context)
        : await GET(new Request(address, { headers }), context)
    response.writeHead(asked.status, Object.fromEntries(asked.headers))
    response.end(Buffer.from(await asked.arrayBuffer()))
  })
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    worker.child.kill('SIGTERM')
    await worker.ended
    await closeListener()
    await closeDb()
    if (before === undefined) delete process.env.DATABASE_URL
    else process.env.DATABASE_URL = before
    await flow.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const deadline = Date.now() + READY_MS
    for (;;) {
      const { rowCount } = await flow.owner.query('SELECT 1 FROM process WHERE cardinality(worker_ids) > 0')
      if (rowCount) break
      if (Date.now() > deadline || worker.child.exitCode !== null) throw new Error(`no worker: ${worker.output.join('')}`)
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
    const { rows } = await flow.owner.query<{ chain: Bytes[] }>('SELECT chain FROM issuer WHERE name = $1', [ISSUER])
    await closeDb()
    chooseDatabase(flow.database.webUrl)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return {
      flow,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pki/scep/${ISSUER}`,
      chain: rows[0]?.chain ?? [],
      certdesk: async (...args) => {
        const env = { ...process.env, DATABASE_URL: flow.database.ownerUrl }
        return (await run(process.execPath, [...PRELOAD, 'lib/certdesk/main.ts', 'scep', ...args], { env })).stdout.trim()
      },
      makeChallenge: async (commonName) => {
        const challenge = randomBytes(20).toString('hex')
        await flow.owner.query(
          `INSERT INTO scep_challenge (id, issuer_id, hash, common_name, created_by_name, expires_at)
           SELECT gen_random_uuid(), id, $1, $2, 'Test', now() + interval '1 hour' FROM issuer WHERE name = $3`,
          [hash('sha256', challenge, 'buffer'), commonName ?? null, ISSUER],
        )
        return challenge
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
