/** P15: JavaScript that a modern browser loads at first sight of a page, gzip-compressed, and whether anything comes from another origin. */
import { gzipSync } from 'node:zlib'
import type { BrowserContext } from '@playwright/test'
import { startTestServer } from '../harness/database.ts'
import { startPortal } from '../harness/portal.ts'
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
  await page.goto(path, { waitUntil: 'networkidle' })
  const sizes = await Promise.all(scripts)
  await page.close()
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), foreign }
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
    const pages = [
      ['/enroll/unknown', stranger, 150],
      ['/users', staff, 175],
      ['/enrollments', staff, 175],
      ['/certificates', staff, 175],
      ['/phones', staff, 175],
    ] as const
    for (const [path, context, limit] of pages) {
      const { bytes, foreign } = await weigh(context, portal.url, path)
      const kilobytes = bytes / 1000
      rows.push({
        id: 'P15',
        title: `JS on first load of ${path}`,
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
