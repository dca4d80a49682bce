/** micromdm's scepserver (Debian's package "scep"), started by a test on a free port and stopped by its id. */
import { execFile, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Bytes } from '#lib/core/asn1/der.ts'

const run = promisify(execFile)
const READY_MS = 20_000
const LOOK_MS = 50

export interface ScepServer {
  url: string
  certificate: Bytes
  /** SHA-256 of its CA certificate. */
  fingerprint: string
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** @param challenge static, as this server has it; none: it certifies whoever asks */
export async function startScepServer({
  challenge = null,
  days = 90,
}: {
  challenge?: string | null
  days?: number
} = {}): Promise<ScepServer> {
  const depot = mkdtempSync(join(tmpdir(), 'certdesk-scepserver-'))
  await run('scepserver', ['ca', '-init', '-depot', depot, '-keySize', '2048', '-organization', 'Peer', '-years', '10'])
  const port = await freePort()
  const args = ['-depot', depot, '-port', String(port), '-allowrenew', '0', '-crtvalid', String(days)]
  const child = spawn('scepserver', challenge === null ? args : [...args, '-challenge', challenge], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      output = `${output}${piece.toString()}`.slice(-4_000)
    })
  const ended = new Promise<void>((done) => child.on('exit', () => done()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(depot, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}/scep`
  try {
    const deadline = Date.now() + READY_MS
    for (;;) {
      const answer = await fetch(`${url}?operation=GetCACaps`).catch(() => null)
      if (answer?.ok) break
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`scepserver did not start: ${output}`)
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  } catch (error) {
    await stop()
    throw error
  }
  const certificate = new X509Certificate(readFileSync(join(depot, 'ca.pem')))
  return {
    url,
    certificate: Uint8Array.from(certificate.raw),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    stop,
  }
}
