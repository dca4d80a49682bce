/** The one-time link: a person without an account does the same alone. */
import type { Response } from '@playwright/test'
import { expect, test } from './fixtures.ts'

/** Nobody keeps it, and nobody is told its address. */
function expectPrivate(response: Response | null): void {
  const headers = response?.headers() ?? {}
  expect([response?.status(), headers['referrer-policy']]).toEqual([200, 'no-referrer'])
  expect(headers['cache-control']).toContain('no-store')
}

test('F-B15 a one-time link: start, scan, done; used up by completing, not by opening; link and code are in no cache and no log', async ({
  page,
  browser,
  portal,
  signIn,
  newUser,
  commandLinePhone,
  expectAccessible,
}) => {
  const user = await newUser()
  await signIn()
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  const profile = page.getByRole('radio', { name: /Employee mobile ID/ })
  if (await profile.count()) await profile.check()
  await page.getByRole('button', { name: 'Make a one-time link' }).click()
  const link = await page.getByRole('textbox', { name: 'One-time link' }).inputValue()
  expect(new URL(link).pathname).toMatch(/^\/enroll\//)

  const context = await browser.newContext()
  const self = await context.newPage()
  // Mail scanners open links: opening changes nothing.
  expectPrivate(await self.goto(link))
  expectPrivate(await self.goto(link))
  await expectAccessible(self)
  const told = self.waitForResponse((response) => response.url().endsWith('/enroll/link'))
  await self.getByRole('button', { name: 'Start' }).click()
  expectPrivate(await told)
  const field = self.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  await expectAccessible(self)
  const offer = await field.inputValue()
  const code = /[?&]token=([^&]+)/.exec(offer)?.[1] ?? 'no token'
  expect(offer).toContain(code)
  // The page as anybody gets it who opens the address now, a mail scanner for one: without the code.
  const opened = await (await fetch(link)).text()
  expect(opened).toContain(user.name)
  expect(opened).not.toContain(code)
  await commandLinePhone(offer)
  await expect(self.getByRole('heading', { level: 1 })).toContainText(/done/i)

  const again = await context.newPage()
  await again.goto(link)
  await expect(again.getByRole('heading', { level: 1 })).toContainText(/already been used/i)
  await again.goto(`${portal.url}/enroll/nonsense`)
  await expect(again.getByRole('heading', { level: 1 })).toContainText(/link/i)
  await context.close()
  for (const secret of [code, decodeURIComponent(code), new URL(link).pathname.split('/').at(-1) ?? ''])
    expect(portal.log()).not.toContain(secret)
})
