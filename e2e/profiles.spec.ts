/** Profiles with several keys: made in the editor, enrolled with both training phones, changed by two at once. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

// Each of these is a profile made by hand and several enrolments: minutes of a person's time.
test.describe.configure({ timeout: 180_000 })

/** Makes a profile of two keys, EC preferred and RSA as the fallback, the way an administrator does. */
async function makeProfile(page: Page, title: string): Promise<void> {
  await page.goto('/settings/profiles')
  await page.getByRole('link', { name: 'New profile' }).click()
  await page.getByLabel('Title', { exact: true }).fill(title)
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(title)
  await page.getByRole('button', { name: 'Add a key' }).click()
  for (const [group, keyid, use] of [
    ['Key 1', 'sign', 'SIG'],
    ['Key 2', 'auth', 'AUTH'],
  ] as const) {
    const key = page.getByRole('group', { name: group, exact: true })
    await key.getByLabel('Key id').fill(keyid)
    await key.getByLabel('Use', { exact: true }).selectOption(use)
    await key.getByRole('checkbox', { name: 'EC, P-256' }).check()
    await key.getByRole('button', { name: 'Prefer EC, P-256', exact: true }).click()
  }
  const sign = page.getByRole('group', { name: 'Key 1', exact: true })
  await sign.getByRole('checkbox', { name: 'Its certificate has usages of its own' }).check()
  await sign.getByRole('checkbox', { name: 'Non-repudiation' }).check()
  await sign.getByRole('checkbox', { name: 'Signing in' }).uncheck()
  await page.getByRole('button', { name: 'Review and create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Create profile' }).click()
  await expect(page.getByRole('link', { name: title })).toBeVisible()
}

/** Starts an enrolment with that profile; resolves on the live page with the offer shown. */
async function enrol(page: Page, userid: string, title: string): Promise<string> {
  await page.goto(`/enrollments/new?user=${encodeURIComponent(userid)}`)
  await page.getByRole('radio', { name: title }).check()
  await page.getByRole('button', { name: 'Show the code here' }).click()
  const field = page.getByRole('textbox', { name: 'Offer link' })
  await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
  return field.inputValue()
}

const idOf = (page: Page): string => /enrollments\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''

test('two keys, EC preferred: made in the editor, both certificates on the web phone', async ({
  page,
  signInAs,
  newUser,
  rest,
  expectAccessible,
}) => {
  const title = `Two keys ${Date.now().toString(36)}`
  await signInAs('admin')
  await makeProfile(page, title)
  await expectAccessible()
  const user = await newUser()
  await enrol(page, user.userid, title)
  const [phone] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Open on the training phone' }).click(),
  ])
  await expect(phone.getByText('EC-P256').first()).toBeVisible()
  await expectAccessible(phone)
  await phone.getByRole('button', { name: 'Continue' }).click()
  await phone.getByLabel('PIN', { exact: true }).fill('481516')
  await phone.getByLabel('Repeat PIN').fill('481516')
  await phone.getByRole('button', { name: 'Confirm' }).click()
  await expect(phone.getByRole('heading', { name: '2 certificates stored' })).toBeVisible()
  for (const keyid of ['sign', 'auth']) await expect(phone.getByText(keyid, { exact: true })).toBeVisible()
  await expectAccessible(phone)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificates are on the phone/i)
  const { value } = await rest('GET', `/enrollments/${idOf(page)}`)
  expect(value.state).toBe('completed')
  expect((value.certificates as unknown[]).length).toBe(2)
  await page.getByRole('tab', { name: 'Certificate' }).click()
  await expect(page.getByRole('article')).toHaveCount(2)
  await expectAccessible()
})

test('the command-line phone that makes RSA only gets the fallback; a fault of one key of two refuses both', async ({
  page,
  signInAs,
  newUser,
  rest,
  commandLinePhone,
}) => {
  const title = `Fallback ${Date.now().toString(36)}`
  await signInAs('admin')
  await makeProfile(page, title)
  const user = await newUser()
  const printed = await commandLinePhone(await enrol(page, user.userid, title), '--key-types', 'RSA-2048')
  expect(printed).toContain('sign: RSA-2048, auth: RSA-2048')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificates are on the phone/i)

  const offer = await enrol(page, user.userid, title)
  await expect(commandLinePhone(offer, '--fault', 'csr-bad-signature', '--fault-key', 'last')).rejects.toThrow()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/refused by the portal|rejected/i)
  const { value } = await rest('GET', `/enrollments/${idOf(page)}`)
  expect(value).toMatchObject({ state: 'rejected', certificates: [] })

  const unable = await enrol(page, user.userid, title)
  await expect(commandLinePhone(unable, '--key-types', 'RSA-4096')).rejects.toThrow(/no kind of key/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/declined|refused/i)
})

test('what is wrong is said at the field, the first has the focus, and a change is reviewed, versioned and undone by nobody else', async ({
  page,
  signInAs,
  context,
  expectAccessible,
}) => {
  const title = `Edited ${Date.now().toString(36)}`
  await signInAs('admin')
  await makeProfile(page, title)
  await page.getByRole('link', { name: title }).click()
  await page.getByLabel('Valid for (days)').fill('a year')
  await page.getByRole('group', { name: 'Extended key usage' }).last().getByRole('checkbox', { name: 'Smart card logon' }).check()
  await page.getByRole('button', { name: 'Review and save' }).click()
  await expect(page.getByLabel('Valid for (days)')).toBeFocused()
  await expect(page.getByText('A whole number.')).toBeVisible()
  await expectAccessible()
  await page.getByLabel('Valid for (days)').fill('30')
  await expect(page.getByText('A whole number.')).toBeHidden()
  await page.getByRole('button', { name: 'Review and save' }).click()
  await expect(page.getByLabel('User principal name')).toBeFocused()
  await expect(page.getByText(/Smart card logon finds the account/)).toBeVisible()
  await page.getByLabel('User principal name').fill('{attributes.UPN}')

  // Somebody else is faster.
  const other = await context.newPage()
  await other.goto(page.url())
  await other.getByLabel('An offer lives (seconds)').fill('200')
  await other.getByRole('button', { name: 'Review and save' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Save as version 2' }).click()
  await expect(other).toHaveURL(/\/settings\/profiles$/)

  await page.getByRole('button', { name: 'Review and save' }).click()
  await expect(page.getByText(/has changed this profile meanwhile \(version 2\)/)).toBeVisible()
  await expect(page.getByLabel('Valid for (days)')).toHaveValue('30')
  await expect(page.getByLabel('User principal name')).toHaveValue('{attributes.UPN}')

  await other.getByRole('link', { name: title }).click()
  await other.getByLabel('Valid for (days)').fill('30')
  await other.getByRole('button', { name: 'Review and save' }).click()
  const dialog = other.getByRole('dialog')
  await expect(dialog.getByText('365', { exact: true })).toBeVisible()
  await expectAccessible(other)
  await dialog.getByRole('button', { name: 'Save as version 3' }).click()
  await other.getByRole('link', { name: title }).click()
  await expect(other.getByText('Version 3').first()).toBeVisible()
  await expect(other.getByText('300', { exact: true })).toBeVisible()
})

test('which checks only warn is rehearsed before it is saved, both ways', async ({ page, signInAs, expectAccessible }) => {
  const title = `Monitoring ${Date.now().toString(36)}`
  await signInAs('admin')
  await makeProfile(page, title)
  for (const [choice, version] of [
    ['Monitor: warn only', 2],
    ['Enforce', 3],
  ] as const) {
    await page.getByRole('link', { name: title }).click()
    await page.getByLabel(/^C24 · /).selectOption(choice)
    await page.getByRole('button', { name: 'Review and save' }).click()
    const dialog = page.getByRole('dialog')
    const save = dialog.getByRole('button', { name: `Save as version ${version}` })
    await expect(save).toBeDisabled()
    await dialog.getByRole('button', { name: 'Rehearse' }).click()
    await expect(save).toBeEnabled()
    await expectAccessible()
    await save.click()
    await expect(page).toHaveURL(/\/settings\/profiles$/)
  }
})

test('an auditor reads the profiles and changes nothing; the helpdesk does not see them', async ({
  page,
  portal,
  signInAs,
  browser,
  expectAccessible,
}) => {
  await signInAs('auditor')
  await page.goto('/settings/profiles')
  await expect(page.getByRole('link', { name: 'New profile' })).toBeHidden()
  await page.getByRole('link', { name: 'Sign and authenticate' }).click()
  await expect(page.getByLabel('Valid for (days)')).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Review and save' })).toBeHidden()
  await expectAccessible()
  const own = await browser.newContext({ baseURL: portal.url })
  const desk = await own.newPage()
  await signInAs('helpdesk', desk)
  await expect(desk.getByRole('link', { name: 'Settings' })).toBeHidden()
  expect((await desk.goto('/settings/profiles'))?.status()).toBe(404)
  await own.close()
})
