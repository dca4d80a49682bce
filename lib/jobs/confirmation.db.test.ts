/** The person's word on the phone that answered, before anything is issued: yes, no, both at once, by the helpdesk and by a one-time link. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { authorize } from '#lib/auth/permissions.ts'
import { createLink, findLink } from '#lib/data/links.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { confirmPhone } from '#lib/workflows/confirm-phone.ts'
import { startEnrollmentByLink } from '#lib/workflows/start-enrollment.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const PROFILE = 'Employee mobile ID'
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
  await flow.owner.query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), profile_id, version + 1, definition || '{"confirmation": true}', issuer_id
     FROM profile_version WHERE profile_id = (SELECT id FROM profile WHERE name = $1) ORDER BY version DESC LIMIT 1`,
    [PROFILE],
  )
})
afterEach(async () => expect(await flow.brokenRules()).toEqual([]))
afterAll(() => flow?.stop())

const query = async (sql: string, ...values: unknown[]) => (await flow.owner.query(sql, values)).rows
async function stands(id: string) {
  const { state, failure_code: code } = await flow.look(id)
  const certificates = await query(
    'SELECT 1 FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1',
    id,
  )
  return [state, code, certificates.length]
}
const incidentsOf = (id: string) => query('SELECT kind, about, detail FROM incident WHERE enrollment_id = $1', id)

/** An enrolment whose answer has passed all checks. */
async function answered(userid?: string) {
  const started = await flow.start(userid)
  await flow.runJobs()
  await flow.callBack(flow.answerTo(flow.commandFor(started.userid, 'provision')))
  await flow.runJobs()
  expect(await stands(started.id)).toEqual(['confirming', null, 0])
  return started
}

it('F-B15 a code that somebody else may have scanned: the certificate is made once the person has said yes, and only then', async () => {
  const { id } = await answered()
  await flow.runJobs()
  expect(await stands(id)).toEqual(['confirming', null, 0])
  await confirmPhone(flow.helpdesk, { id, theirs: true })
  await flow.runJobs()
  expect(await stands(id)).toEqual(['delivering', null, 1])
  await expect(confirmPhone(flow.helpdesk, { id, theirs: true })).rejects.toMatchObject({ code: 'wrong_state' })
  expect(await incidentsOf(id)).toEqual([])
})

it('F-B16 a code that was sent to a victim: a no ends it as confirmation_denied, an incident, nothing is issued, the next works', async () => {
  const { id, userid } = await answered()
  await confirmPhone(flow.helpdesk, { id, theirs: false })
  await flow.runJobs()
  expect(await stands(id)).toEqual(['rejected', 'confirmation_denied', 0])
  expect(await incidentsOf(id)).toEqual([{ kind: 'phone_denied', about: `enrollment:${id}`, detail: { saidBy: 'Desk' } }])
  expect(await query(`SELECT 1 FROM audit_entry WHERE action = 'incident.opened' AND enrollment_id = $1`, id)).toHaveLength(1)
  await expect(confirmPhone(flow.helpdesk, { id, theirs: true })).rejects.toMatchObject({ code: 'wrong_state' })
  const next = await answered(userid)
  await confirmPhone(flow.helpdesk, { id: next.id, theirs: true })
  await flow.runJobs()
  expect(await stands(next.id)).toEqual(['delivering', null, 1])
})

it('F-B15 F-B16 said by whoever holds the one-time link, for its own enrolment only', async () => {
  const held: { id: string; grant: ReturnType<typeof authorize<'self:enroll'>> }[] = []
  for (const _ of [1, 2]) {
    const { id: dead, userid } = await flow.start()
    await cancelEnrollment(flow.helpdesk, dead)
    const [user] = await query('SELECT id FROM "user" WHERE userid = $1', userid)
    const { token } = await createLink(flow.helpdesk, { userId: user.id, profileName: PROFILE, validDays: 1 })
    const found = await findLink(token)
    if (!found) throw new Error('no such link')
    const grant = authorize(found.actor, 'self:enroll')
    await startEnrollmentByLink(grant)
    await flow.runJobs()
    await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
    await flow.runJobs()
    const enrollment = (await findLink(token))?.view.enrollment
    expect(enrollment).toMatchObject({ state: 'confirming', device: { name: expect.any(String), model: expect.any(String) } })
    held.push({ id: enrollment?.id ?? '', grant })
  }
  const [one, two] = held
  if (!one || !two) throw new Error('not prepared')
  await expect(confirmPhone(one.grant, { id: two.id, theirs: true })).rejects.toMatchObject({ code: 'not_found' })
  await confirmPhone(one.grant, { id: one.id, theirs: true })
  await confirmPhone(two.grant, { id: two.id, theirs: false })
  await flow.runJobs()
  expect(await stands(one.id)).toEqual(['delivering', null, 1])
  expect(await stands(two.id)).toEqual(['rejected', 'confirmation_denied', 0])
})

it('a yes, a no and a cancellation at the same moment: exactly one of them happens', async () => {
  for (let round = 0; round < 4; round++) {
    const { id } = await answered()
    const said = await Promise.allSettled([
      confirmPhone(flow.helpdesk, { id, theirs: true }),
      confirmPhone(flow.helpdesk, { id, theirs: false }),
      cancelEnrollment(flow.helpdesk, id),
    ])
    const won = said.findIndex(({ status }) => status === 'fulfilled')
    expect(said.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await flow.runJobs()
    expect(await stands(id)).toEqual(
      [
        ['delivering', null, 1],
        ['rejected', 'confirmation_denied', 0],
        ['cancelled', 'cancelled', 0],
      ][won],
    )
  }
})

it.each([
  ['F-C24 disabled', `UPDATE "user" SET status = 'disabled' WHERE userid = $1`, 'user_inactive'],
  ['F-C23 renamed', `UPDATE "user" SET name = 'Åsa Berg' WHERE userid = $1`, 'stale_user'],
])('a person who was %s while the word was waited for gets nothing', async (_what, change, code) => {
  const { id, userid } = await answered()
  await flow.owner.query(change, [userid])
  await confirmPhone(flow.helpdesk, { id, theirs: true })
  await flow.runJobs()
  expect(await stands(id)).toEqual(['failed', code, 0])
})
