import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorize } from '#lib/auth/permissions.ts'
import { type Flow, startFlow } from '#lib/jobs/flow-fixtures.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { startEnrollmentByLink } from '#lib/workflows/start-enrollment.ts'
import { getEnrollment } from './enrollments.ts'
import { createLink, findLink } from './links.ts'

let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
  await flow.speakAs('web')
})
afterAll(() => flow?.stop())

const userId = async (userid: string): Promise<string> =>
  (await flow.owner.query('SELECT id FROM "user" WHERE userid = $1', [userid])).rows[0].id

async function linkFor(userid: string, validDays = 7) {
  await flow.newUser(userid)
  return createLink(flow.helpdesk, { userId: await userId(userid), profileName: 'Employee mobile ID', validDays })
}

async function found(token: string) {
  const link = await findLink(token)
  if (!link) throw new Error('no such link')
  return link
}

const asHolder = async (token: string) => authorize((await found(token)).actor, 'self:enroll')

async function work() {
  await flow.speakAs('worker')
  await flow.runJobs()
  await flow.speakAs('web')
}

it('only the token’s hash is kept, and the audit has neither', async () => {
  const { id, token, expiresAt } = await linkFor('hash')
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000)).toBe(7)
  const { rows } = await flow.owner.query('SELECT * FROM enrollment_link WHERE id = $1', [id])
  expect(rows[0].token_hash).toEqual(createHash('sha256').update(token).digest())
  const { rows: audit } = await flow.owner.query(
    `SELECT detail::text FROM audit_entry WHERE action = 'link.created' AND object_id = $1`,
    [id],
  )
  expect(audit).toHaveLength(1)
  expect(JSON.stringify([{ ...rows[0], token_hash: null }, audit])).not.toContain(token)
})

it('opening a link, however often, changes nothing', async () => {
  const { id, token } = await linkFor('opened')
  for (let n = 0; n < 3; n += 1)
    expect((await found(token)).view).toMatchObject({
      status: 'usable',
      userid: 'opened',
      userName: 'Åsa Öberg',
      subject: expect.stringContaining('CN=Åsa Öberg'),
      enrollment: null,
    })
  const { rows } = await flow.owner.query('SELECT count(*)::int AS n FROM enrollment WHERE link_id = $1', [id])
  expect(rows[0].n).toBe(0)
})

it('used up by completing, not before: a cancelled enrolment leaves it usable', async () => {
  const { token } = await linkFor('completing')
  const first = await startEnrollmentByLink(await asHolder(token))
  expect(await startEnrollmentByLink(await asHolder(token))).toEqual(first)
  await work()
  expect((await found(token)).view.enrollment?.offer?.uri).toBe(flow.commandFor('completing', 'provision').destination.uri)
  await cancelEnrollment(await asHolder(token), first.id)
  expect((await found(token)).view).toMatchObject({ status: 'usable', enrollment: { state: 'cancelled', offer: null } })

  const second = await startEnrollmentByLink(await asHolder(token))
  expect(second.id).not.toBe(first.id)
  await work()
  await flow.callBack(flow.answerTo(flow.commandFor('completing', 'provision')))
  await work()
  expect((await found(token)).view).toMatchObject({
    status: 'usable',
    enrollment: { state: 'delivering', device: { name: 'Åsa’s iPhone' } },
  })
  await flow.callBack(flow.envelope(flow.commandFor('completing', 'certificate'), { certResponse: { code: 0 } }), 'certificate')
  await work()
  expect((await found(token)).view).toMatchObject({ status: 'used', enrollment: { state: 'completed' } })
  await expect(startEnrollmentByLink(await asHolder(token))).rejects.toMatchObject({ code: 'wrong_state' })
})

it('its holder reaches what was started through it, and nothing else', async () => {
  const [mine, other] = [await linkFor('reach.mine'), await linkFor('reach.other')]
  const { id } = await startEnrollmentByLink(await asHolder(mine.token))
  expect((await getEnrollment(await asHolder(mine.token), id))?.id).toBe(id)
  expect(await getEnrollment(await asHolder(other.token), id)).toBeNull()
  await expect(cancelEnrollment(await asHolder(other.token), id)).rejects.toMatchObject({ code: 'not_found' })
})

it('expiry is the server’s: a link whose time is over starts nothing', async () => {
  const { id, token } = await linkFor('expired')
  await flow.owner.query(
    `UPDATE enrollment_link SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second' WHERE id = $1`,
    [id],
  )
  expect((await found(token)).view.status).toBe('expired')
  await expect(startEnrollmentByLink(await asHolder(token))).rejects.toMatchObject({ code: 'wrong_state' })
})

it('withdrawn, or its person disabled: starts nothing', async () => {
  const withdrawn = await linkFor('withdrawn')
  await flow.owner.query('UPDATE enrollment_link SET revoked_at = now() WHERE id = $1', [withdrawn.id])
  expect((await found(withdrawn.token)).view.status).toBe('revoked')
  await expect(startEnrollmentByLink(await asHolder(withdrawn.token))).rejects.toMatchObject({ code: 'wrong_state' })
  const disabled = await linkFor('disabled')
  await flow.owner.query(`UPDATE "user" SET status = 'disabled' WHERE userid = 'disabled'`)
  expect((await found(disabled.token)).view.status).toBe('expired')
  await expect(startEnrollmentByLink(await asHolder(disabled.token))).rejects.toMatchObject({ code: 'user_inactive' })
})

it.each(['', 'x', 'a'.repeat(43), 'a'.repeat(44), '\u0000'.repeat(43), '../'.repeat(14)])('%j is no link', async (token) => {
  expect(await findLink(token)).toBeNull()
})

it('is not made for nobody, a disabled person, or a profile that is not there', async () => {
  const make = (id: string, profileName = 'Employee mobile ID') =>
    createLink(flow.helpdesk, { userId: id, profileName, validDays: 1 })
  await expect(make('x')).rejects.toMatchObject({ code: 'not_found' })
  await expect(make('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' })
  await flow.newUser('gone')
  await flow.owner.query(`UPDATE "user" SET status = 'disabled' WHERE userid = 'gone'`)
  await expect(make(await userId('gone'))).rejects.toMatchObject({ code: 'user_inactive' })
  await flow.newUser('there')
  await expect(make(await userId('there'), 'nothing')).rejects.toMatchObject({ code: 'not_found' })
})
