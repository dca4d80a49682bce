/** The one-time link: a person without an account does the same alone. */
import { expect, test } from './fixtures.ts'

test('a one-time link: start, scan, done; used up by completing, not by opening', async ({
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
  await self.goto(link)
  await self.goto(link)
  await expectAccessible(self)
  await self.getByRole('button', { name: 'Start' }).click()
  const field = self.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  await expectAccessible(self)
  await commandLinePhone(await field.inputValue())
  await expect(self.getByRole('heading', { level: 1 })).toContainText(/done/i)

  const again = await context.newPage()
  await again.goto(link)
  await expect(again.getByRole('heading', { level: 1 })).toContainText(/already been used/i)
  await again.goto(`${portal.url}/enroll/nonsense`)
  await expect(again.getByRole('heading', { level: 1 })).toContainText(/link/i)
  await context.close()
})
