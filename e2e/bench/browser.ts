/** A browser and a signed-in page for benches that measure what a person's browser sees. */
import { type Browser, type BrowserContext, chromium } from '@playwright/test'
import { chromiumPath } from '../harness/chromium.ts'
import type { Portal } from '../harness/portal.ts'

const NAMES: Readonly<Record<string, string>> = { helpdesk: 'Hanna Helpdesk', admin: 'Ada Admin' }

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error('No Chromium was found: install one or set CHROMIUM_PATH.')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export async function signedInContext(browser: Browser, portal: Portal, role = 'helpdesk'): Promise<BrowserContext> {
  const email = `${role}@bench.example.test`
  const printed = await portal.certdesk('account', 'create', '--role', role, '--email', email, '--name', NAMES[role] ?? role)
  const password =
    printed
      .split('\n')
      .at(-1)
      ?.replace(/^.*:\s*/, '')
      .trim() ?? ''
  const context = await browser.newContext({ baseURL: portal.url })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.close()
  return context
}
