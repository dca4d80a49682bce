/**
 * Databases for tests: one PostgreSQL server a run, one migrated template, and a clone of it for whoever asks (some 50 ms). Each clone
 * has the three roles of production, so a test that runs as the web cannot do what the web may not.
 *
 * `npm test` starts the server and passes it on as CERTDESK_TEST_DATABASE (the superuser's URL); vitest or Playwright alone start one.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findFreePort, isAlive, startPostgres } from '#lib/embedded/postgres.ts'
import { migrate } from '#prisma/migrate.ts'

export interface TestServer {
  adminUrl: string
  stop(): Promise<void>
}

export interface TestDatabase {
  name: string
  ownerUrl: string
  webUrl: string
  workerUrl: string
  /** Cuts every session and removes the database. */
  drop(): Promise<void>
}

const PREFIX = 'certdesk-test-db-'
const TEMPLATE = 'certdesk_template'
const ROLES = ['certdesk_owner', 'certdesk_web', 'certdesk_worker'] as const

/** Nothing of a test's database has to outlive a power cut. */
const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  autovacuum_naptime: '10s',
}

export async function startTestServer(): Promise<TestServer> {
  await removeLeftovers()
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  writeFileSync(join(folder, 'owner.pid'), String(process.pid))
  // As root the server runs as another user, who must get in.
  chmodSync(folder, 0o711)
  const password = randomBytes(18).toString('base64url')
  const port = await findFreePort()
  const server = await startPostgres({
    folder: join(folder, 'postgres'),
    password,
    port,
    logFile: join(folder, 'postgres.log'),
    copyProgramsTo: join(folder, 'programs'),
    settings: FAST,
  })
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await asAdmin(server.adminUrl, async (admin) => {
      for (const role of ROLES) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
      await admin.query(`CREATE DATABASE ${TEMPLATE} OWNER certdesk_owner`)
    })
    await migrate(urlOf(server.adminUrl, 'certdesk_owner', TEMPLATE))
  } catch (error) {
    await stop()
    throw error
  }
  return { adminUrl: server.adminUrl, stop }
}

/** A clone of the migrated template. @param adminUrl default: CERTDESK_TEST_DATABASE */
export async function createTestDatabase(adminUrl = process.env.CERTDESK_TEST_DATABASE): Promise<TestDatabase> {
  if (!adminUrl)
    throw new Error('There is no test server: run the tests with "npm test" or vitest, or set CERTDESK_TEST_DATABASE.')
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin(adminUrl, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER certdesk_owner`))
  return {
    name,
    ownerUrl: urlOf(adminUrl, 'certdesk_owner', name),
    webUrl: urlOf(adminUrl, 'certdesk_web', name),
    workerUrl: urlOf(adminUrl, 'certdesk_worker', name),
    drop: async () => {
      await asAdmin(adminUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    },
  }
}

/** All roles of a test server have the superuser's password. */
function urlOf(adminUrl: string, user: string, database: string): string {
  const url = new URL(adminUrl)
  url.username = user
  url.pathname = `/${database}`
  return url.href
}

async function asAdmin<T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

/** A run that was killed leaves its server running; the next run ends it. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name)
    const owner = join(folder, 'owner.pid')
    if (!existsSync(owner) || isAlive(Number(readFileSync(owner, 'utf8')))) continue
    try {
      const [pid = ''] = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGQUIT')
    } catch {
      // It had ended, or belongs to another user; either way there is nothing to end.
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
