/**
 * The database that `npm start` brings up: a PostgreSQL in the data folder with one database, its owner, and the two process roles as
 * login users. Passwords are random, made once and kept in postgres.json for this user only; the port is kept as long as it is free.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { EmbeddedError } from './embedded-error.ts'
import {
  findFreePort,
  isInitialised,
  isPortFree,
  postgresUrl,
  type RunningPostgres,
  startPostgres,
  stopLeftover,
} from './postgres.ts'

const clusterSchema = z.object({
  port: z.number().int(),
  passwords: z.object({ postgres: z.string(), owner: z.string(), web: z.string(), worker: z.string() }),
})
type Cluster = z.infer<typeof clusterSchema>

export interface DatabaseUrls {
  ownerUrl: string
  webUrl: string
  workerUrl: string
}

const DATABASE = 'certdesk'
const LOGINS = { owner: 'certdesk_owner', web: 'certdesk_web', worker: 'certdesk_worker' } as const

/** @returns the running server and the URL of each role. @throws EmbeddedError */
export async function startCluster(dataDir: string): Promise<{ server: RunningPostgres; urls: DatabaseUrls }> {
  const folder = join(dataDir, 'postgres')
  const cluster = await prepare(join(dataDir, 'postgres.json'), folder)
  const server = await startPostgres({
    folder,
    password: cluster.passwords.postgres,
    port: cluster.port,
    logFile: join(dataDir, 'logs', 'postgres.log'),
  })
  try {
    await ensureDatabase(server.adminUrl, cluster)
  } catch (error) {
    await server.stop()
    throw error
  }
  const url = (role: keyof typeof LOGINS): string => postgresUrl(LOGINS[role], cluster.passwords[role], cluster.port, DATABASE)
  return { server, urls: { ownerUrl: url('owner'), webUrl: url('web'), workerUrl: url('worker') } }
}

async function prepare(file: string, folder: string): Promise<Cluster> {
  // A server that a killed start left behind still has the port.
  await stopLeftover(folder)
  const kept = readCluster(file)
  if (!kept && isInitialised(folder))
    throw new EmbeddedError(
      `${file} is missing, and without it nobody gets into ${folder}: restore it from a backup, or move the data folder away to begin anew.`,
    )
  if (kept && (await isPortFree(kept.port))) return kept
  const secret = (): string => randomBytes(24).toString('base64url')
  const passwords = kept?.passwords ?? { postgres: secret(), owner: secret(), web: secret(), worker: secret() }
  const cluster = { port: await findFreePort(), passwords }
  // In one step: a power cut must not leave the database without its passwords.
  writeFileSync(`${file}.new`, JSON.stringify(cluster), { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  return cluster
}

function readCluster(file: string): Cluster | null {
  if (!existsSync(file)) return null
  try {
    return clusterSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new EmbeddedError(`${file} is damaged; restore it from a backup, or move the data folder away to begin anew.`, {
      cause,
    })
  }
}

async function ensureDatabase(adminUrl: string, { passwords }: Cluster): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rows.length > 0) return
    // The database is made last: when it is there, the roles are.
    for (const [role, name] of Object.entries(LOGINS) as [keyof typeof LOGINS, string][]) {
      await admin.query(`DROP ROLE IF EXISTS ${name}`)
      await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD ${admin.escapeLiteral(passwords[role])}`)
    }
    await admin.query(`CREATE DATABASE ${DATABASE} OWNER ${LOGINS.owner}`)
    await admin.query(`REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC`)
    await admin.query(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${LOGINS.web}, ${LOGINS.worker}`)
  } finally {
    await admin.end()
  }
}
