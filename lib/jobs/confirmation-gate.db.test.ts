/** Who is asked about a phone, for how long, what may have changed until then, and what a check holds for staff (hostile-inputs F-B13, F-B15, F-B16). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize, type Grant, systemGrant } from '#lib/auth/permissions.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { createLink, findLink } from '#lib/data/links.ts'
import { listPhones } from '#lib/data/phones.ts'
import { addMissingJobs } from '#lib/data/processes.ts'
import { blockNamedKey } from '#lib/workflows/block-key.ts'
import { confirmPhone } from '#lib/workflows/confirm-phone.ts'
import { startEnrollmentByLink } from '#lib/workflows/start-enrollment.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

let flow: Flow
const admin = authorize({ kind: 'account', id: 'a', name: 'Ada', role: 'admin', userId: null }, 'settings:manage')
const reader = authorize({ kind: 'account', id: 'd', name: 'Desk', role: 'helpdesk', userId: null }, 'enrollment:read')
const users = authorize({ kind: 'account', id: 'd', name: 'Desk', role: 'helpdesk', userId: null }, 'user:read')

beforeAll(async () => {
  flow = await startFlow()
})
afterAll(() => flow.stop())

/** The newest version of the profile says so from now on. */
const profileSays = (over: object) =>
  flow.owner.query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), profile_id, version + 1, definition || $1::jsonb, issuer_id
     FROM profile_version WHERE profile_id = (SELECT id FROM profile WHERE name = 'Employee mobile ID') ORDER BY version DESC LIMIT 1`,
    [JSON.stringify({ confirmation: false, confirmedBy: 'user', monitoredChecks: [], heldChecks: [], ...over })],
  )
const byUser = { confirmation: true, confirmedBy: 'user' }
const byStaff = { confirmation: true, confirmedBy: 'staff' }

const query = async (sql: string, ...values: unknown[]) => (await flow.owner.query(sql, values)).rows
const certificates = async (id: string) =>
  (await query('SELECT 1 FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1', id))
    .length
const incidentsOf = (id: string) => query('SELECT kind, about, detail FROM incident WHERE enrollment_id = $1', id)

async function answered(who?: string): Promise<{ id: string; userid: string }> {
  const started = await flow.start(who)
  await flow.runJobs()
  await flow.callBack(flow.answerTo(flow.commandFor(started.userid, 'provision')))
  await flow.runJobs()
  return started
}

/** Somebody with a one-time link whose phone has answered. */
async function answeredByLink(): Promise<{ id: string; linkId: string; token: string; person: Grant<'self:enroll'> }> {
  const userid = await flow.newUser()
  const [user] = await query('SELECT id FROM "user" WHERE userid = $1', userid)
  const link = await createLink(flow.helpdesk, { userId: user.id, profileName: 'Employee mobile ID', validDays: 1 })
  const found = await findLink(link.token)
  if (!found) throw new Error('no link')
  const person = authorize(found.actor, 'self:enroll')
  const { id } = await startEnrollmentByLink(person)
  await flow.runJobs()
  await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
  await flow.runJobs()
  return { id, linkId: link.id, token: link.token, person }
}

describe('a profile that asks the person', () => {
  it('F-B15: the person sees phone and subject, and nothing is issued before the word; then it goes on by itself', async () => {
    await profileSays(byUser)
    const { id, token, person } = await answeredByLink()
    expect([(await flow.look(id)).state, await certificates(id)]).toEqual(['confirming', 0])
    expect((await findLink(token))?.view.enrollment).toMatchObject({
      state: 'confirming',
      device: { name: 'Åsa’s iPhone' },
      confirmation: { by: 'user', csrSubject: expect.stringContaining('CN=') },
    })
    expect((await getEnrollment(reader, id))?.confirmation).toMatchObject({ by: 'user', heldBy: [] })
    await confirmPhone(person, { id, theirs: true })
    await flow.runJobs()
    expect([(await flow.look(id)).state, await certificates(id)]).toEqual(['delivering', 1])
    expect(await flow.brokenRules()).toEqual([])
  })

  it('F-B16: a no ends it with an incident and no certificate; the phone is none of the person’s', async () => {
    await profileSays(byUser)
    const { id, person } = await answeredByLink()
    await confirmPhone(person, { id, theirs: false })
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'confirmation_denied' })
    expect([await certificates(id), await incidentsOf(id)]).toMatchObject([0, [{ kind: 'phone_denied' }]])
    const [{ userid }] = await query('SELECT u.userid FROM "user" u JOIN enrollment e ON e.user_id = u.id WHERE e.id = $1', id)
    expect((await listPhones(users, { q: userid })).items).toEqual([])
    await expect(confirmPhone(person, { id, theirs: true })).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('staff may say so for a caller, with a note or without', async () => {
    await profileSays(byUser)
    const [one, two] = [await answered(), await answered()]
    await confirmPhone(flow.helpdesk, { id: one.id, theirs: true })
    await confirmPhone(flow.helpdesk, { id: two.id, theirs: false, reason: 'the caller has an Android' })
    await flow.runJobs()
    expect([(await flow.look(one.id)).state, (await flow.look(two.id)).state]).toEqual(['delivering', 'rejected'])
    expect(
      await query(
        `SELECT detail ->> 'reason' AS reason FROM audit_entry WHERE action = 'enrollment.rejected' AND enrollment_id = $1`,
        two.id,
      ),
    ).toEqual([{ reason: 'the caller has an Android' }])
  })

  it('another link, and a link that was withdrawn, say nothing', async () => {
    await profileSays(byUser)
    const [one, other] = [await answeredByLink(), await answeredByLink()]
    await expect(confirmPhone(other.person, { id: one.id, theirs: true })).rejects.toMatchObject({ code: 'not_found' })
    await query('UPDATE enrollment_link SET revoked_at = now() WHERE id = $1', one.linkId)
    await expect(confirmPhone(one.person, { id: one.id, theirs: true })).rejects.toMatchObject({ code: 'not_allowed' })
    expect((await flow.look(one.id)).state).toBe('confirming')
  })

  it('a key that was put on the block list meanwhile, the phone’s or the app’s, gets nothing', async () => {
    await profileSays(byUser)
    const [phone, app] = [await answered(), await answered()]
    await blockNamedKey(admin, { key: phone.id, reason: 'seen elsewhere' })
    const refused = { code: 'wrong_state', message: expect.stringContaining('block list') }
    await expect(confirmPhone(flow.helpdesk, { id: phone.id, theirs: true })).rejects.toMatchObject(refused)
    const [{ thumbprint }] = await query(
      'SELECT attestation_thumbprint AS thumbprint FROM answer WHERE enrollment_id = $1',
      app.id,
    )
    await blockNamedKey(admin, { key: thumbprint, reason: 'copied out of the app' })
    await expect(confirmPhone(flow.helpdesk, { id: app.id, theirs: true })).rejects.toMatchObject(refused)
    await confirmPhone(flow.helpdesk, { id: app.id, theirs: false })
    await query('DELETE FROM blocked_key')
  })

  it('nobody says anything: it expires by the database’s clock, also if its job was lost', async () => {
    await profileSays(byUser)
    const { id } = await answered()
    await query(`UPDATE enrollment SET state_changed_at = now() - interval '23 hours' WHERE id = $1`, id)
    await query(
      `SELECT graphile_worker.add_job('expire-confirmation', json_build_object('enrollmentId', $1::text), job_key => 'confirmation:' || $1::text)`,
      id,
    )
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('confirming')
    await query(`UPDATE enrollment SET state_changed_at = now() - interval '25 hours' WHERE id = $1`, id)
    await query(`SELECT graphile_worker.remove_job('confirmation:' || $1::text)`, id)
    expect(await addMissingJobs(systemGrant())).toContain(`confirmation:${id}`)
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'expired', failure_code: 'confirmation_expired' })
  })
})

describe('a profile that asks staff', () => {
  it('the person may say no and not yes; staff say why', async () => {
    await profileSays(byStaff)
    const { id, person } = await answeredByLink()
    await expect(confirmPhone(person, { id, theirs: true })).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(confirmPhone(flow.helpdesk, { id, theirs: true })).rejects.toMatchObject({ code: 'invalid_input' })
    await confirmPhone(flow.helpdesk, { id, theirs: true, reason: 'read out the model' })
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
    const second = await answeredByLink()
    await confirmPhone(second.person, { id: second.id, theirs: false })
    expect(await flow.look(second.id)).toMatchObject({ state: 'rejected', failure_code: 'confirmation_denied' })
  })
})

describe('F-B13: a check that holds', () => {
  /** Somebody of whom another app is on record. */
  async function withAnotherApp(): Promise<string> {
    const { userid } = await answered()
    await query(
      `UPDATE phone SET attestation_thumbprint = 'of another set' WHERE user_id = (SELECT id FROM "user" WHERE userid = $1)`,
      userid,
    )
    return userid
  }

  it('is for staff even where the person is asked, opens its own incident, and goes on when released', async () => {
    await profileSays({ ...byUser, confirmation: false })
    const userid = await withAnotherApp()
    await profileSays({ ...byUser, heldChecks: ['C24'] })
    const { id } = await answered(userid)
    expect([(await flow.look(id)).state, await certificates(id)]).toEqual(['confirming', 0])
    expect((await getEnrollment(reader, id))?.confirmation).toMatchObject({ by: 'staff', heldBy: ['C24'] })
    expect(await incidentsOf(id)).toMatchObject([
      { kind: 'attestation_changed', about: expect.stringContaining('answer:'), detail: { held: true } },
    ])
    await confirmPhone(flow.helpdesk, { id, theirs: true, reason: 'the new app of the company' })
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
  })

  it('an app that was refused is not on record: the next answer of it is held again', async () => {
    await profileSays({})
    const userid = await withAnotherApp()
    await profileSays({ heldChecks: ['C24'] })
    const first = await answered(userid)
    await confirmPhone(flow.helpdesk, { id: first.id, theirs: false, reason: 'nobody knows that app' })
    expect(await flow.look(first.id)).toMatchObject({ state: 'rejected', failure_code: 'release_refused' })
    const second = await answered(userid)
    expect((await flow.look(second.id)).state).toBe('confirming')
  })

  it('holds nothing that passes', async () => {
    await profileSays({ heldChecks: ['C13', 'C14', 'C24'] })
    expect((await flow.look((await answered()).id)).state).toBe('delivering')
  })
})

describe('the roles', () => {
  it('the web’s role settles it, and the worker’s expires it', async () => {
    await profileSays(byUser)
    const [one, two] = [await answered(), await answered()]
    await flow.speakAs('web')
    await confirmPhone(flow.helpdesk, { id: one.id, theirs: true })
    await confirmPhone(flow.helpdesk, { id: two.id, theirs: false, reason: 'no' })
    await flow.speakAs('worker')
    await flow.runJobs()
    await flow.speakAs('owner')
    expect([(await flow.look(one.id)).state, (await flow.look(two.id)).state]).toEqual(['delivering', 'rejected'])
    expect(await flow.brokenRules()).toEqual([])
  })
})
