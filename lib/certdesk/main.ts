/**
 * `npm run certdesk -- …`: administration from the portal's own machine. Works on the database of DATABASE_URL, or on the one that
 * `npm start` has brought up with this data folder. Ends with 0, with 1 when something was found or failed, with 2 for a wrong call.
 */

import { sqlState } from '#lib/data/transaction.ts'
import { chooseDatabase } from '#lib/db.ts'
import { EnvError, readDatabaseUrl, readDataDir } from '#lib/env.ts'
import { UsageError } from './usage.ts'

const USAGE = `npm run certdesk -- COMMAND

  token create --role admin|helpdesk|auditor --name NAME [--days N]   make an API token; prints it, once
  token revoke ID                                                     end an API token
  account create --email ADDRESS --name NAME --role ROLE              make a sign-in; prints its password, once
  ca rotate-issuing [--name NAME]                                     a new key for the issuing CA, under the same root
  ca export FILE                                                      the embedded CA, sealed under a passphrase
  ca restore FILE                                                     put an exported CA back
  verify-audit                                                        check the audit chain from its first entry to its last
  verify-bundle FILE [--key FILE]                                     check an evidence bundle; needs no database
  scep enable|disable|challenge|add-ra|remove-ra|list|revoke          SCEP of the embedded CA: off, or for whom`

type Command = (args: string[]) => Promise<void>

/** Loaded when called for: a token need not wait for what other commands use. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  token: async () => (await import('./token.ts')).tokenCommand,
  account: async () => (await import('./account.ts')).accountCommand,
  ca: async () => (await import('./ca.ts')).caCommand,
  scep: async () => (await import('./scep.ts')).scepCommand,
  'verify-audit': async () => (await import('./verify-audit.ts')).verifyAuditCommand,
  'verify-bundle': async () => (await import('./verify-bundle.ts')).verifyBundleCommand,
}

/** They work on what they are given, wherever they run. */
const WITHOUT_DATABASE: readonly string[] = ['verify-bundle']

async function findDatabase(): Promise<void> {
  const url = readDatabaseUrl(process.env)
  if (url) return chooseDatabase(url)
  const { readRunning } = await import('#lib/embedded/running.ts')
  const dataDir = readDataDir(process.env)
  const running = readRunning(dataDir)
  if (!running?.database)
    throw new UsageError(`Certdesk is not running with the data folder ${dataDir}: run "npm start" first, or set DATABASE_URL.`)
  chooseDatabase(running.database.ownerUrl)
}

/** Errors that are said in a sentence; everything else is a mistake of ours and shows where. */
function sentence(error: unknown): string | null {
  if (error instanceof UsageError || error instanceof EnvError) return error.message
  const { code } = error as { code?: string }
  if (code === 'P1001' || code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return 'The database of DATABASE_URL cannot be reached.'
  if (code === 'P1000' || code === '28P01') return 'The database refuses the user or password of DATABASE_URL.'
  if (sqlState(error) === '42501') return 'The user of DATABASE_URL may not do this: use the URL of the database’s owner.'
  if (code === 'P2021' || code === '42P01') return 'The database has not been set up: run "npm run migrate" first.'
  return null
}

const [name = 'help', ...args] = process.argv.slice(2)
try {
  const load = COMMANDS[name]
  if (!load) {
    const asked = ['help', '--help', '-h'].includes(name)
    if (!asked) throw new UsageError(`There is no command "${name}".\n\n${USAGE}`)
    console.log(USAGE)
  } else {
    if (!WITHOUT_DATABASE.includes(name)) await findDatabase()
    await (await load())(args)
  }
} catch (error) {
  const said = sentence(error)
  console.error(said ?? error)
  process.exitCode = error instanceof UsageError ? 2 : 1
} finally {
  const { closeDb } = await import('#lib/db.ts')
  await closeDb()
}
