/**
 * A SCEP CA of another make, from nothing to its certificate on the phone: an administrator adds Debian's scepserver on the page, the portal
 * tries it, a profile made in the editor uses it, and a person's phone holds what that server signed.
 */
import { X509Certificate } from 'node:crypto'
import { expect, test } from './fixtures.ts'
import { type ScepServer, startScepServer } from './peers/scepserver.ts'

let scep: ScepServer
test.beforeAll(async () => {
  scep = await startScepServer()
})
test.afterAll(() => scep?.stop())

test('scepserver of micromdm: added by its fingerprint, tested, chosen in a profile, and its certificate on the phone', async ({
  page,
  sql,
  signInAs,
  newUser,
  commandLinePhone,
  expectAccessible,
}) => {
  test.setTimeout(180_000)
  const name = `scep-${Date.now().toString(36)}`
  await signInAs('admin')

  // It answers with DES and SHA-1 whatever it is asked: said by the test, and taken only once somebody has allowed it.
  await page.goto('/settings/connections')
  await page.getByRole('link', { name: 'SCEP server' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Address').fill(scep.url)
  await page.getByLabel(/SHA-256 fingerprint/).fill(scep.fingerprint)
  await expectAccessible()
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.waitForURL('**/settings/connections')
  const card = page.getByRole('region', { name })
  await expect(card.getByText('Problem')).toBeVisible({ timeout: 30_000 })
  await expect(card.getByText(/SHA-1|DES/).first()).toBeVisible()
  await card.getByRole('link', { name: /^Change/ }).click()
  await page.getByRole('checkbox', { name: /Allow SHA-1, Triple-DES and DES/ }).check()
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.waitForURL('**/settings/connections')
  await expect(card.getByText('Works')).toBeVisible({ timeout: 30_000 })
  await expect(card.getByText('It answers, without TLS')).toBeVisible()
  // The name of the test is one that it writes anew: a warning that says which setting that is.
  await expect(card.getByText(/It made a test certificate, but not quite as it was asked to/)).toBeVisible()
  await expect(card.getByText(/“Subject in the certificate” of its connection to “same text”/)).toBeVisible()
  await expectAccessible()

  // Of a name Go keeps the order C, O, …, CN, and as UTF8String only what is not printable: this one comes back as it went.
  const title = `By ${name}`
  await page.goto('/settings/profiles')
  await page.getByRole('link', { name: 'New profile' }).click()
  await page.getByLabel('Title', { exact: true }).fill(title)
  await page.getByLabel('Issued by').selectOption({ label: name })
  await page.getByLabel('Attribute 1', { exact: true }).selectOption('C')
  await page.getByLabel('Template 1', { exact: true }).fill('{attributes.C}')
  await page.getByRole('button', { name: 'Remove attribute 3' }).click()
  await page.getByRole('button', { name: 'Review and create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Create profile' }).click()
  await expect(page.getByRole('link', { name: title })).toBeVisible()

  const user = await newUser({ name: 'Åsa Öberg' })
  await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
  await page.getByRole('radio', { name: title }).check()
  await expect(page.getByText(`Certificate authority ${name} · ready`)).toBeVisible()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  const field = page.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  const authority = new X509Certificate(scep.certificate)
  expect(await commandLinePhone(await field.inputValue())).toContain('Peer')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  await page.getByRole('tab', { name: 'Certificate' }).click()
  await expect(page.getByRole('article')).toHaveCount(1)
  await expectAccessible()

  const { rows } = await sql.query<{ der: Buffer }>(
    `SELECT c.der FROM certificate c JOIN issuer i ON i.id = c.issuer_id WHERE i.name = $1 AND c.delivered_at IS NOT NULL`,
    [name],
  )
  expect(rows).toHaveLength(1)
  const certificate = new X509Certificate(rows[0]?.der ?? Buffer.alloc(0))
  expect(certificate.issuer).toBe(authority.subject)
  expect(certificate.verify(authority.publicKey)).toBe(true)
  expect(certificate.subject).toBe('C=SE\nCN=Åsa Öberg')

  // With that setting the name of the test is right as well.
  await page.goto('/settings/connections')
  await card.getByRole('link', { name: /^Change/ }).click()
  await page.getByLabel('Subject in the certificate').selectOption({ label: 'same text' })
  await expectAccessible()
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.waitForURL('**/settings/connections')
  await expect(card.getByText(`right for the profile “${title}”`)).toBeVisible({ timeout: 30_000 })
  await card.getByRole('link', { name: /^Change/ }).click()
  await expect(page.getByLabel('Subject in the certificate')).toHaveValue('equivalent')
})
