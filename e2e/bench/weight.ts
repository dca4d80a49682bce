/** P15: JavaScript that a modern browser loads at first sight of a page, gzip-compressed, and whether anything comes from another origin. */
import { gzipSync } from 'node:zlib'
import type { BrowserContext } from '@playwright/test'
import { startTestServer } from '../harness/database.ts'
import { type Portal, startPortal } from '../harness/portal.ts'
import { openBrowser, signedInContext } from './browser.ts'
import type { BenchRow } from './row.ts'

async function weigh(context: BrowserContext, origin: string, path: string): Promise<{ bytes: number; foreign: string[] }> {
  const page = await context.newPage()
  const scripts: Promise<number>[] = []
  const foreign: string[] = []
  page.on('response', (response) => {
    if (!response.url().startsWith(origin) && !response.url().startsWith('data:')) foreign.push(response.url())
    if (response.request().resourceType() === 'script') scripts.push(response.body().then((body) => gzipSync(body).length))
  })
  await page.goto(path, { waitUntil: 'load' })
  // What the first screen loads by itself; an open event stream never lets the network go idle.
  await page.waitForTimeout(1500)
  const sizes = await Promise.all(scripts)
  await page.close()
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), foreign }
}

/** A one-time link nobody has used and an enrolment whose code is shown. */
async function prepare(staff: BrowserContext, portal: Portal): Promise<{ link: string; live: string }> {
  const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'bench')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const user = {
    userid: 'bench.weight',
    name: 'Bench Weight',
    email: 'bench.weight@example.test',
    attributes: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Bench' },
  }
  await fetch(`${portal.url}/api/v1/users`, { method: 'POST', headers, body: JSON.stringify(user) })
  const page = await staff.newPage()
  const choose = async (button: string) => {
    await page.goto(`/enrollments/new?user=${user.userid}`)
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: button }).click()
  }
  await choose('Make a one-time link')
  const link = await page.getByRole('textbox', { name: 'One-time link' }).inputValue()
  await choose('Show the code here')
  await page.getByRole('textbox', { name: 'Offer link' }).waitFor()
  const live = new URL(page.url()).pathname
  await page.close()
  return { link, live }
}

export async function bench(): Promise<BenchRow[]> {
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  const portal = await startPortal({ env: { LOG_LEVEL: 'warn' } })
  const browser = await openBrowser()
  try {
    const staff = await signedInContext(browser, portal)
    const stranger = await browser.newContext({ baseURL: portal.url })
    const rows: BenchRow[] = []
    const { link, live } = await prepare(staff, portal)
    const pages = [
      [link, stranger, 150, '/enroll/<link>'],
      ['/users', staff, 175, '/users'],
      ['/enrollments', staff, 175, '/enrollments'],
      ['/certificates', staff, 175, '/certificates'],
      ['/phones', staff, 175, '/phones'],
      [live, staff, 175, '/enrollments/<id>, code shown'],
    ] as const
    for (const [path, context, limit, name] of pages) {
      const { bytes, foreign } = await weigh(context, portal.url, path)
      const kilobytes = bytes / 1000
      rows.push({
        id: 'P15',
        title: `JS on first load of ${name}`,
        figure: `${kilobytes.toFixed(1)} kB gz, ${foreign.length} foreign requests`,
        denominator: 'empty app 135 kB',
        ratio: kilobytes / 135.4,
        target: `≤ ${limit} kB`,
        ok: kilobytes <= limit && foreign.length === 0,
      })
    }
    return rows
  } finally {
    await browser.close()
    await portal.stop()
    await server.stop()
  }
}
