/** The attestation policy and incidents, as an administrator and the helpdesk meet them. Its own portal: what is trusted is everybody's. */
import { generateKeyPairSync } from 'node:crypto'
import { test as base, expect } from './fixtures.ts'
import { startPortal } from './harness/portal.ts'

const test = base.extend({
  portal: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
    async ({}, use) => {
      const portal = await startPortal()
      await use(portal)
      await portal.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})
test.describe.configure({ mode: 'serial' })

/** The vendor's one-line JWK of a new key. */
function vendorLine(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n, e } = publicKey.export({ format: 'jwk' })
  return JSON.stringify({ alg: 'RS256', e, keystate: 'active', kid: 'attestation_2026-11-02', kty: 'RSA', n, use: 'sig' })
}

test('a key is imported: what is wrong is said, the rehearsal comes first, and the version is kept with what it judged', async ({
  page,
  signInAs,
  newUser,
  startEnrollment,
  commandLinePhone,
  expectAccessible,
}) => {
  await signInAs('admin')
  const first = await startEnrollment(await newUser())
  await commandLinePhone(first.offer)

  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByRole('link', { name: 'Attestation', exact: true }).click()
  await expect(page.getByText('Version 1 is in force')).toBeVisible()
  await expectAccessible()

  await page.getByRole('button', { name: 'Import key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Public key').fill(JSON.stringify({ ...JSON.parse(vendorLine()), d: 'AQAB' }))
  await dialog.getByRole('button', { name: 'Take over' }).click()
  await expect(dialog.getByText(/This is a private key/)).toBeVisible()
  await dialog.getByLabel('Public key').fill(vendorLine())
  await dialog.getByLabel('Note').fill('App of our own, from the vendor')
  await expectAccessible()
  await dialog.getByRole('button', { name: 'Take over' }).click()
  await expect(page.getByText('App of our own, from the vendor')).toBeVisible()

  // Nothing can be saved before it was rehearsed.
  await expect(page.getByRole('button', { name: 'Save as a new version' })).toBeDisabled()
  await page.getByRole('button', { name: 'Rehearse' }).click()
  await expect(page.getByText(/Of \d+ accepted, none would be refused/)).toBeVisible()
  await page.getByLabel('Why').fill('A second app')
  await page.getByRole('button', { name: 'Save as a new version' }).click()
  await expect(page.getByText('Version 2 is in force')).toBeVisible()
  await expect(page.getByText('Key attestation_2026-11-02 added to ATTESTATION').first()).toBeVisible()

  await page.goto(`/enrollments/${first.id}?tab=evidence`)
  await expect(page.getByText('by attestation policy 1')).toBeVisible()
  const second = await startEnrollment(await newUser())
  await commandLinePhone(second.offer)
  await page.goto(`/enrollments/${second.id}?tab=evidence`)
  await expect(page.getByText('by attestation policy 2')).toBeVisible()
})

test('a rehearsal shows how many accepted answers a wrong pin would refuse, and which', async ({
  page,
  signInAs,
  newUser,
  startEnrollment,
  commandLinePhone,
  expectAccessible,
}) => {
  await signInAs('admin')
  const user = await newUser({ name: 'Rehearsed Person' })
  const { id, offer } = await startEnrollment(user)
  await commandLinePhone(offer)

  await page.goto('/settings/attestation')
  await page.getByLabel('Another value').fill('not a digest')
  await page.getByRole('button', { name: 'Pin', exact: true }).click()
  await expect(page.getByText(/A value is 32 bytes in base64/)).toBeVisible()
  await page.getByLabel('Another value').fill(Buffer.alloc(32, 9).toString('base64'))
  await page.getByRole('button', { name: 'Pin', exact: true }).click()
  await page.getByRole('button', { name: 'Rehearse' }).click()
  await expect(page.getByText(/Of (\d+) accepted, \1 would be refused/)).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: user.userid })
  await expect(row).toContainText('C14, sch')
  await expect(row.getByRole('link')).toHaveAttribute('href', new RegExp(`/enrollments/${id}`))
  await expectAccessible()

  // Another change makes the outcome stale, and it cannot be saved with it.
  await page
    .getByRole('button', { name: /^Pin .+=$/ })
    .first()
    .click()
  await expect(page.getByText('You have changed something since')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save as a new version' })).toBeDisabled()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(page.getByText('Nothing is pinned')).toBeVisible()
})

test('a leaked key is an incident on the home page until somebody closes it, and stands on the block list', async ({
  page,
  signIn,
  newUser,
  startEnrollment,
  commandLinePhone,
  expectAccessible,
}) => {
  await signIn()
  const user = await newUser({ name: 'Leaky Phone' })
  const { offer } = await startEnrollment(user)
  await commandLinePhone(offer, '--fault', 'private-key-leaked').catch(() => undefined)
  // The live page, which nobody touched.
  await expect(page.getByText('There is an open incident')).toBeVisible()

  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await expect(page.getByRole('link', { name: /Incidents\s*1/ })).toBeVisible()
  await page.getByRole('link', { name: 'A phone sent its private key' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('A phone sent its private key')
  await expectAccessible()
  await page.getByRole('button', { name: 'Close incident' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  await expect(dialog.getByText('Say in a few words what came of it.')).toBeVisible()
  await dialog.getByLabel('What came of it').fill('Test phone of the vendor, thrown away')
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  await expect(page.getByText('Closed by Hanna Helpdesk')).toBeVisible()
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await page.waitForURL(({ pathname }) => pathname === '/')
  await expect(page.getByRole('heading', { name: 'Open incidents' })).toHaveCount(0)
  await page.getByRole('link', { name: 'Incidents', exact: true }).click()
  await expect(page.getByText('None stands like this.').or(page.getByText('No incidents'))).toBeVisible()
  await page.getByRole('link', { name: 'Closed', exact: true }).click()
  await expect(page.getByRole('link', { name: 'A phone sent its private key' }).last()).toBeVisible()
  await expectAccessible()
})

test('a key is blocked and taken off again, each with a reason', async ({ page, signInAs, expectAccessible }) => {
  await signInAs('admin')
  const hash = 'ab'.repeat(32)
  await page.goto(`/settings/attestation?block=${hash}#block-list`)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel('Key')).toHaveValue(hash)
  await dialog.getByRole('button', { name: 'Block' }).click()
  await expect(dialog.getByText('Say in a few words why.')).toBeVisible()
  await dialog.getByLabel('Reason').fill('Phone stolen in Malmö')
  await dialog.getByRole('button', { name: 'Block' }).click()
  const row = page.getByRole('row').filter({ hasText: hash })
  await expect(row).toContainText('Phone stolen in Malmö')
  await expectAccessible()
  await row.getByRole('button', { name: `Take off ${hash}` }).click()
  await dialog.getByLabel('Reason').fill('Found again')
  await dialog.getByRole('button', { name: 'Take off' }).click()
  await expect(row).toHaveCount(0)
})

test('the helpdesk has no settings; an auditor sees the policy and cannot change it', async ({
  page,
  signInAs,
  signIn,
  allowConsoleErrors,
}) => {
  allowConsoleErrors(/404/)
  await signIn()
  await expect(page.getByRole('link', { name: 'Settings', exact: true })).toHaveCount(0)
  expect((await page.goto('/settings/attestation'))?.status()).toBe(404)
  await signInAs('auditor')
  await page.goto('/settings/attestation')
  await expect(page.getByText('You can look at it; changing it is for administrators.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Import key' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Block a key' })).toHaveCount(0)
})
