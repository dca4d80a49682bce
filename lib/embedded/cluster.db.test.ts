import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster } from './cluster.ts'
import { isAlive, isClosedToServer } from './postgres.ts'

let dataDir: string

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'certdesk-cluster-'))
  chmodSync(dataDir, 0o711)
  mkdirSync(join(dataDir, 'logs'))
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

it('an embedded database keeps its data, port and passwords, and ends what a killed start left behind', async () => {
  if (isClosedToServer(import.meta.dirname)) {
    // Root in a private clone: the server's user cannot reach its own programs.
    await expect(startCluster(dataDir)).rejects.toThrow('PostgreSQL refuses to run as root')
    return
  }
  const first = await startCluster(dataDir)
  await ask(first.urls.ownerUrl, 'CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)')
  // The server is still there, as after kill -9 of the starter.
  const second = await startCluster(dataDir)
  try {
    await first.server.ended
    expect(isAlive(first.server.pid)).toBe(false)
    expect(second.urls).toEqual(first.urls)
    expect(await ask(second.urls.ownerUrl, 'SELECT x FROM kept')).toEqual([{ x: 7 }])
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)
    expect(await ask(second.urls.webUrl, 'SELECT current_user AS who')).toEqual([{ who: 'certdesk_web' }])
    await expect(ask(second.urls.webUrl, 'SELECT * FROM kept')).rejects.toMatchObject({ code: '42501' })
    await expect(ask(second.urls.webUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  } finally {
    await second.server.stop()
  }
}, 30_000)

it('an embedded database whose passwords are lost says so instead of starting anew', async () => {
  const lost = join(dataDir, 'lost')
  mkdirSync(join(lost, 'postgres'), { recursive: true })
  writeFileSync(join(lost, 'postgres', 'PG_VERSION'), '18\n')
  await expect(startCluster(lost)).rejects.toThrow(/postgres\.json is missing/)
  writeFileSync(join(lost, 'postgres.json'), 'not what it was')
  await expect(startCluster(lost)).rejects.toThrow(/postgres\.json is damaged/)
})
