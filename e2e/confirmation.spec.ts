/** A profile that asks the person before anything is issued: switched on in the editor, answered on the one-time link and at the helpdesk. */
import { expect, test } from './fixtures.ts'

test.describe.configure({ timeout: 120_000 })

test('F-B15 F-B16 the phone is confirmed on the one-time link, and denied at the helpdesk', async ({
  page,
  browser,
  signInAs,
  newUser,
  rest,
  commandLinePhone,
  expectAccessible,
}) => {
  const title = `Confirmed ${Date.now().toString(36)}`
  await signInAs('admin')
  await page.goto('/settings/profiles')
  await page.getByRole('link', { name: 'New profile' }).click()
  await page.getByLabel('Title', { exact: true }).fill(title)
  await page.getByLabel('Who confirms the phone').selectOption('The person whose enrolment it is')
  await page.getByRole('button', { name: 'Review and create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Create profile' }).click()
  await expect(page.getByRole('link', { name: title })).toBeVisible()

  const user = await newUser()
  const begin = async (): Promise<void> => {
    await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
    await page.getByRole('radio', { name: title }).check()
  }
  await begin()
  await page.getByRole('button', { name: 'Make a one-time link' }).click()
  const link = await page.getByRole('textbox', { name: 'One-time link' }).inputValue()
  const context = await browser.newContext()
  const self = await context.newPage()
  await self.goto(link)
  await self.getByRole('button', { name: 'Start' }).click()
  // The phone waits for its certificate until the person has said yes.
  const phone = commandLinePhone(await self.getByRole('textbox', { name: 'Offer link' }).inputValue())
  await expect(self.getByRole('heading', { name: 'Is this your phone?' })).toBeVisible()
  await expectAccessible(self)
  await self.getByRole('button', { name: 'Yes, it is mine' }).click()
  await phone
  await expect(self.getByRole('heading', { level: 1 })).toContainText(/done/i)
  await context.close()

  await begin()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  const offer = await page.getByRole('textbox', { name: 'Offer link' }).inputValue()
  const stranger = expect(commandLinePhone(offer, '--timeout', '1')).rejects.toThrow(/certificate/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/confirm the phone/)
  await expectAccessible()
  await page.getByRole('tab', { name: 'Evidence' }).click()
  await page.locator('button[data-check="C14"]').click()
  await expect(page.getByText('No certificate is made before the answer has been confirmed')).toBeVisible()
  await page.getByRole('button', { name: 'It is not theirs' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('not the user’s')
  // The evidence has its own test.
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await expectAccessible()
  const id = /enrollments\/([0-9a-f-]{36})/.exec(page.url())?.[1]
  expect((await rest('GET', `/enrollments/${id}`)).value).toMatchObject({
    state: 'rejected',
    failure: { code: 'confirmation_denied' },
    certificates: [],
  })
  await page.goto('/incidents')
  await expect(page.getByRole('link', { name: 'A phone that is not the person’s' }).first()).toBeVisible()
  await stranger
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
  const title = `Staff ${Date.now().toString(36)}`
  await page.goto('/settings/profiles/new')
  await page.getByLabel('Title', { exact: true }).fill(title)
  await page.getByLabel('Who confirms the phone').selectOption('Staff')
  await page.getByRole('button', { name: 'Review and create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Create profile' }).click()
  await expect(page.getByRole('link', { name: title })).toBeVisible()
  const context = await browser.newContext()
  const self = await context.newPage()
  const user = await newUser()
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: title }).check()
  await page.getByRole('button', { name: 'Make a one-time link' }).click()
  await self.goto(await page.getByRole('textbox', { name: 'One-time link' }).inputValue())
  await self.getByRole('button', { name: 'Start' }).click()
  const stored = commandLinePhone(
    await self.getByRole('textbox', { name: 'Offer link' }).inputValue(),
    '--device-name',
    'Desk phone',
  )
  await expect(self.getByRole('heading', { level: 1 })).toHaveText('The helpdesk is looking at this phone')
  await expect(self.getByRole('button', { name: 'Yes, it is mine' })).toHaveCount(0)
  await expectAccessible(self)

  await page.goto('/')
  await page.getByRole('link', { name: /To confirm/ }).click()
  await page.getByRole('row').filter({ hasText: user.userid }).getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: /Is this the phone of/ })).toBeVisible()
  const yes = page.getByRole('button', { name: 'Accept it: make the certificate' })
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
  expect((await rest('POST', `${path}/confirmation`, { theirs: false })).status).toBe(422)
  const refused = await rest('POST', `${path}/confirmation`, { theirs: false, reason: 'nobody knows it' })
  expect(refused.value).toMatchObject({ state: 'rejected', failure: { code: 'confirmation_denied' }, confirmation: null })
  await left
  await page.goto(`/enrollments/${started.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('not the user’s')
  // The evidence has its own test.
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await expectAccessible()
})
