/** A SCEP CA that wants a challenge in each request: entered by an administrator, brought back by the phone, and named when none is left. */
import { randomUUID } from 'node:crypto'
import { expect, test } from './fixtures.ts'
import { type RunningScepCa, startScepCa } from './peers/scep-ca.ts'

let ca: RunningScepCa
test.beforeAll(async () => {
  ca = await startScepCa({ challenges: new Set() })
})
test.afterAll(() => ca?.close())

test('one-time challenges: entered, counted, kept by the training phone, spent at the CA, and missed before anybody scans', async ({
  page,
  signInAs,
  sql,
  newUser,
  expectAccessible,
}) => {
  test.setTimeout(180_000)
  await signInAs('admin')
  const name = `scep-${randomUUID().slice(0, 8)}`
  const challenge = randomUUID()
  ca.options.challenges?.add(challenge)

  // Asked for only where they are wanted; a line that is wrong is named; none is ever shown again.
  await page.goto('/settings/connections/new?kind=scep')
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Address').fill(ca.url)
  await page.getByLabel(/SHA-256 fingerprint/).fill(ca.fingerprint)
  const list = page.getByLabel(/One-time challenges to add/)
  await expect(list).toBeHidden()
  await page.getByLabel(/Challenge in the request/).selectOption('one-time')
  await expect(page.getByText(/not documented to work: it depends on the phone app/)).toBeVisible()
  await list.fill(`${challenge}\n${challenge}`)
  await page.getByRole('button', { name: 'Save and test' }).click()
  await expect(page.getByText('Line 2 was there before')).toBeVisible()
  await expectAccessible()
  await list.fill(challenge)
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.waitForURL('**/settings/connections')
  const card = page.getByRole('region', { name })
  await expect(card.getByText(/It would use up a one-time challenge/)).toBeVisible({ timeout: 30_000 })
  await expect(card.getByText('1 left')).toBeVisible()
  await expectAccessible()
  await card.getByRole('link', { name: /^Change/ }).click()
  await expect(list).toHaveValue('')
  await expect(page.getByText(/^1 left\. Encrypted before/)).toBeVisible()
  expect(await page.content()).not.toContain(challenge)

  const profile = `By ${name}`
  await sql.query(
    `WITH made AS (INSERT INTO profile (id, name, title, position) VALUES ($1, $2, $2, 91) RETURNING id)
     INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT $3, made.id, 1, jsonb_set(v.definition, '{certificate}', v.definition -> 'certificate' || $5::jsonb), (SELECT id FROM issuer WHERE name = $4)
     FROM made, profile_version v JOIN profile p ON p.id = v.profile_id WHERE p.name = 'Employee mobile ID' ORDER BY v.version DESC LIMIT 1`,
    [
      randomUUID(),
      profile,
      randomUUID(),
      name,
      {
        keyUsage: ['digitalSignature', 'nonRepudiation'],
        extendedKeyUsage: ['clientAuth', 'emailProtection'],
        subjectAltNameEmail: false,
      },
    ],
  )
  const user = await newUser()
  const begin = async () => {
    await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
    await page.getByRole('radio', { name: new RegExp(profile) }).check()
  }
  await begin()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  await expect(page.getByRole('textbox', { name: 'Offer link' })).toHaveValue(/^com\.nexusgroup\.plugout:/)
  const [phone] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Open on the training phone' }).click(),
  ])
  await phone.getByRole('button', { name: 'Continue' }).click()
  await phone.getByLabel('PIN', { exact: true }).fill('481516')
  await phone.getByLabel('Repeat PIN').fill('481516')
  await phone.getByRole('button', { name: 'Confirm' }).click()
  await expect(phone.getByRole('heading', { name: 'Certificate stored' })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  expect(ca.options.challenges?.size).toBe(0)

  // None is left: named before anybody is asked to scan, with who mends it.
  await begin()
  await expect(page.getByText(`Certificate authority ${name} · not working`)).toBeVisible()
  await expect(page.getByText(/wants a one-time challenge for each key, and not enough are left/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Show the code here' })).toBeDisabled()
  await page.goto('/settings/connections')
  await expect(card.getByText('none left')).toBeVisible()
})
