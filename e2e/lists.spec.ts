/** Lists with search as you type. */
import { expect, test } from './fixtures.ts'

test('who follows a link while a search is still to come is not brought back to the list', async ({ page, signIn, newUser }) => {
  const user = await newUser({ name: 'Åsa Aalto' })
  await signIn()
  await page.goto('/users')
  await expect(page.getByRole('link', { name: user.name }).first()).toBeVisible()
  // In one turn of the page, faster than any hand: what is typed has not been searched for when the link is followed.
  await page.evaluate((name) => {
    const field = document.querySelector<HTMLInputElement>('main input[type=search]')
    const link = [...document.querySelectorAll<HTMLAnchorElement>('main a')].find((a) => a.textContent === name)
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, 'åsa')
    field?.dispatchEvent(new InputEvent('input', { bubbles: true }))
    link?.click()
  }, user.name)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(user.name)
  await expect(page.getByRole('link', { name: 'New enrolment' })).toBeVisible()
})
