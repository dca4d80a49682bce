/**
 * A CA of somebody else, from nothing to a certificate on the phone: an administrator adds an EST server, the portal tries it, a profile uses it,
 * and a person's phone gets its certificate. And when it breaks, that is said before anybody is asked to scan.
 */
import { randomUUID } from 'node:crypto'
import { expect, test } from './fixtures.ts'
import { type EstServer, startEstServer } from './peers/est-server.ts'

let est: EstServer
test.beforeAll(async () => {
  est = await startEstServer()
})
test.afterAll(() => est?.stop())

test('an EST server: added, tested, used for a phone, and named when it breaks', async ({
  page,
  signInAs,
  sql,
  newUser,
  commandLinePhone,
  expectAccessible,
  rest,
}) => {
  test.setTimeout(180_000)
  await signInAs('admin')

  // Adding: what is wrong is said at its field; the secret is never shown again.
  const name = `est-${randomUUID().slice(0, 8)}`
  await page.goto('/settings/connections')
  await page.getByRole('link', { name: 'EST server' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Address').fill('http://ca.example')
  await page.getByRole('button', { name: 'Save and test' }).click()
  await expect(page.getByText('It must begin with https://.')).toBeVisible()
  await expectAccessible()
  await page.getByLabel('Address').fill(est.url)
  await page.getByLabel(/SHA-256 fingerprint/).fill(est.anchorSha256.toUpperCase().replace(/../g, '$&:').slice(0, -1))
  await page.getByLabel(/Who issues the server’s TLS certificate/).fill(est.tlsCa)
  await page.getByLabel(/User name \(HTTP Basic\)/).fill(est.basic.user)
  await page.getByLabel(/^Password/).fill(est.basic.password)
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.waitForURL('**/settings/connections')
  const card = page.getByRole('region', { name })
  await expect(card.getByText('Test enrolment')).toBeVisible({ timeout: 30_000 })
  await expect(card.getByText(/It made a test certificate/)).toBeVisible()
  await expect(card.getByText('Works')).toBeVisible()
  await expectAccessible()
  await card.getByRole('link', { name: /^Change/ }).click()
  await expect(page.getByLabel(/^Password/)).toHaveValue('')
  await expect(page.getByText(/Set on .* by Ada Admin\. It cannot be shown\./)).toBeVisible()
  expect(await page.content()).not.toContain(est.basic.password)

  // A profile that it issues for.
  const profile = `By ${name}`
  await sql.query(
    `WITH made AS (INSERT INTO profile (id, name, title, position) VALUES ($1, $2, $2, 90) RETURNING id)
     INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT $3, made.id, 1, jsonb_set(v.definition, '{certificate,validityDays}', '90'),
            (SELECT id FROM issuer WHERE name = $4)
     FROM made, profile_version v JOIN profile p ON p.id = v.profile_id WHERE p.name = 'Employee mobile ID' ORDER BY v.version DESC LIMIT 1`,
    [randomUUID(), profile, randomUUID(), name],
  )
  const user = await newUser({ name: 'Åsa Öberg' })
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: new RegExp(profile) }).check()
  await expect(page.getByText(`Certificate authority ${name} · ready`)).toBeVisible()
  await expect(page.getByText('RSA-2048 (signer)')).toBeVisible()
  await expectAccessible()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  const field = page.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  const printedByPhone = await commandLinePhone(await field.inputValue())
  expect(printedByPhone).toContain('Test EST Issuing CA')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  const { rows } = await sql.query(
    `SELECT c.serial_number FROM certificate c JOIN issuer i ON i.id = c.issuer_id WHERE i.name = $1 AND c.delivered_at IS NOT NULL`,
    [name],
  )
  expect(est.issued.map(({ serialNumber }) => serialNumber)).toContain(rows[0]?.serial_number)

  // It refuses one: said with what it said; asked again when it was mended, while the phone waits.
  est.fault = 'refuses'
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: new RegExp(profile) }).check()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  const waiting = commandLinePhone(await field.inputValue())
  const again = page.getByRole('button', { name: 'Ask the CA again' })
  await expect(again).toBeVisible()
  await expect(page.getByText(/Ask the PKI team/).first()).toBeVisible()
  await expectAccessible()
  est.fault = null
  await again.click()
  expect(await waiting).toContain('Test EST Issuing CA')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)

  // It breaks: named before anybody is asked to scan, with who mends it. The API still takes what may pass by itself.
  await est.stop()
  await page.goto('/settings/connections')
  await card.getByRole('button', { name: /^Test: / }).click()
  await expect(card.getByText(/The CA cannot be reached/).first()).toBeVisible({ timeout: 30_000 })
  await expect(card.getByText('Problem')).toBeVisible()
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: new RegExp(profile) }).check()
  await expect(page.getByText(`Certificate authority ${name} · not working`)).toBeVisible()
  await expect(page.getByText(/Whoever runs the certificate authority has to mend it/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Show the code here' })).toBeDisabled()
  await expectAccessible()
  expect((await rest('POST', '/enrollments', { userid: user.userid, profile })).status).toBe(201)

  await page.goto('/')
  await expect(page.getByText(`Certificate authority ${name}`)).toBeVisible()
  await expect(page.getByText(/The CA cannot be reached/)).toBeVisible()
})

test('the messaging server: reachable, key accepted, and its callback comes back', async ({
  page,
  signInAs,
  expectAccessible,
}) => {
  test.setTimeout(90_000)
  await signInAs('admin')
  await page.goto('/settings/connections')
  const card = page.getByRole('region', { name: 'Messaging server (Hermod)' })
  await card.getByRole('button', { name: /^Test: / }).click()
  await expect(card.getByText('It took a test command')).toBeVisible()
  await expect(card.getByText('Its callback came back with the agreed password.')).toBeVisible({ timeout: 40_000 })
  await expect(card.getByText('Works')).toBeVisible()
  await expectAccessible()
})
