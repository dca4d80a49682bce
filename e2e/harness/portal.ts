/**
 * A portal started the production way for tests: its own database, migrations applied by the owner, then web and worker as separate
 * processes with their own database roles and only the variables that README lists. Ports are free ones; everything stays on loopback.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PRELOAD } from '#lib/embedded/preload.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** Environment of a child process. */
type Variables = Record<string, string | undefined>

export interface PortalOptions {
  /** Base URL of the messaging server; none → the built-in simulator is started as a process of its own. */
  hermodUrl?: string
  apiKey?: string
  clientId?: string
  callbackUser?: string
  callbackPassword?: string
  fqdn?: string
  /** Content of ATTESTATION_KEYS_FILE; with the simulator its own key is used. */
  attestationKeys?: unknown
  env?: Record<string, string>
  /** Demo users and profiles. True by default: profiles are needed to enrol. */
  seed?: boolean
}

export interface Portal {
  url: string
  simulatorUrl: string | null
  database: TestDatabase
  dataDir: string
  callbackAuth: string
  /** Runs `certdesk …` against this portal and gives back what it printed. */
  certdesk(...args: string[]): Promise<string>
  /** Everything the processes printed, for diagnosis. */
  log(): string
  /** Starts one more worker; `kill` ends it at once, as a crash would. */
  startWorker(): { kill(): void }
  stop(): Promise<void>
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))))
    })
  })
}

/** Only what a process of the operating system needs, and `own`; nothing of the test run's own configuration leaks in. */
const childEnv = (own: Variables): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: process.env.TMPDIR,
  NODE_ENV: 'production',
  NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  ...own,
})

export async function startPortal(options: PortalOptions = {}): Promise<Portal> {
  const database = await createTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'certdesk-portal-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const output: string[] = []
  const children: ChildProcess[] = []
  const callbackUser = options.callbackUser ?? 'hermod'
  const callbackPassword = options.callbackPassword ?? 'callback-secret'
  const clientId = options.clientId ?? 'portal'
  const apiKey = options.apiKey ?? 'a'.repeat(64)
  /** Which process ended before the portal was ready: nothing will answer any more. */
  let ended: string | null = null

  const start = (name: string, args: string[], env: Variables): ChildProcess => {
    const child = spawn(process.execPath, [...PRELOAD, ...args], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (chunk: Buffer) => {
      output.push(`[${name}] ${chunk.toString()}`)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('exit', (code) => {
      ended ??= `The ${name} ended with ${code}.`
    })
    children.push(child)
    return child
  }
  const end = (child: ChildProcess): Promise<void> =>
    new Promise((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done()
      child.on('exit', () => done())
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    })

  const stop = async () => {
    await Promise.all(children.map(end))
    await database.drop()
    rmSync(dataDir, { recursive: true, force: true })
  }

  try {
    let hermodUrl = options.hermodUrl
    let simulatorUrl: string | null = null
    let attestationFile = join(dataDir, 'attestation-keys.json')
    if (!hermodUrl) {
      const simulatorPort = await freePort()
      simulatorUrl = `http://127.0.0.1:${simulatorPort}`
      hermodUrl = `${simulatorUrl}/hermod`
      // biome-ignore format: one option a line reads as the list it is
      start('simulator', ['lib/simulator/main.ts', '--host', '127.0.0.1', '--port', String(simulatorPort), '--data-dir', dataDir,
        '--callback-url', `${url}/hermod`, '--callback-auth', `${callbackUser}:${callbackPassword}`, '--client-id', clientId, '--api-key', apiKey, '--allow-origin', url], {})
      await until(`${simulatorUrl}/simulator/health`, () => ended)
      attestationFile = join(dataDir, 'simulator', 'attestation-keys.json')
    } else writeFileSync(attestationFile, JSON.stringify(options.attestationKeys ?? {}))

    const common = {
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: url,
      CERTDESK_DATA_DIR: dataDir,
      HERMOD_URL: hermodUrl,
      HERMOD_FQDN: options.fqdn ?? '127.0.0.1',
      LOG_LEVEL: 'info',
      ...options.env,
    }
    const webEnv = {
      ...common,
      DATABASE_URL: database.webUrl,
      HERMOD_CALLBACK_USER: callbackUser,
      HERMOD_CALLBACK_PASSWORD: callbackPassword,
      ...(simulatorUrl ? { SIMULATOR_URL: simulatorUrl } : {}),
    }
    const workerEnv = {
      ...common,
      DATABASE_URL: database.workerUrl,
      HERMOD_CLIENT_ID: clientId,
      HERMOD_API_KEY: apiKey,
      ATTESTATION_KEYS_FILE: attestationFile,
      CA_KEY_PASSPHRASE: randomBytes(24).toString('base64url'),
    }
    if (options.seed !== false) await runToEnd(['prisma/seed.ts'], { ...common, DATABASE_URL: database.ownerUrl })
    start('web', ['lib/embedded/web.ts'], webEnv)
    start('worker', ['lib/jobs/main.ts'], workerEnv)
    await until(`${url}/api/ready`, () => ended)

    return {
      url,
      simulatorUrl,
      database,
      dataDir,
      callbackAuth: `${callbackUser}:${callbackPassword}`,
      certdesk: (...args) => runToEnd(['lib/certdesk/main.ts', ...args], { ...common, DATABASE_URL: database.ownerUrl }),
      log: () => output.join(''),
      startWorker: () => {
        const child = start('worker+', ['lib/jobs/main.ts'], workerEnv)
        return { kill: () => child.kill('SIGKILL') }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw new Error(
      `The portal did not start: ${error instanceof Error ? error.message : error}\n${output.join('').slice(-4000)}`,
      { cause: error },
    )
  }
}

/** Runs a script of the repository to its end; resolves to its standard output, rejects with its standard error. */
export function runToEnd(args: string[], env: Variables): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [...PRELOAD, ...args], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('error', fail)
    child.on('exit', (code) =>
      code === 0 ? done(out.trim()) : fail(new Error(`${args.join(' ')} ended with ${code}: ${err || out}`)),
    )
  })
}

/** Asks until the address answers 2xx; the time limit is generous because two cores may be busy building. */
async function until(address: string, over: () => string | null): Promise<void> {
  const end = Date.now() + 60_000
  let last = ''
  while (Date.now() < end && over() === null) {
    try {
      const response = await fetch(address)
      if (response.ok) return
      last = `${response.status} ${(await response.text()).slice(0, 300)}`
    } catch (error) {
      last = String(error)
    }
    await new Promise((next) => setTimeout(next, 100))
  }
  throw new Error(over() ?? `${address} did not answer: ${last}`)
}
