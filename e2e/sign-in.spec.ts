/** Who gets in, and what those outside see. */
import { expect, test } from './fixtures.ts'

test('pages send a stranger to sign-in and bring them back', async ({ page, account }) => {
  await page.goto('/users?q=anna')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password').fill(account.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/users\?q=anna$/)
})

test('a wrong password says so, and does not say which half was wrong', async ({
  page,
  account,
  expectAccessible,
  allowConsoleErrors,
}) => {
  allowConsoleErrors(/401/)
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /e-mail/i })).toContainText(/password/i)
  await expectAccessible()
})

test('the next address is only ever one of ours', async ({ page, account, portal }) => {
  for (const next of ['//evil.example/', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)']) {
    await page.context().clearCookies()
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('E-mail').fill(account.email)
    await page.getByLabel('Password').fill(account.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
    expect(new URL(page.url()).origin).toBe(portal.url)
  }
})
