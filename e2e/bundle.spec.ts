/** The evidence bundle: downloaded from the enrolment's page, verified on the command line and by the offline page; a changed one fails by name. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Locator } from '@playwright/test'
import { partNames } from './builders/bundle.ts'
import { expect, test } from './fixtures.ts'

test('a bundle proves itself on the command line and in the browser, without a network; one changed letter fails its part', async ({
  page,
  context,
  portal,
  signIn,
  newUser,
  startEnrollment,
  commandLinePhone,
  rest,
  expectAccessible,
}, info) => {
  await signIn()
  const user = await newUser({ name: 'Åsa "Ö" Berg' })
  const { id, offer } = await startEnrollment(user)
  await expect(page.getByRole('button', { name: 'Evidence bundle' })).toHaveCount(0)
  await commandLinePhone(offer)
  const button = page.getByRole('button', { name: 'Evidence bundle' })
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
  expect(download.suggestedFilename()).toContain(id.slice(-12))
  const good = info.outputPath('good.json')
  await download.saveAs(good)
  const text = readFileSync(good, 'utf8')
  expect(text).not.toContain(new URL(offer).searchParams.get('token'))
  expect(text).not.toContain('plugout')

  const bad = info.outputPath('bad.json')
  writeFileSync(bad, text.replace('Hanna Helpdesk', 'Henna Helpdesk'))
  const keys = info.outputPath('keys.pem')
  writeFileSync(keys, await (await fetch(`${portal.url}/pki/bundle-keys.pem`)).text())
  const printed = await portal.certdesk('verify-bundle', good, '--key', keys)
  expect(printed).toContain('The bundle is good: enrolment')
  expect(printed).toMatch(/✓ certificate signer: serial number [0-9a-f]+, for the phone’s key/)
  await expect(portal.certdesk('verify-bundle', bad)).rejects.toThrow(/✗ part [a-z]+\.json/)
  await expect(portal.certdesk('verify-bundle', bad)).rejects.toThrow(
    /The bundle is NOT good: 1 line failed: part [a-z]+\.json\./,
  )

  const choose: Locator['setInputFiles'] = (file) => page.getByLabel('Drop the bundle here, or choose it:').setInputFiles(file)
  const verify = async (file: string) => {
    await choose(file)
    return page.getByRole('status')
  }
  await page.goto('/verify-bundle.html')
  await expect(await verify(good)).toContainText('good.json is good')
  await expect(page.getByRole('status')).toContainText('if the key that signed it is the portal’s: SHA-256')
  await page.getByLabel('Keys of the portal (optional)').fill(readFileSync(keys, 'utf8'))
  await page.getByLabel('Keys of the portal (optional)').blur()
  await expect(page.getByText('Good: signer')).toBeVisible()
  await expect(page.getByRole('status')).not.toContainText('if the key')
  await expectAccessible()
  await expect(await verify(bad)).toContainText('bad.json is NOT good')
  await expect(page.getByText(/Failed: part [a-z]+\.json/)).toBeVisible()
  // One octet in the middle of each part: its name, and no other.
  const names = partNames(Buffer.from(text))
  const parts = [...new Set(names)]
  expect(parts).toEqual(expect.arrayContaining(['file', 'manifest', 'signature', 'part callback-1.json', 'part leaf-1.der']))
  for (const part of parts) {
    const middle = Math.floor((names.indexOf(part) + names.lastIndexOf(part)) / 2)
    const at = names[middle] === part ? middle : names.indexOf(part)
    const flipped = Buffer.from(text)
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at)
    await choose({ name: `${part}.json`, mimeType: 'application/json', buffer: flipped })
    await expect(page.getByRole('status')).toContainText(`${part}.json is NOT good: 1 line failed: ${part}.`)
    await expect(page.getByText(`Failed: ${part}`, { exact: true })).toBeVisible()
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)

  await context.setOffline(true)
  await page.goto(pathToFileURL(join(import.meta.dirname, '../public/verify-bundle.html')).href)
  await expect(await verify(good)).toContainText('good.json is good')

  const { status, value } = await rest('GET', `/enrollments/${id}/bundle`)
  expect([status, value.format]).toEqual([200, 'certdesk-evidence-bundle'])
})
