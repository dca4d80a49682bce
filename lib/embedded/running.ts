/**
 * .data/running.json: what `npm start` brought up, for commands that must find it (certdesk, phone) and for a second start. It is also
 * the lock: it is made exclusively, and belongs to a starter that lives. Readable by this user only, since it holds the database's URLs.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { EmbeddedError } from './embedded-error.ts'
import { isAlive } from './postgres.ts'

const runningSchema = z.object({
  pid: z.number().int(),
  startedAt: z.string(),
  url: z.string(),
  simulatorUrl: z.string().nullable(),
  /** Null until the database takes connections. */
  database: z.object({ ownerUrl: z.string(), webUrl: z.string(), workerUrl: z.string() }).nullable(),
})
export type Running = z.infer<typeof runningSchema>

const fileOf = (dataDir: string): string => join(dataDir, 'running.json')

/** What runs with this data folder now; null when nothing does. */
export function readRunning(dataDir: string): Running | null {
  const running = parse(dataDir)
  return running && isStarter(running.pid) ? running : null
}

function parse(dataDir: string): Running | null {
  try {
    return runningSchema.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')))
  } catch {
    return null
  }
}

/** After a crash (or in a new container) the number can be somebody else's, or our own. */
function isStarter(pid: number): boolean {
  if (pid === process.pid || !isAlive(pid)) return false
  if (platform() !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts')
  } catch {
    return true
  }
}

/** Takes the data folder for this process. @throws EmbeddedError when another start has it, or it cannot be written */
export function claimDataDir(dataDir: string, running: Omit<Running, 'pid' | 'startedAt' | 'database'>): void {
  try {
    // As root the database runs as another user, who must be able to enter.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    if (process.getuid?.() === 0) chmodSync(dataDir, 0o711)
    claim(dataDir, { ...running, pid: process.pid, startedAt: new Date().toISOString(), database: null })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
      throw new EmbeddedError(
        `The data folder ${dataDir} cannot be written (${code}): make it writable for this user, or set CERTDESK_DATA_DIR to another folder.`,
        { cause },
      )
    throw cause
  }
}

function claim(dataDir: string, running: Running): void {
  const content = JSON.stringify(running)
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(fileOf(dataDir), content, { mode: 0o600, flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const other = readRunning(dataDir)
      if (other) throw new EmbeddedError(`Certdesk is running with this data folder already (process ${other.pid}): ${other.url}`)
      rmSync(fileOf(dataDir), { force: true })
    }
  }
  throw new EmbeddedError('Another start has just taken this data folder.')
}

/** Adds what became known since. */
export function updateRunning(dataDir: string, change: Partial<Running>): void {
  const running = parse(dataDir)
  if (running?.pid === process.pid) writeFileSync(fileOf(dataDir), JSON.stringify({ ...running, ...change }), { mode: 0o600 })
}

/** Gives the data folder back. */
export function releaseDataDir(dataDir: string): void {
  if (parse(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true })
}
