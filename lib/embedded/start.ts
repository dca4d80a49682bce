/**
 * `npm start`: everything on one machine with nothing configured. Checks first, then the database, the messaging simulator, the worker
 * and the web, each a process of its own with only its own secrets; at the end the address and how to sign in. Ctrl-C stops all of it,
 * the database last. What is configured by environment is used instead of what would be brought up: DATABASE_URL, HERMOD_URL.
 *
 * Fails with one sentence for everything that an operator can put right. If one process ends, all end: half a portal helps nobody.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  EnvError,
  readDatabaseUrl,
  readDataDir,
  readPort,
  readPublicUrl,
  readSimulatorPort,
  readWebEnv,
  readWorkerEnv,
  type SimulatorAccess,
  simulatorAccessFile,
  simulatorKeysFile,
} from '#lib/env.ts'
import { generateClient, isClientCurrent } from '#prisma/generate.ts'
import { MigrateError, migrate } from '#prisma/migrate.ts'
import { buildPages, buildState } from './build.ts'
import { type Child, startChild } from './children.ts'
import { type DatabaseUrls, startCluster } from './cluster.ts'
import { EmbeddedError } from './embedded-error.ts'
import { claimDataDir, releaseDataDir, updateRunning } from './running.ts'
import type { SignIns } from './sign-ins.ts'
import { clearProgress, step } from './steps.ts'

const startedAt = performance.now()
const source = process.env
const host = source.HOST?.trim() || '127.0.0.1'

interface Plan {
  dataDir: string
  logFolder: string
  port: number
  publicUrl: string
  /** Null → HERMOD_URL is set and there is no simulator. */
  simulatorPort: number | null
  /** Null → embedded. */
  databaseUrl: string | null
}

/** What has to be ended, in the order of ending. */
const children: Child[] = []
let endBuild: (() => void) | undefined
let stopDatabase: (() => Promise<void>) | undefined
let claimed: string | undefined
let stopping: Promise<void> | undefined

// ── Before anything is started ──────────────────────────────────────────────────────────────────────────────────────────────

function plan(): Plan {
  const dataDir = readDataDir(source)
  const databaseUrl = readDatabaseUrl(source)
  return {
    dataDir,
    logFolder: join(dataDir, 'logs'),
    port: readPort(source),
    publicUrl: readPublicUrl(source),
    simulatorPort: source.HERMOD_URL?.trim() ? null : readSimulatorPort(source),
    databaseUrl,
  }
}

/** Wrong variables are found here, not by a process half a minute later. */
function checkVariables(p: Plan): void {
  const complete = { ...source, DATABASE_URL: 'postgresql://checked.later/', DATABASE_URL_FILE: undefined }
  // What is kept in the data folder is not looked up here; whether the folder can be used at all is found next.
  readWebEnv({ SESSION_SECRET: 'x'.repeat(32), HERMOD_URL: 'http://127.0.0.1', ...complete })
  if (p.simulatorPort === null) readWorkerEnv({ CA_KEY_PASSPHRASE: 'x'.repeat(32), ...complete })
}

function requireFreePort(port: number, address: string, variable: string): Promise<void> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', async (error: NodeJS.ErrnoException) => {
      const { whyNot } = await import('./web.ts')
      fail(new EmbeddedError(whyNot(error, port, address, variable), { cause: error }))
    })
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => done()))
  })
}

// ── The parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function startDatabase(p: Plan): Promise<{ urls: DatabaseUrls; signIns: SignIns }> {
  let urls: DatabaseUrls
  if (p.databaseUrl) urls = { ownerUrl: p.databaseUrl, webUrl: p.databaseUrl, workerUrl: p.databaseUrl }
  else {
    const cluster = await step('Starting the database', () => startCluster(p.dataDir))
    stopDatabase = () => cluster.server.stop()
    void cluster.server.ended.then(() => fall('The database', `see ${join(p.logFolder, 'postgres.log')}`))
    urls = cluster.urls
  }
  await step('Bringing the database up to date', () => migrate(urls.ownerUrl))
  updateRunning(p.dataDir, { database: urls })
  return { urls, signIns: await step('Filling in people and sign-ins', () => fill(p, urls)) }
}

/** Demo people only in the database that we made ourselves. */
async function fill(p: Plan, urls: DatabaseUrls): Promise<SignIns> {
  const { closeDb, chooseDatabase } = await import('#lib/db.ts')
  const { ensureSignIns } = await import('./sign-ins.ts')
  chooseDatabase(urls.ownerUrl)
  try {
    if (!p.databaseUrl) {
      const { seed } = await import('#prisma/seed.ts')
      await seed(urls.ownerUrl)
    }
    return await ensureSignIns(p.dataDir)
  } finally {
    await closeDb()
  }
}

/** The simulator and the portal agree on secrets of their own; both the web (callbacks) and the worker (commands) look them up here. */
function simulatorAccess(dataDir: string): SimulatorAccess {
  const file = simulatorAccessFile(dataDir)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SimulatorAccess
  } catch {
    const access = {
      clientId: 'certdesk',
      apiKey: randomBytes(32).toString('hex'),
      callbackUser: 'hermod',
      callbackPassword: randomBytes(24).toString('base64url'),
    }
    writeFileSync(file, JSON.stringify(access), { mode: 0o600 })
    return access
  }
}

async function startSimulator(p: Plan, port: number, access: SimulatorAccess): Promise<void> {
  const url = `http://127.0.0.1:${port}`
  // biome-ignore format: one option each
  const args = ['--host', '127.0.0.1', '--port', String(port), '--data-dir', p.dataDir, '--callback-url', `http://${inUrl(host)}:${p.port}/hermod`,
    '--callback-auth', `${access.callbackUser}:${access.callbackPassword}`, '--client-id', access.clientId, '--api-key', access.apiKey,
    '--allow-origin', p.publicUrl]
  start('simulator', 'lib/simulator/main.ts', args, bare(), p.logFolder)
  await step('Starting the messaging simulator', () => answers(`${url}/simulator/health`))
}

const inUrl = (address: string): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : address.includes(':') ? `[${address}]` : address

// ── Whose environment ───────────────────────────────────────────────────────────────────────────────────────────────────────

const bare = (): NodeJS.ProcessEnv => ({
  PATH: source.PATH,
  HOME: source.HOME,
  TMPDIR: source.TMPDIR,
  TZ: source.TZ,
  LANG: source.LANG,
  NODE_ENV: 'production',
})

const pick = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => [name, `${name}_FILE`]).flatMap((name) => (source[name] ? [[name, source[name]]] : [])),
  )

const BOTH = ['LOG_LEVEL', 'DATABASE_POOL_SIZE', 'HERMOD_URL', 'HERMOD_FQDN']
const WEB_ONLY = ['SESSION_SECRET', 'HERMOD_CALLBACK_USER', 'HERMOD_CALLBACK_PASSWORD', 'SIMULATOR_URL']
const WORKER_ONLY = ['HERMOD_CLIENT_ID', 'HERMOD_API_KEY', 'HERMOD_CA_FILE', 'ATTESTATION_KEYS_FILE', 'CA_KEY_PASSPHRASE']

function environments(
  p: Plan,
  urls: DatabaseUrls,
  access: SimulatorAccess | null,
): { web: NodeJS.ProcessEnv; worker: NodeJS.ProcessEnv } {
  const both = {
    ...bare(),
    ...pick(BOTH),
    PORT: String(p.port),
    HOST: host,
    PUBLIC_URL: p.publicUrl,
    CERTDESK_DATA_DIR: p.dataDir,
  }
  const simulator = p.simulatorPort === null ? null : `http://127.0.0.1:${p.simulatorPort}`
  // Named, not looked up: with HERMOD_URL set neither process reads the other's half of simulator-access.json.
  const toSimulator =
    simulator && access
      ? { HERMOD_URL: `${simulator}/hermod`, HERMOD_CLIENT_ID: access.clientId, HERMOD_API_KEY: access.apiKey }
      : {}
  const fromSimulator =
    simulator && access
      ? {
          HERMOD_URL: `${simulator}/hermod`,
          SIMULATOR_URL: simulator,
          HERMOD_CALLBACK_USER: access.callbackUser,
          HERMOD_CALLBACK_PASSWORD: access.callbackPassword,
        }
      : {}
  const keys = simulator && !source.ATTESTATION_KEYS_FILE ? { ATTESTATION_KEYS_FILE: simulatorKeysFile(p.dataDir) } : {}
  return {
    web: { ...both, ...pick(WEB_ONLY), ...fromSimulator, DATABASE_URL: urls.webUrl },
    worker: { ...both, ...pick(WORKER_ONLY), ...toSimulator, ...keys, DATABASE_URL: urls.workerUrl },
  }
}

// ── Running and stopping ────────────────────────────────────────────────────────────────────────────────────────────────────

function start(name: string, script: string, args: string[], env: NodeJS.ProcessEnv, logFolder: string): void {
  if (stopping) throw new Stopped()
  const child = startChild(name, script, args, env, logFolder)
  children.push(child)
  void child.ended.then((how) => fall(`The ${name} process`, how))
}

/** Thrown into whatever still starts when everything is being stopped. */
class Stopped extends Error {}

/** One part has ended by itself. */
function fall(who: string, how: string): void {
  if (stopping) return
  clearProgress()
  console.error(`${who} has ended by itself (${how}); stopping everything.`)
  void stopAll().then(() => process.exit(1))
}

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    endBuild?.()
    await Promise.all([...children].reverse().map((child) => child.stop()))
    await stopDatabase?.()
    if (claimed) releaseDataDir(claimed)
  })()
  return stopping
}

async function answers(address: string): Promise<void> {
  const end = Date.now() + 60_000
  let last = 'no answer'
  while (Date.now() < end) {
    if (stopping) throw new Stopped()
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(5_000) })
      if (response.ok) return
      last = `${response.status} ${(await response.text()).slice(0, 200)}`
    } catch (error) {
      last = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
    }
    await new Promise((next) => setTimeout(next, 60))
  }
  throw new EmbeddedError(`${address} did not say it is ready within a minute (${last}).`)
}

async function bringUp(): Promise<void> {
  const p = plan()
  checkVariables(p)
  await requireFreePort(p.port, host, 'PORT').catch((error) => refuseIfRunning(p, error))
  claimDataDir(p.dataDir, {
    url: p.publicUrl,
    simulatorUrl: p.simulatorPort === null ? null : `http://127.0.0.1:${p.simulatorPort}`,
  })
  claimed = p.dataDir
  if (p.simulatorPort !== null) await requireFreePort(p.simulatorPort, '127.0.0.1', 'SIMULATOR_PORT')
  mkdirSync(p.logFolder, { recursive: true, mode: 0o700 })
  if (!isClientCurrent()) await step('Making the database client', generateClient)

  const access = p.simulatorPort === null ? null : simulatorAccess(p.dataDir)
  const built = build()
  // Its failure is awaited below; until then it must not count as unhandled.
  built.catch(() => undefined)
  const simulator = p.simulatorPort !== null && access ? startSimulator(p, p.simulatorPort, access) : Promise.resolve()
  simulator.catch(() => undefined)
  const { urls, signIns } = await startDatabase(p)
  await simulator
  const env = environments(p, urls, access)
  start('worker', 'lib/jobs/main.ts', [], env.worker, p.logFolder)
  await built
  start('web', 'lib/embedded/web.ts', [], env.web, p.logFolder)
  await step('Starting worker and web', () => answers(`http://${inUrl(host)}:${p.port}/api/ready`))
  tell(p, signIns)
}

/** A port in use by our own first start is better said as that. */
async function refuseIfRunning(p: Plan, error: unknown): Promise<never> {
  const { readRunning } = await import('./running.ts')
  const other = readRunning(p.dataDir)
  if (other) throw new EmbeddedError(`Certdesk is running with this data folder already (process ${other.pid}): ${other.url}`)
  throw error
}

async function build(): Promise<void> {
  const state = buildState()
  if (state === 'current') return
  await step(state === 'missing' ? 'Building the pages (first time)' : 'Building the pages (the sources have changed)', () =>
    buildPages((end) => {
      endBuild = end
    }),
  )
}

function tell(p: Plan, signIns: SignIns): void {
  const rows: [string, string][] = [['Address', p.publicUrl]]
  for (const { email, password } of signIns) rows.push([rows.length === 1 ? 'Sign in' : '', `${email}   password  ${password}`])
  if (signIns.length === 0) rows.push(['Sign in', 'with an account of yours (npm run certdesk -- account create …)'])
  if (p.simulatorPort !== null) {
    rows.push(['Training phone', `${p.publicUrl}/phone`], ['', 'or: npm run phone -- "<offer link>"'])
  }
  rows.push([
    'Data',
    p.databaseUrl ? `the database of DATABASE_URL; logs in ${p.logFolder}` : `${p.dataDir} (database, passwords, logs)`,
  ])
  rows.push(['Stop', 'Ctrl-C'])
  const width = Math.max(...rows.map(([title]) => title.length)) + 3
  clearProgress()
  console.log(`\nCertdesk is ready (${((performance.now() - startedAt) / 1000).toFixed(1)} s).\n`)
  for (const [title, text] of rows) console.log(`  ${title.padEnd(width)}${text}`)
  console.log('')
}

function onSignal(): void {
  // The second Ctrl-C of somebody impatient: the database replays its log at the next start.
  if (stopping) process.exit(130)
  clearProgress()
  console.log('Stopping…')
  void stopAll().then(() => process.exit(0))
}

process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)
process.on('SIGHUP', onSignal)

try {
  await bringUp()
} catch (error) {
  if (!(error instanceof Stopped)) {
    clearProgress()
    const foreseen = error instanceof EnvError || error instanceof EmbeddedError || error instanceof MigrateError
    console.error(foreseen ? error.message : error)
    await stopAll()
    process.exit(1)
  }
}
