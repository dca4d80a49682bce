/** A lost phone: everything on it is revoked in one go, the page shows by itself where the world can see it, and openssl sees the same. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, type Rest, test } from './fixtures.ts'

const run = promisify(execFile)

interface Published {
  id: string
  /** What `openssl ocsp` says of it: good or revoked. */
  ocsp(): Promise<string>
  /** Whether `openssl verify -crl_check` takes it. */
  verify(): Promise<string>
  clean(): void
}

/** The certificate of an enrolment as anybody in the world finds it, asked with openssl. */
async function published(rest: Rest, portalUrl: string, enrollmentId: string): Promise<Published> {
  const { value } = await rest('GET', `/enrollments/${enrollmentId}`)
  const [{ id, pem }] = value.certificates as [{ id: string; pem: string }]
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-openssl-'))
  const file = (name: string) => join(folder, name)
  const fetchTo = async (name: string, path: string) => {
    const response = await fetch(`${portalUrl}/pki/${path}`)
    expect(response.status).toBe(200)
    writeFileSync(file(name), Buffer.from(await response.arrayBuffer()))
  }
  writeFileSync(file('leaf.pem'), pem)
  await fetchTo('root.pem', 'certdesk-issuing-ca-root.pem')
  await fetchTo('issuing.pem', 'certdesk-issuing-ca.pem')
  const openssl = (...args: string[]) =>
    run('openssl', args).then(
      ({ stdout }) => stdout,
      (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ''}${error.stderr ?? ''}`,
    )
  return {
    id,
    ocsp: async () => {
      const said = await openssl('ocsp', '-issuer', file('issuing.pem'), '-cert', file('leaf.pem'), '-url', `${portalUrl}/pki/ocsp/certdesk-issuing-ca`, '-CAfile', file('root.pem'), '-verify_other', file('issuing.pem'), '-nonce') // biome-ignore format: one line as typed
      return /leaf\.pem: (\w+)/.exec(said)?.[1] ?? said
    },
    verify: async () => {
      await fetchTo('crl.der', 'certdesk-issuing-ca.crl')
      await run('openssl', ['crl', '-inform', 'DER', '-in', file('crl.der'), '-out', file('crl.pem')])
      return openssl('verify', '-crl_check', '-CAfile', file('root.pem'), '-untrusted', file('issuing.pem'), '-CRLfile', file('crl.pem'), file('leaf.pem')) // biome-ignore format: one line as typed
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  }
}

test('a lost phone is revoked, and the proof appears by itself', async ({ page, portal, rest, expectAccessible, enrolled }) => {
  test.setTimeout(120_000)
  const { id, user } = await enrolled({ name: 'Ulla Lost-Phone' })
  const certificate = await published(rest, portal.url, id)
  try {
    expect(await certificate.ocsp()).toBe('good')
    expect(await certificate.verify()).toContain('OK')

    await page.goto(`/users/${user.userid}`)
    await page.getByRole('button', { name: /Phone lost\?/ }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('What stops working')
    await expectAccessible()
    await dialog.getByRole('button', { name: 'Revoke certificate' }).click()
    await expect(dialog).toContainText('Choose why it is revoked.')
    await dialog.getByLabel('Why').selectOption('keyCompromise')
    await dialog.getByLabel('Note').fill('left in a taxi')
    await dialog.getByRole('button', { name: 'Revoke certificate' }).click()
    await expect(dialog).toBeHidden()

    await page.goto(`/certificates/${certificate.id}`)
    await expect(page.getByText('Seen by OCSP')).toBeVisible()
    await expect(page.getByText(/Seen in the revocation list, number \d+/)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('left in a taxi')).toBeVisible()
    await expectAccessible()

    expect(await certificate.ocsp()).toBe('revoked')
    expect(await certificate.verify()).toContain('certificate revoked')
    const { value } = await rest('GET', `/certificates/${certificate.id}`)
    expect(value.status).toBe('revoked')
    expect(
      (value.revocation as { proofs: { source: string; firstSeenAt: string | null }[] }).proofs.map((p) => [
        p.source,
        p.firstSeenAt !== null,
      ]),
    ).toEqual([
      ['ocsp', true],
      ['crl', true],
    ])
  } finally {
    certificate.clean()
  }
})

test('a certificate is put on hold and released, and the world follows', async ({ page, portal, rest, enrolled }) => {
  test.setTimeout(120_000)
  const { id } = await enrolled({ name: 'Hans Holder' })
  const certificate = await published(rest, portal.url, id)
  try {
    await page.goto(`/certificates/${certificate.id}`)
    await page.getByRole('button', { name: 'Revoke' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').selectOption('certificateHold')
    await dialog.getByRole('button', { name: 'Put on hold' }).click()
    await expect(page.getByText(/Seen in the revocation list/)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('On hold', { exact: true }).first()).toBeVisible()
    expect(await certificate.ocsp()).toBe('revoked')
    await page.getByRole('button', { name: 'Release' }).click()
    await expect(page.getByText(/Gone from the revocation list/)).toBeVisible({ timeout: 30_000 })
    expect(await certificate.ocsp()).toBe('good')
    expect(await certificate.verify()).toContain('OK')
  } finally {
    certificate.clean()
  }
})

test('everything of a person is revoked, and what is under way is cancelled with it when asked', async ({
  page,
  rest,
  startEnrollment,
  expectAccessible,
  enrolled,
}) => {
  test.setTimeout(120_000)
  const { id, user } = await enrolled({ name: 'Lena Leaver' })
  const running = await startEnrollment(user)
  await page.goto(`/users/${user.userid}`)
  await page.getByRole('button', { name: 'Revoke all' }).click()
  const dialog = page.getByRole('dialog')
  const also = dialog.getByRole('checkbox', { name: 'Also cancel the enrolment that is under way' })
  await expect(also).not.toBeChecked()
  await also.check()
  await expectAccessible()
  await dialog.getByLabel('Why').selectOption('affiliationChanged')
  await dialog.getByRole('button', { name: 'Revoke certificate' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('Revoked', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  expect((await rest('GET', `/enrollments/${running.id}`)).value.state).toBe('cancelled')
  expect((await rest('GET', `/enrollments/${id}`)).value.state).toBe('completed')
})
