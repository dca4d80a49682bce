import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Actor, authorize } from '#lib/auth/permissions.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { previewSubject } from '#lib/workflows/preview-subject.ts'
import { startEnrollment, startEnrollmentByLink } from '#lib/workflows/start-enrollment.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const PROFILE = 'Employee mobile ID'
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
  await flow.speakAs('web')
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

const count = async (sql: string, ...values: unknown[]) =>
  Number((await flow.owner.query(`SELECT count(*) AS n FROM ${sql}`, values)).rows[0].n)
const enrollmentsOf = (userid: string) => count(`enrollment e JOIN "user" u ON u.id = e.user_id WHERE u.userid = $1`, userid)

async function makeLink(userid: string, over: { expired?: boolean; revoked?: boolean } = {}) {
  const id = randomUUID()
  const { rows } = await flow.owner.query(
    `INSERT INTO enrollment_link (id, token_hash, user_id, profile_version_id, created_by_name, created_at, expires_at, revoked_at)
     SELECT $1, $2, u.id, v.id, 'Test', now() - interval '2 days', now() + $4::interval, $5
     FROM "user" u, profile_version v JOIN profile p ON p.id = v.profile_id WHERE u.userid = $3 AND p.position = 0 RETURNING user_id, profile_version_id`,
    [id, randomBytes(32), userid, over.expired ? '-1 hour' : '1 day', over.revoked ? new Date() : null],
  )
  const actor: Actor = { kind: 'link', id, name: 'Link', userId: rows[0].user_id, profileVersionId: rows[0].profile_version_id }
  return authorize(actor, 'self:enroll')
}

describe('starting an enrolment', () => {
  it('writes the enrolment, its audit row and its job in one transaction', async () => {
    const { id } = await flow.start()
    expect(await flow.look(id)).toMatchObject({
      state: 'requesting',
      version: 1,
      started_by_name: 'Desk',
      started_by_id: 'desk',
      link_id: null,
    })
    expect(await count('audit_entry WHERE enrollment_id = $1', id)).toBe(1)
    expect(await count('graphile_worker._private_jobs WHERE key = $1', `provision:${id}`)).toBe(1)
  })

  it.each<[string, (userid: string) => Promise<unknown>, string]>([
    ['of somebody unknown', () => startEnrollment(flow.helpdesk, { userid: 'nobody', profileName: PROFILE }), 'not_found'],
    ['with an unknown profile', (userid) => startEnrollment(flow.helpdesk, { userid, profileName: 'None' }), 'not_found'],
    [
      'of somebody disabled',
      async (userid) => {
        await flow.owner.query(`UPDATE "user" SET status = 'disabled' WHERE userid = $1`, [userid])
        return startEnrollment(flow.helpdesk, { userid, profileName: PROFILE })
      },
      'user_inactive',
    ],
    [
      'whose subject cannot be made',
      async (userid) => {
        await flow.owner.query(`UPDATE "user" SET attributes = '{"C":"Sweden"}' WHERE userid = $1`, [userid])
        return startEnrollment(flow.helpdesk, { userid, profileName: PROFILE })
      },
      'invalid_input',
    ],
  ])('%s is refused and writes nothing', async (_name, start, code) => {
    const userid = await flow.newUser()
    await expect(start(userid)).rejects.toMatchObject({ code, message: expect.stringMatching(/\.$/) })
    expect(await enrollmentsOf(userid)).toBe(0)
  })

  it('with a profile that is switched off is refused', async () => {
    const userid = await flow.newUser()
    await flow.owner.query(`UPDATE profile SET enabled = false WHERE name = 'VPN access'`)
    await expect(startEnrollment(flow.helpdesk, { userid, profileName: 'VPN access' })).rejects.toMatchObject({
      code: 'profile_disabled',
    })
  })

  it('F-W27: ten times at once with one Idempotency-Key is one enrolment; with another request it is refused', async () => {
    const userid = await flow.newUser()
    const ids = await Promise.all(Array.from({ length: 10 }, () => flow.start(userid, 'key-1')))
    expect(new Set(ids.map((one) => one.id)).size).toBe(1)
    expect(await enrollmentsOf(userid)).toBe(1)
    const other = await flow.newUser()
    await expect(flow.start(other, 'key-1')).rejects.toMatchObject({ code: 'idempotency_mismatch' })
    expect(await enrollmentsOf(other)).toBe(0)
    const elsewhere = authorize({ kind: 'token', id: 'other', name: 'Other', role: 'helpdesk' }, 'enrollment:manage')
    await startEnrollment(elsewhere, { userid, profileName: PROFILE, idempotencyKey: 'key-1' })
    expect(await enrollmentsOf(userid)).toBe(2)
  })

  it('that failed leaves its Idempotency-Key free', async () => {
    await expect(
      startEnrollment(flow.helpdesk, { userid: 'later', profileName: PROFILE, idempotencyKey: 'key-2' }),
    ).rejects.toMatchObject({ code: 'not_found' })
    await flow.newUser('later')
    await startEnrollment(flow.helpdesk, { userid: 'later', profileName: PROFILE, idempotencyKey: 'key-2' })
    expect(await enrollmentsOf('later')).toBe(1)
  })
})

describe('a one-time link', () => {
  it('opened by two pages at once starts one enrolment, is used up by its completion and not before', async () => {
    const userid = await flow.newUser()
    const grant = await makeLink(userid)
    const [one, two] = await Promise.all([startEnrollmentByLink(grant), startEnrollmentByLink(grant)])
    expect(one).toEqual(two)
    const linkId = (await flow.look(one.id)).link_id
    const used = async () =>
      (await flow.owner.query('SELECT used_at IS NOT NULL AS used FROM enrollment_link WHERE id = $1', [linkId])).rows[0].used
    await flow.speakAs('owner')
    await flow.runJobs()
    await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
    await flow.runJobs()
    expect(await used()).toBe(false)
    await flow.callBack(flow.envelope(flow.commandFor(userid, 'certificate'), { certResponse: { code: 0 } }), 'certificate')
    await flow.runJobs()
    expect((await flow.look(one.id)).state).toBe('completed')
    expect(await used()).toBe(true)
    await flow.speakAs('web')
    await expect(startEnrollmentByLink(grant)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('works again after a cancelled enrolment, and reaches only what it started', async () => {
    const userid = await flow.newUser()
    const [grant, other] = [await makeLink(userid), await makeLink(userid)]
    const first = await startEnrollmentByLink(grant)
    await expect(cancelEnrollment(other, first.id)).rejects.toMatchObject({ code: 'not_found' })
    await cancelEnrollment(grant, first.id)
    const second = await startEnrollment(grant, { userid: 'somebody.else', profileName: 'anything' })
    expect(second.id).not.toBe(first.id)
    expect(await enrollmentsOf(userid)).toBe(2)
  })

  it.each([
    ['withdrawn', { revoked: true }],
    ['expired, by the database’s clock', { expired: true }],
  ])('%s starts nothing', async (_name, over) => {
    const userid = await flow.newUser()
    await expect(startEnrollmentByLink(await makeLink(userid, over))).rejects.toMatchObject({ code: 'wrong_state' })
    expect(await enrollmentsOf(userid)).toBe(0)
  })
})

describe('a person’s own account', () => {
  it('starts for that person only', async () => {
    const [mine, other] = [await flow.newUser(), await flow.newUser()]
    const { rows } = await flow.owner.query('SELECT id FROM "user" WHERE userid = $1', [mine])
    const grant = authorize({ kind: 'account', id: 'self', name: 'Self', role: 'user', userId: rows[0].id }, 'self:enroll')
    await startEnrollment(grant, { userid: mine, profileName: PROFILE })
    await expect(startEnrollment(grant, { userid: other, profileName: PROFILE })).rejects.toMatchObject({ code: 'not_found' })
    await expect(previewSubject(grant, { userid: other, profileName: PROFILE })).rejects.toMatchObject({ code: 'not_found' })
    expect(await previewSubject(grant, { userid: mine, profileName: PROFILE })).toMatchObject({
      problems: [],
      subject: expect.stringContaining('CN=Åsa Öberg'),
    })
  })
})
