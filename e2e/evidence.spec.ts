/** The evidence page: what each check looked at, in the answer itself; for accepted and refused answers, on screen, phone and paper. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

// Looking for faults of accessibility among the hundreds of lines of a decoded exchange takes long.
test.describe.configure({ timeout: 180_000 })

const row = (page: Page, id: string) => page.locator(`button[data-check="${id}"]`)
const marks = (page: Page) => page.locator('button[data-marked]')
const markedPaths = (page: Page) => marks(page).evaluateAll((lines) => lines.map((line) => line.getAttribute('data-path')))

test('an accepted answer: choosing a check marks the bytes it looked at, choosing a part tells the checks', async ({
  page,
  enrolled,
  expectAccessible,
}) => {
  const { id } = await enrolled()
  await page.goto(`/enrollments/${id}?tab=evidence`)
  await expect(row(page, 'C25')).toBeVisible()
  await row(page, 'C12').click()
  await expect.poll(() => markedPaths(page)).toEqual(['command.provCommand.nonce', 'header.nonce'])
  await expect(page).toHaveURL(/check=C12/)
  await expect(page.getByText('Say to the caller').locator('visible=true')).toHaveCount(1)
  await expect(page.getByText('All 25 checks passed')).toBeVisible()

  await row(page, 'C12').press('ArrowDown')
  await expect(row(page, 'C13')).toBeFocused()
  await row(page, 'C21').click()
  await expect
    .poll(() => markedPaths(page))
    .toEqual(expect.arrayContaining(['keys[0].payload.n', 'keys[0].payload.e', 'keys[0].csr.info.spki', 'keys[0].csr.algorithm']))
  await expect(page.locator('[data-path="keys[0].csr.info.spki"]')).toBeInViewport()
  await page.getByRole('button', { name: 'Show what it looked at' }).click()
  await expect(page.locator('[data-path="keys[0].csr.info.spki"]')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('[data-path="keys[0].csr.info.spki.algorithm"]')).toBeFocused()
  const marked = page.getByRole('navigation', { name: 'Parts with marked places' })
  await marked.getByRole('button', { name: /^Key 1 “signer”, signed key \(JWS\): payload/ }).click()
  await expect(page.locator('[data-path="keys[0].payload.e"]')).toBeFocused()
  // Nothing that only screen readers see makes the page longer than what is on it.
  const below = () =>
    page.evaluate(() => {
      const panel = document.querySelector('#panel-evidence')?.getBoundingClientRect()
      return document.documentElement.scrollHeight - window.scrollY - (panel?.bottom ?? 0)
    })
  expect(await below()).toBeLessThan(200)

  await page.locator('[data-path="keys[0].csr.info.subject"]').click()
  await expect(page.getByRole('region', { name: 'Bytes of the chosen line' })).toContainText(/30 /)
  await page.getByRole('button', { name: /^C23 / }).last().click()
  await expect(page).toHaveURL(/check=C23/)
  await expect.poll(() => markedPaths(page)).toContain('keys[0].csr.info.attributes')
  // A row that lies half under the header counts as a small target.
  await page.evaluate(() => window.scrollTo(0, 0))
  await expectAccessible()

  // The answer shows neither the offer's link nor its token.
  await expect(page.locator('#panel-evidence')).not.toContainText('plugout')
})

test('a refused answer: the failed check stands open, the filter shows what failed, a phone shows it in place', async ({
  page,
  signIn,
  newUser,
  startEnrollment,
  commandLinePhone,
  expectAccessible,
}) => {
  await signIn()
  const { id, offer } = await startEnrollment(await newUser())
  await commandLinePhone(offer, '--fault', 'subject-changed', '--timeout', '1').catch(() => undefined)
  await page.goto(`/enrollments/${id}`)
  await expect(row(page, 'C23')).toHaveAttribute('aria-expanded', 'true')
  await expect(page.getByText('names another subject than the one that was sent').locator('visible=true').first()).toBeVisible()
  await expect.poll(() => markedPaths(page)).toContain('keys[0].csr.info.subject')
  // One letter is another: the word that it stands in is underlined, in what was expected and in what was seen.
  const underlined = page.locator('#check-C23 mark')
  await expect(underlined).toHaveCount(2)
  expect(await underlined.first().textContent()).not.toBe(await underlined.last().textContent())

  const rows = page.locator('button[data-check]').locator('visible=true')
  await expect(rows).toHaveCount(1)
  await page.getByRole('button', { name: 'All 25' }).click()
  await expect(rows).toHaveCount(25)
  await expect(page).toHaveURL(/show=all/)
  await page.getByRole('button', { name: 'What failed (1)' }).click()
  await expect(page).toHaveURL(/show=fail/)
  await page.reload()
  await expect(rows).toHaveCount(1)
  await page.evaluate(() => window.scrollTo(0, 0))
  await expectAccessible()

  // From the group to its first check, also one that the filter hides.
  const flow = page.getByRole('navigation', { name: 'From the message to the policy' })
  await expect(flow.getByRole('button')).toHaveText([/6 passed/, /5 passed/, /1 note/, /3 passed/, /1 failed/, /2 passed/])
  await flow.getByRole('button', { name: /^Policy/ }).click()
  await expect(row(page, 'C24')).toBeFocused()
  await expect(row(page, 'C24')).toHaveAttribute('aria-expanded', 'true')
  await flow.getByRole('button', { name: /^Certificate requests/ }).click()
  await expect(row(page, 'C23')).toBeFocused()
  await page.getByRole('button', { name: 'What failed (1)' }).click()

  await page.setViewportSize({ width: 390, height: 844 })
  await expect(row(page, 'C23')).toBeVisible()
  await page.evaluate(() => window.scrollTo(0, 0))
  await expectAccessible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await page.getByRole('button', { name: 'Show what it looked at' }).click()
  await expect(page.getByRole('heading', { name: 'The exchange, decoded' })).toBeInViewport()
  const subject = page.locator('[data-path="keys[0].csr.info.subject"]')
  await expect(subject).toBeInViewport()
  await expect(subject).toBeFocused()
  await page.getByRole('button', { name: 'Back to C23' }).click()
  await expect(row(page, 'C23')).toBeInViewport()

  await page.goto(`/enrollments/${id}?tab=evidence`)
  await expect(page.getByRole('heading', { name: 'The exchange, decoded' })).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByText(`Evidence of enrolment ${id}`)).toBeVisible()
  await expect(page.getByText('Say to the caller').locator('visible=true')).toHaveCount(25)
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden()
})
