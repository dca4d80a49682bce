/** Each thing a phone can do wrong: the right state, a sentence for helpdesk and user, nothing issued that shouldn't be, the next one works. */
import { expect, test } from './fixtures.ts'

const REJECTED: Record<string, string> = {
  'wrong-nonce': 'nonce',
  'wrong-attestation-key': 'attestation_key',
  'subject-changed': 'csr_subject',
  'dummy-key-kept': 'csr_key',
  'csr-other-key': 'csr_key',
  'key-1024': 'weak_key',
}

for (const [fault, code] of Object.entries(REJECTED))
  test(`${fault}: rejected, explained, nothing issued`, async ({
    page,
    signIn,
    newUser,
    startEnrollment,
    commandLinePhone,
    rest,
    sql,
  }) => {
    const user = await newUser()
    await signIn()
    const { id, offer } = await startEnrollment(user)
    await expect(commandLinePhone(offer, '--fault', fault, '--timeout', '1')).rejects.toThrow()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/refused by the portal|rejected/i)
    await expect(page.getByText('Say to the caller').first()).toBeVisible()
    const { value } = await rest('GET', `/enrollments/${id}`)
    expect(value.state).toBe('rejected')
    expect(value.certificates).toEqual([])
    const evidence = (await rest('GET', `/enrollments/${id}/evidence`)).value
    const failed = (evidence.checks as { outcome: string; code: string }[]).filter((check) => check.outcome === 'fail')
    expect(failed.map((check) => check.code)).toContain(code)
    const { rows } = await sql.query(
      'select count(*)::int as n from certificate c join enrollment_key k on k.id = c.enrollment_key_id where k.enrollment_id = $1',
      [id],
    )
    expect(rows[0].n).toBe(0)
    // The next one works.
    const next = await startEnrollment(user)
    await commandLinePhone(next.offer)
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  })

test('the phone says no: refused, with what to do next', async ({
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
  await expect(commandLinePhone(offer, '--fault', 'refuse')).rejects.toThrow()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/declined|refused/i)
  expect((await rest('GET', `/enrollments/${id}`)).value.state).toBe('refused')
})

test('the phone answers twice: one certificate', async ({ page, signIn, newUser, startEnrollment, commandLinePhone, rest }) => {
  const user = await newUser()
  await signIn()
  const { id, offer } = await startEnrollment(user)
  await commandLinePhone(offer, '--fault', 'answer-twice')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  expect(((await rest('GET', `/enrollments/${id}`)).value.certificates as unknown[]).length).toBe(1)
})

test('the phone does not store the certificate: undelivered, and sending again is one button', async ({
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
  await expect(commandLinePhone(offer, '--fault', 'certificate-refused')).rejects.toThrow()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/not on the phone/i)
  expect((await rest('GET', `/enrollments/${id}`)).value.state).toBe('undelivered')
  await page.getByRole('button', { name: 'Send again' }).click()
  await expect.poll(async () => (await rest('GET', `/enrollments/${id}`)).value.state).toBe('delivering')
})

for (const [fault, code] of [
  ['down', 'hermod_unreachable'],
  ['401', 'hermod_auth'],
  ['500', 'hermod_error'],
  ['garbage', 'hermod_garbage'],
  ['html', 'hermod_garbage'],
] as const)
  test(`Hermod ${fault}: failed with ${code}, said on the page, and the next enrolment works`, async ({
    page,
    portal,
    signIn,
    newUser,
    rest,
    startEnrollment,
  }) => {
    const setFault = (name: string | null) =>
      fetch(`${portal.simulatorUrl}/simulator/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fault: name }),
      })
    const user = await newUser()
    await signIn()
    await setFault(fault)
    try {
      await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
      const profile = page.getByRole('radio', { name: /Employee mobile ID/ })
      if (await profile.count()) await profile.check()
      await page.getByRole('button', { name: 'Show the code here' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText(/could not be started|failed/i, { timeout: 40_000 })
      const id = /enrollments\/([0-9a-f-]{36})/.exec(page.url())?.[1]
      expect((await rest('GET', `/enrollments/${id}`)).value.failure).toMatchObject({ code })
    } finally {
      await setFault(null)
    }
    await startEnrollment(user)
  })
