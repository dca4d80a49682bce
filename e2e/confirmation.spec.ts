/** A profile that has somebody look at the phone before certificates are made: the person on the page of the link, or staff. */
import type { Page } from '@playwright/test'
import { expect, type TestUser, test } from './fixtures.ts'

test.describe.configure({ timeout: 120_000 })

/** Makes a profile the way an administrator does. @returns its title */
async function makeProfile(page: Page, who: 'user' | 'staff'): Promise<string> {
  const title = `Asks ${who} ${Date.now().toString(36)}`
  await page.goto('/settings/profiles/new')
  await page.getByLabel('Title', { exact: true }).fill(title)
  await page.getByLabel('Who confirms the phone').selectOption(who)
  await page.getByRole('button', { name: 'Review and create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Create profile' }).click()
  await expect(page.getByRole('link', { name: title })).toBeVisible()
  return title
}

/** The page of a one-time link made for that person, and the code on it. */
async function openLink(page: Page, self: Page, user: TestUser, title: string): Promise<string> {
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: title }).check()
  await page.getByRole('button', { name: 'Make a one-time link' }).click()
  await self.goto(await page.getByRole('textbox', { name: 'One-time link' }).inputValue())
  await self.getByRole('button', { name: 'Start' }).click()
  const field = self.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  return field.inputValue()
}

test('the person sees which phone answered and says yes, or no', async ({
  page,
  browser,
  signInAs,
  newUser,
  commandLinePhone,
  expectAccessible,
}) => {
  await signInAs('admin')
  const title = await makeProfile(page, 'user')
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const self = await context.newPage()

  const stored = commandLinePhone(await openLink(page, self, await newUser(), title), '--device-name', 'Åsas telefon')
  await expect(self.getByRole('heading', { level: 1 })).toHaveText('Is this your phone?')
  await expect(self.getByText('Åsas telefon')).toBeVisible()
  await expect(self.getByText(/CN=Åsa Öberg/)).toBeVisible()
  await expectAccessible(self)
  await self.getByRole('button', { name: 'Yes, this is my phone' }).click()
  await expect(self.getByRole('heading', { level: 1 })).toContainText(/done/i)
  await stored

  const user = await newUser({ name: `Nina Nilsson ${Date.now().toString(36)}` })
  const offer = await openLink(page, self, user, title)
  const left = commandLinePhone(offer, '--device-name', 'Somebody’s phone', '--timeout', '1').catch(String)
  await expect(self.getByText('Somebody’s phone')).toBeVisible()
  await self.getByRole('button', { name: 'No, it is not' }).click()
  await expect(self.getByText(/You said that the phone was not yours/)).toBeVisible()
  await expectAccessible(self)
  await context.close()
  await left

  await page.goto('/incidents')
  const incident = page.getByRole('row').filter({ hasText: user.name })
  await expect(incident).toContainText('A phone that is not the user’s')
  await page.goto(`/users/${user.userid}`)
  await expect(page.getByText('Somebody’s phone')).toHaveCount(0)
})

test('staff decide and say why; home shows what waits, and the person can only say no', async ({
  page,
  browser,
  signInAs,
  newUser,
  commandLinePhone,
  expectAccessible,
  rest,
}) => {
  await signInAs('admin')
  const title = await makeProfile(page, 'staff')
  const context = await browser.newContext()
  const self = await context.newPage()
  const user = await newUser()
  const stored = commandLinePhone(await openLink(page, self, user, title), '--device-name', 'Desk phone')
  await expect(self.getByRole('heading', { level: 1 })).toHaveText('The helpdesk is looking at this phone')
  await expect(self.getByRole('button', { name: 'Yes, this is my phone' })).toHaveCount(0)
  await expectAccessible(self)

  await page.goto('/')
  await page.getByRole('link', { name: /To confirm/ }).click()
  await page.getByRole('row').filter({ hasText: user.userid }).getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: /Is “Desk phone” the phone of/ })).toBeVisible()
  const yes = page.getByRole('button', { name: 'Right phone: make the certificate' })
  await yes.click()
  await expect(page.getByRole('textbox', { name: 'Why' })).toBeFocused()
  await expectAccessible()
  await page.getByRole('textbox', { name: 'Why' }).fill('read out by the caller')
  await yes.click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/is on the phone/i)
  await expect(self.getByRole('heading', { level: 1 })).toContainText(/done/i)
  await stored
  await expect(page.getByText('Phone confirmed; issuing')).toBeVisible()
  await context.close()

  // The same for programs.
  const other = await newUser()
  const { value: started } = await rest('POST', '/enrollments', { userid: other.userid, profile: title })
  const path = `/enrollments/${started.id}`
  const offerUri = async () => ((await rest('GET', path)).value.offer as { uri: string } | null)?.uri ?? ''
  await expect.poll(offerUri).not.toBe('')
  const left = commandLinePhone(await offerUri(), '--timeout', '1').catch(String)
  await expect.poll(async () => (await rest('GET', path)).value.state).toBe('confirming')
  expect((await rest('GET', path)).value.confirmation).toMatchObject({ by: 'staff', heldBy: [] })
  expect((await rest('POST', `${path}/confirmation`, { confirmed: false })).status).toBe(422)
  const refused = await rest('POST', `${path}/confirmation`, { confirmed: false, reason: 'nobody knows it' })
  expect(refused.value).toMatchObject({ state: 'rejected', failure: { code: 'confirmation_denied' }, confirmation: null })
  await left
  await page.goto(`/enrollments/${started.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The phone was not confirmed')
  await expectAccessible()
})
