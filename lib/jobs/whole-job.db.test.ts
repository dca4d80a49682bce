import { X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Flow, startFlow } from './flow-fixtures.ts'

let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

it('takes an enrolment from start to a certificate on the phone, each process with the rights of its own role', async () => {
  await flow.newUser('whole')
  await flow.speakAs('web')
  const { id } = await flow.start('whole')
  expect((await flow.look(id)).state).toBe('requesting')

  await flow.speakAs('worker')
  await flow.runJobs()
  const provision = flow.commandFor('whole', 'provision')
  expect(Buffer.from(provision.apiKey ?? '', 'base64').toString()).toBe(`portal:${'k'.repeat(64)}`)
  expect((await flow.look(id)).state).toBe('offered')
  const { rows: offers } = await flow.owner.query(
    `SELECT offer_uri, extract(epoch FROM expires_at - sent_at) AS life FROM command WHERE enrollment_id = $1`,
    [id],
  )
  expect(offers).toEqual([{ offer_uri: provision.destination.uri, life: '300.000000' }])

  await flow.speakAs('web')
  await flow.callBack(flow.answerTo(provision))
  await flow.speakAs('worker')
  await flow.runJobs()
  expect(await flow.look(id)).toMatchObject({ state: 'delivering', failure_code: null })
  const delivery = flow.commandFor('whole', 'certificate')
  const { rows: phones } = await flow.owner.query('SELECT profile_ref, name, model, operating_system FROM phone')
  expect(phones).toEqual([
    { profile_ref: delivery.body.certCommand.profileid, name: 'Åsa’s iPhone', model: 'iPhone', operating_system: 'iOS (18.1)' },
  ])
  const [sent] = delivery.body.certCommand.certificates
  expect(new X509Certificate(Buffer.from(sent?.data ?? '', 'base64')).subject).toContain('CN=Åsa Öberg')

  await flow.speakAs('web')
  await flow.callBack(flow.envelope(delivery, { certResponse: { code: 0 } }), 'certificate')
  await flow.speakAs('worker')
  await flow.runJobs()
  expect((await flow.look(id)).state).toBe('completed')
  const { rows: marks } = await flow.owner.query('SELECT delivered_at IS NOT NULL AS delivered FROM certificate')
  expect(marks).toEqual([{ delivered: true }])
  const { rows: audit } = await flow.owner.query(
    'SELECT action, actor_kind FROM audit_entry WHERE enrollment_id = $1 ORDER BY seq',
    [id],
  )
  expect(audit.map((row) => `${row.action} by ${row.actor_kind}`)).toEqual([
    'enrollment.started by account',
    'enrollment.offered by system',
    'enrollment.answered by phone',
    'enrollment.issuing by system',
    'certificate.issued by system',
    'enrollment.delivering by system',
    'enrollment.completed by phone',
  ])
})
