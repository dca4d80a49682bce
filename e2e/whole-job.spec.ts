/** The whole job, as people do it: find the person, start, scan, see it arrive. */
import { expect, test } from './fixtures.ts'

test('with the web phone: from a person to a certificate on the phone, nobody reloads anything', async ({
  page,
  signIn,
  newUser,
  expectAccessible,
}) => {
  const user = await newUser({ name: 'Åsa Ögren' })
  await signIn()

  await page.getByRole('link', { name: 'Users', exact: true }).click()
  await page.getByRole('searchbox', { name: 'Search users' }).fill(user.userid)
  await page.getByRole('link', { name: 'Åsa Ögren' }).click()
  await page.getByRole('link', { name: 'New enrolment' }).click()
  const profile = page.getByRole('radio', { name: /Employee mobile ID/ })
  if (await profile.count()) await profile.check()
  await expect(page.getByText('CN=Åsa Ögren').first()).toBeVisible()
  await page.getByRole('button', { name: 'Show the code here' }).click()

  await expect(page.getByRole('textbox', { name: 'Offer link' })).toHaveValue(/^com\.nexusgroup\.plugout:/)
  const qr = await page.getByRole('img', { name: 'Offer as QR code' }).boundingBox()
  expect(qr?.width).toBeGreaterThanOrEqual(300)
  await expectAccessible()

  const [phone] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Open on the training phone' }).click(),
  ])
  await phone.getByRole('button', { name: 'Continue' }).click()
  await phone.getByLabel('PIN', { exact: true }).fill('481516')
  await phone.getByLabel('Repeat PIN').fill('481516')
  await phone.getByRole('button', { name: 'Confirm' }).click()
  await expect(phone.getByRole('heading', { name: 'Certificate stored' })).toBeVisible()
  expect(phone.url()).not.toContain('offer')

  // The desk's page was never touched.
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  await expect(page.getByText('CN=Åsa Ögren').first()).toBeVisible()
  await expectAccessible()

  await page.getByRole('tab', { name: 'Evidence' }).click()
  await expect(page.getByText('Passed').first()).toBeVisible()
  await page.getByRole('tab', { name: 'Certificate' }).click()
  await expect(page.getByText('Certdesk Issuing CA').first()).toBeVisible()
})

test('with the command-line phone: the page follows by itself', async ({
  page,
  signIn,
  newUser,
  startEnrollment,
  commandLinePhone,
  rest,
}) => {
  const user = await newUser()
  await signIn()
  const { id, offer } = await startEnrollment(user)
  await commandLinePhone(offer)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  const { value } = await rest('GET', `/enrollments/${id}`)
  expect(value.state).toBe('completed')
  expect((value.certificates as unknown[]).length).toBe(1)
})
