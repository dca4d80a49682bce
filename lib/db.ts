/**
 * The one door to PostgreSQL: a Prisma client per process, made when first asked for (so that building the pages needs no database), and
 * one listening connection per process for LISTEN/NOTIFY. Imported by lib/data, lib/auth, lib/jobs and lib/embedded only.
 *
 * Which database role speaks is decided by DATABASE_URL of the process: web, worker or owner (security note, privilege split).
 */
import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { databaseEnv } from '#lib/env.ts'
import { type Prisma, PrismaClient } from '#lib/generated/prisma/client.ts'
import { logger } from '#lib/log.ts'

/** A client inside a transaction: what narrow verbs of lib/data take when they must be part of their caller's transaction. */
export type Tx = Prisma.TransactionClient
/** Either of them. */
export type Db = PrismaClient | Tx

// Development servers load modules again and again; the pool must not multiply.
const kept = globalThis as typeof globalThis & { certdeskDb?: PrismaClient; certdeskDbUrl?: string }

/** For commands that find their database through the data folder. Must come before the first `db()`. */
export function chooseDatabase(url: string): void {
  if (kept.certdeskDb) throw new Error('The database was used before it was chosen.')
  kept.certdeskDbUrl = url
}

export const databaseUrl = (): string => kept.certdeskDbUrl ?? databaseEnv().url

/** The Prisma client of this process. Waits 2 s at most for a connection: an overloaded database is said so, not queued for. */
export function db(): PrismaClient {
  kept.certdeskDb ??= makeClient()
  return kept.certdeskDb
}

function makeClient(): PrismaClient {
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl(),
      max: kept.certdeskDbUrl ? 4 : databaseEnv().poolSize,
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: 'certdesk',
    },
    {
      onPoolError: (error) => logger('db').warn({ err: error }, 'an idle database connection was lost'),
      statementNameGenerator: ({ sql }) => (sql.startsWith(PREPARED) ? statementName(sql) : ''),
    },
  )
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 2_000, timeout: 15_000 }, errorFormat: 'minimal' })
}

/**
 * A statement that begins so is prepared once a connection, so that PostgreSQL does not parse and plan it each time. For those of the hot
 * path, where planning costs more than running; their text must not vary with their data. All others stay unnamed, and are planned for
 * the values they come with.
 */
const PREPARED = '/* prepared */'

const statementNames = new Map<string, string>()
function statementName(sql: string): string {
  let name = statementNames.get(sql)
  if (name === undefined) {
    name = createHash('sha256').update(sql).digest('hex').slice(0, 32)
    statementNames.set(sql, name)
  }
  return name
}

/** Ends all connections; for commands that are done and processes that stop. */
export async function closeDb(): Promise<void> {
  const client = kept.certdeskDb
  delete kept.certdeskDb
  await client?.$disconnect()
}
