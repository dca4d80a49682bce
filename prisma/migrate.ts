/**
 * `npm run migrate`: brings the database of DATABASE_URL (its owner's URL) to what this version needs, in one go: Prisma's migrations,
 * Graphile Worker's own, the two process roles with their grants, the durability rules, and the first profiles where there are none.
 *
 * Safe to run again and safe to run twice at once: an advisory lock makes the second wait. Every step is idempotent; a migration that
 * fails is rolled back by PostgreSQL's transactional DDL and said by its name.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Logger, runMigrations } from 'graphile-worker'
import pg from 'pg'
import { CodedError } from '#lib/core/errors.ts'
import { EnvError, migrateEnv } from '#lib/env.ts'
import { ensureProfiles } from './profiles.ts'
import { applyMigrations, type MigrationHistory, readHistory, withSchemaEngine } from './schema-engine.ts'

/** One sentence about what the operator has to put right. */
export class MigrateError extends CodedError<'migrate'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('migrate', message, options)
  }
}

/** "certdesk" in ASCII, shortened: nobody else's lock. */
const LOCK = 0x63657274
const ROLES = ['certdesk_web', 'certdesk_worker']

/** @returns the names of the migrations applied now. @throws MigrateError */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'certdesk migrate',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    throw new MigrateError(`The database of DATABASE_URL cannot be reached: ${(cause as Error).message}`, { cause })
  }
  try {
    await requireVersion(client)
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await ensureRoles(client)
    const applied = await migrateSchema(ownerUrl)
    await runMigrations({ connectionString: ownerUrl, logger: new Logger(() => () => undefined), noPreparedStatements: true })
    await client.query(`BEGIN;\n${sqlFile('grants.sql')}\n${sqlFile('rules.sql')}\nCOMMIT;`)
    await ensureProfiles(client)
    return applied
  } finally {
    await client.end()
  }
}

const sqlFile = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version")
  const version = Number(rows[0]?.version ?? 0)
  if (version < 150_000)
    throw new MigrateError(`DATABASE_URL leads to PostgreSQL ${Math.floor(version / 10_000)}; Certdesk needs 15 or later.`)
}

/** Roles belong to the whole server, so several databases of one server share them. They carry no password and cannot sign in. */
async function ensureRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [ROLES])
  for (const role of ROLES.filter((name) => !rows.some((row) => row.rolname === name))) {
    try {
      await client.query(`CREATE ROLE ${role} NOLOGIN`)
    } catch (cause) {
      const code = (cause as { code?: string }).code
      // Somebody migrates another database of this server just now.
      if (code === '42710' || code === '23505') continue
      if (code !== '42501') throw cause
      throw new MigrateError(
        `The roles ${ROLES.join(' and ')} do not exist and the user of DATABASE_URL may not create them: let an administrator run "CREATE ROLE certdesk_web; CREATE ROLE certdesk_worker;" once.`,
        { cause },
      )
    }
  }
}

async function migrateSchema(ownerUrl: string): Promise<string[]> {
  let failed: string[] = []
  try {
    return await withSchemaEngine(ownerUrl, async (engine) => {
      checkHistory(await readHistory(engine))
      try {
        return await applyMigrations(engine)
      } catch (error) {
        // A migration is one transaction: nothing of it is left, so the next run may try it again.
        failed = (await readHistory(engine)).failedMigrationNames
        for (const migrationName of failed) await engine.markMigrationRolledBack({ migrationName })
        throw error
      }
    })
  } catch (error) {
    if (failed.length === 0) throw error
    const said = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new MigrateError(`The migration ${failed.join(', ')} failed and was rolled back: ${said}`, { cause: error })
  }
}

function checkHistory({ editedMigrationNames, failedMigrationNames, history }: MigrationHistory): void {
  if (failedMigrationNames.length > 0) {
    throw new MigrateError(
      `The migration ${failedMigrationNames.join(', ')} failed earlier; restore the database from its backup or mend it by hand first.`,
    )
  }
  if (editedMigrationNames.length > 0) {
    throw new MigrateError(`The migration ${editedMigrationNames.join(', ')} is not the one that this database was made with.`)
  }
  if (history?.diagnostic === 'migrationsDirectoryIsBehind' || history?.diagnostic === 'historiesDiverge') {
    throw new MigrateError(
      `The database was made by a newer Certdesk (${history.unpersistedMigrationNames.join(', ')}); use that version.`,
    )
  }
}

if (import.meta.main) {
  let code = 0
  try {
    const applied = await migrate(migrateEnv().database.url)
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.')
  } catch (error) {
    if (!(error instanceof EnvError) && !(error instanceof MigrateError)) throw error
    console.error(error.message)
    code = 1
  }
  // The engine leaves a timer of 10 s behind.
  process.exit(code)
}
