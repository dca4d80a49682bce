/** `npm start` as a stranger runs it: one command brings everything up, a second start is told of the first, Ctrl-C leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { isClosedToServer } from '#lib/embedded/postgres.ts'
import { freePort, runToEnd } from './harness/portal.ts'

interface Started {
  child: ChildProcess
  output: () => string
  ended: Promise<number | null>
}

function run(env: Record<string, string>): Started {
  const child = spawn('npm', ['start'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  return { child, output: () => text, ended: new Promise((done) => child.on('close', done)) }
}

/** The starter's process number. */
const pidOf = (dataDir: string): number =>
  (JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as { pid: number }).pid

test('npm start brings everything up, keeps its data, and stops all of it', async ({ page }) => {
  test.setTimeout(180_000)
  const dataDir = mkdtempSync(join(tmpdir(), 'certdesk-npm-start-'))
  // As root the database runs as another user, who must get in.
  chmodSync(dataDir, 0o711)
  const [port, simulatorPort] = [await freePort(), await freePort()]
  const env = { PORT: String(port), SIMULATOR_PORT: String(simulatorPort), CERTDESK_DATA_DIR: join(dataDir, 'data') }
  const url = `http://localhost:${port}`
  let started = run(env)
  if (isClosedToServer(process.cwd())) {
    // Root in a private clone: PostgreSQL could not be run there, and start says so instead of failing halfway.
    expect(await started.ended).toBe(1)
    expect(started.output()).toContain('PostgreSQL refuses to run as root')
    return
  }
  try {
    await expect.poll(started.output, { timeout: 120_000 }).toContain('Certdesk is ready')
    expect(started.output()).toContain(url)
    const [, email = '', password = ''] = /Sign in +(\S+) +password +(\S+)/.exec(started.output()) ?? []

    await page.goto(`${url}/sign-in`)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()

    // The running database is found through the data folder; a token stands alone on standard output.
    const token = await runToEnd(['lib/certdesk/main.ts', 'token', 'create', '--role', 'helpdesk', '--name', 'start'], {
      CERTDESK_DATA_DIR: env.CERTDESK_DATA_DIR,
    })
    const users = await fetch(`${url}/api/v1/users?limit=1`, { headers: { authorization: `Bearer ${token}` } })
    expect(((await users.json()) as { total: number }).total).toBeGreaterThanOrEqual(200)

    for (const secret of ['sign-in.json', 'postgres.json', 'running.json', 'web-secrets.json', 'worker-secrets.json'])
      expect(statSync(join(env.CERTDESK_DATA_DIR, secret)).mode & 0o077, secret).toBe(0)

    const second = run({ ...env, PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) })
    expect(await second.ended).toBe(1)
    expect(second.output()).toContain(
      `Certdesk is running with this data folder already (process ${pidOf(env.CERTDESK_DATA_DIR)}): ${url}`,
    )

    process.kill(pidOf(env.CERTDESK_DATA_DIR), 'SIGINT')
    await started.ended
    await expect(fetch(`${url}/api/health`)).rejects.toThrow()
    await expect(fetch(`http://127.0.0.1:${simulatorPort}/simulator/health`)).rejects.toThrow()

    started = run(env)
    await expect.poll(started.output, { timeout: 60_000 }).toContain('Certdesk is ready')
    expect(started.output()).toContain(password)
    const again = await fetch(`${url}/api/v1/users?limit=1`, { headers: { authorization: `Bearer ${token}` } })
    expect(again.status).toBe(200)

    // One part dies: everything ends, and it is said which.
    const [postmaster = ''] = readFileSync(join(env.CERTDESK_DATA_DIR, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(postmaster), 'SIGQUIT')
    expect(await started.ended).toBe(1)
    expect(started.output()).toContain('The database has ended by itself')
  } finally {
    try {
      process.kill(pidOf(env.CERTDESK_DATA_DIR), 'SIGTERM')
      await started.ended
    } catch {
      // It has ended already, and taken its file with it.
    }
    rmSync(dataDir, { recursive: true, force: true })
  }
})
