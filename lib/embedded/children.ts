/**
 * The processes that `npm start` runs beside itself. Each has its own environment and its own process group, so that Ctrl-C reaches the
 * starter alone, which ends them in the right order. Their logs go to files; errors show on the terminal, with the process's name.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from './build.ts'
import { PRELOAD } from './preload.ts'
import { clearProgress } from './steps.ts'

export interface Child {
  readonly name: string
  /** Resolves with what was said last when the process has ended, for whatever reason. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

const LOG_LIMIT = 10_000_000
const GRACE_MS = 8_000

/** Starts `script` (a path in the project) with exactly this environment. */
export function startChild(name: string, script: string, args: string[], env: NodeJS.ProcessEnv, logFolder: string): Child {
  const file = join(logFolder, `${name}.log`)
  if (existsSync(file) && statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`)
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 })
  const child = spawn(
    process.execPath,
    [...PRELOAD, '--import', join(import.meta.dirname, 'follow-parent.ts'), join(ROOT, script), ...args],
    {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    },
  )
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`)
      const text = worthShowing(line, stream === child.stderr)
      if (text === null) return
      last = text
      clearProgress()
      console.error(`[${name}] ${text}`)
    })
  }
  const ended = new Promise<string>((done) => {
    const finish = (how: string): void => {
      log.end()
      done(last || how)
    }
    child.on('error', (error) => finish(error.message))
    child.on('close', (code, signal) => finish(signal ?? `code ${code}`))
  })
  return { name, ended, stop: () => stopChild(child, ended) }
}

/** Structured lines show from "error" on; plain lines only if they were written to standard error. */
function worthShowing(line: string, isError: boolean): string | null {
  if (!line.startsWith('{')) return isError && line.trim() !== '' ? line : null
  try {
    const { level, msg = '', err } = JSON.parse(line) as { level?: string; msg?: string; err?: { message?: string } }
    if (level !== 'error' && level !== 'fatal') return null
    return err?.message && err.message !== msg ? `${msg}: ${err.message}` : msg
  } catch {
    return isError ? line : null
  }
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(hard)
}
