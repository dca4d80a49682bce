/**
 * Prisma's schema engine as WebAssembly, over a plain PostgreSQL connection. The native engine that the `prisma` command wants is
 * downloaded from the internet at run time; this one comes with npm and writes the same `_prisma_migrations` table with the same checksums.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'

export type SchemaEngine = bindings.SchemaEngine

const FOLDER = import.meta.dirname
const FILTERS: bindings.SchemaFilter = { externalTables: [], externalEnums: [] }

let loaded: Promise<void> | undefined

/** Node can import .wasm by itself only with a warning on the console, so it is instantiated by hand. */
async function load(): Promise<void> {
  const file = join(dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm')
  const imports = { './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports }
  const { instance } = await WebAssembly.instantiate(new Uint8Array(readFileSync(file)), imports)
  bindings.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
}

/**
 * The adapter splits scripts at every ";", also inside functions and comments. PostgreSQL takes a script whole, and then it is one
 * transaction: a migration that fails leaves nothing behind.
 */
class WholeScripts extends PrismaPg {
  readonly pools: pg.Pool[] = []
  /** What PostgreSQL said; the engine itself only tells that something failed. */
  lastError: Error | null = null

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    const pool = adapter.underlyingDriver()
    this.pools.push(pool)
    adapter.executeScript = async (script) => {
      try {
        await pool.query(script)
      } catch (error) {
        this.lastError = error as Error
        throw error
      }
    }
    return adapter
  }
}

/** Opens an engine on a database and closes it after `work`. What PostgreSQL said to a failed script is thrown as the error's cause. */
export async function withSchemaEngine<T>(databaseUrl: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  loaded ??= load()
  await loaded
  const scripts = new WholeScripts({ connectionString: databaseUrl, max: 2 })
  const factory = bindMigrationAwareSqlAdapterFactory(scripts)
  const engine = await bindings.SchemaEngine.new({ datamodels: [['schema.prisma', readSchema()]] }, () => undefined, factory)
  try {
    return await work(engine)
  } catch (error) {
    if (scripts.lastError && error instanceof Error) error.cause ??= scripts.lastError
    throw error
  } finally {
    engine.free()
    for (const pool of scripts.pools) await pool.end()
  }
}

const readSchema = (): string => readFileSync(join(FOLDER, 'schema.prisma'), 'utf8')

/** What lies in prisma/migrations, in order. */
export function readMigrations(): bindings.MigrationList {
  const baseDir = join(FOLDER, 'migrations')
  const names = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  }
}

/** Applies what has not been applied. @returns the names applied now */
export async function applyMigrations(engine: SchemaEngine): Promise<string[]> {
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: readMigrations(), filters: FILTERS })
  return appliedMigrationNames
}

export type MigrationHistory = bindings.DiagnoseMigrationHistoryOutput

export const readHistory = (engine: SchemaEngine): Promise<MigrationHistory> =>
  engine.diagnoseMigrationHistory({ migrationsList: readMigrations(), optInToShadowDatabase: false, filters: FILTERS })

/** What the migrations make of the tables, as a schema: written by `npm run migrate:new`, compared with schema.prisma by a test. */
export const SNAPSHOT = join(FOLDER, 'migrations', 'schema.prisma')

/** SQL that leads from what the migrations make to schema.prisma; empty when there is nothing to do. Any database will do. */
export async function diffToSchema(engine: SchemaEngine): Promise<string> {
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: readFileSync(SNAPSHOT, 'utf8') }] },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: readSchema() }] },
    script: true,
    exitCode: null,
    filters: FILTERS,
  } as bindings.DiffParams)
  return (stdout ?? '').replace('-- This is an empty migration.', '').trim()
}
