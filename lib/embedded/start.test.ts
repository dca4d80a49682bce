import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from './postgres.ts'

let folder: string
let taken: Server
let takenPort: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certdesk-start-'))
  takenPort = await findFreePort()
  taken = createServer().listen(takenPort, '127.0.0.1')
})
afterAll(() => {
  taken.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs `npm start`'s program; it must end by itself. */
function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['lib/embedded/start.ts'], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', CERTDESK_DATA_DIR: join(folder, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('close', (code) => done({ code, said: said.trim() }))
  })
}

describe('npm start refuses in one sentence, and leaves nothing behind', () => {
  it.each<[string, () => Record<string, string>, RegExp]>([
    ['a port in use', () => ({ PORT: String(takenPort) }), /^Port \d+ is in use by another program: .*PORT to another port\.$/],
    ['a wrong variable', () => ({ PORT: 'three' }), /^PORT is "three"; .*\.$/],
    [
      'plain http to a messaging server elsewhere',
      () => ({ HERMOD_URL: 'http://hermod.example' }),
      /^HERMOD_URL must begin with https:\/\/.*\.$/,
    ],
    [
      'a messaging server without its keys',
      () => ({ HERMOD_URL: 'https://hermod.example' }),
      /^HERMOD_CLIENT_ID is not set; .*\.$/,
    ],
    ['a database that is none', () => ({ DATABASE_URL: 'mysql://x' }), /^DATABASE_URL must begin with postgresql:\/\/\.$/],
    [
      'a data folder that cannot be one',
      () => ({ CERTDESK_DATA_DIR: join(folder, 'file') }),
      /^The data folder .* cannot be written \(\w+\): .*CERTDESK_DATA_DIR.*\.$/,
    ],
  ])('%s', async (_, env, sentence) => {
    writeFileSync(join(folder, 'file'), '')
    const port = String(await findFreePort())
    const { code, said } = await start({ PORT: port, SIMULATOR_PORT: port, ...env() })
    expect(said).toMatch(sentence)
    expect(said.split('\n')).toHaveLength(1)
    expect(code).toBe(1)
    expect(readdirSync(folder)).toEqual(['file'])
  })
})
