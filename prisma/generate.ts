/**
 * Makes the Prisma client (lib/generated/prisma) from schema.prisma; runs after `npm ci` and whenever it is missing or older.
 *
 * The `prisma` command wants to download a native schema engine first, which `generate` then never runs: it is given a harmless program
 * instead, so nothing is fetched. Says nothing when all is well, and does nothing when the client is up to date.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const CLIENT = join(ROOT, 'lib/generated/prisma/client.ts')
const STAMP = join(ROOT, 'lib/generated/prisma/.schema-hash')

/** The client depends on the schema and on the version of Prisma that made it. */
function wantedStamp(): string {
  const version = readFileSync(join(ROOT, 'node_modules/prisma/package.json'), 'utf8')
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'prisma/schema.prisma')))
    .update(version)
    .digest('hex')
}

export const isClientCurrent = (): boolean =>
  existsSync(CLIENT) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp()

/** @throws Error with what Prisma said */
export async function generateClient(): Promise<void> {
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  }
  const args = [join(ROOT, 'node_modules/prisma/build/index.js'), 'generate', '--schema', join(ROOT, 'prisma/schema.prisma')]
  await new Promise<void>((done, fail) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      if (error) fail(new Error(`"prisma generate" failed: ${`${stdout}${stderr}`.trim() || error.message}`))
      else done()
    })
  })
  writeFileSync(STAMP, wantedStamp())
}

if (import.meta.main) {
  try {
    if (!isClientCurrent()) await generateClient()
  } catch (error) {
    // Installing goes on: `npm start` tries again and says so if it fails.
    console.error(error instanceof Error ? error.message : error)
  }
}
