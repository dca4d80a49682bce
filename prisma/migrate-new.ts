/**
 * `npm run migrate:new -- NAME`, for developers: writes the migration that leads from the tables as the migrations make them to
 * schema.prisma as it is now. What a schema cannot say (triggers, partial indexes) is added to the new file by hand.
 *
 * The comparison is between two schemas, not with a live database: one would find our partial and trigram indexes to be too many.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestServer } from '#e2e/harness/database.ts'
import { generateClient } from './generate.ts'
import { diffToSchema, SNAPSHOT, withSchemaEngine } from './schema-engine.ts'

const [name = ''] = process.argv.slice(2)
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('npm run migrate:new -- NAME, with a name like "user_photo"')
  process.exit(2)
}

const server = await startTestServer()
const sql = await withSchemaEngine(server.adminUrl, diffToSchema).finally(server.stop)
if (sql === '') console.log('schema.prisma says nothing that the migrations do not make already.')
else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = join(import.meta.dirname, 'migrations', `${stamp}_${name}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'migration.sql'), `${sql}\n`)
  copyFileSync(join(import.meta.dirname, 'schema.prisma'), SNAPSHOT)
  await generateClient()
  console.log(`Wrote ${join(folder, 'migration.sql')}. Read it, and say in grants.sql who may use a new table.`)
}
process.exit(0)
