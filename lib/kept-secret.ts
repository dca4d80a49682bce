/**
 * Secrets nobody configured: made at the first start, kept in the data folder in a file that only this operating-system user can read.
 * Two processes that start at once agree on one value, because the file appears by an atomic link that fails if it exists.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

function readKept(path: string): Record<string, string> | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`${path} holds a secret that is needed and cannot be read; restore it from a backup.`, { cause: error })
  }
}

/**
 * Value `name` of `file` in the data folder; made (256 random bits, base64url) when the file does not exist yet.
 * One file holds the values of one process kind, so that the worker's file can belong to another user than the web's.
 */
export function keptSecret(dataDir: string, file: string, name: string): string {
  const path = join(dataDir, file)
  const kept = readKept(path) ?? makeFile(dataDir, path, { [name]: randomBytes(32).toString('base64url') })
  const value = kept[name]
  if (!value) throw new Error(`${path} holds no "${name}".`)
  return value
}

function makeFile(dataDir: string, path: string, values: Record<string, string>): Record<string, string> {
  mkdirSync(dataDir, { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(temporary, JSON.stringify(values), { mode: 0o600, flag: 'wx' })
  chmodSync(temporary, 0o600)
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  return readKept(path) ?? values
}
