import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { processCallback } from '#lib/workflows/process-callback.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const grant = systemGrant()
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

const callback = async (id: string) =>
  (await flow.owner.query('SELECT state, outcome, repeats, command_id IS NOT NULL AS known FROM callback WHERE id = $1', [id]))
    .rows[0]
const evidence = async (id: string) =>
  (
    await flow.owner.query(
      `SELECT e.verdict, e.checks FROM evidence e JOIN answer a ON a.id = e.answer_id WHERE a.enrollment_id = $1`,
      [id],
    )
  ).rows
const count = async (sql: string, ...values: unknown[]) =>
  Number((await flow.owner.query(`SELECT count(*) AS n FROM ${sql}`, values)).rows[0].n)

async function offered() {
  const { id, userid } = await flow.start()
  await flow.runJobs()
  return { id, userid, command: flow.commandFor(userid, 'provision') }
}

describe('the answer of the phone', () => {
  it('K15: before Hermod’s reply to the command, it is taken, and the late reply fills what is empty', async () => {
    const { id, userid } = await flow.start()
    flow.hermod.odd.push(async (_request, response, command) => {
      const { id: callbackId } = await flow.callBack(flow.answerTo(command))
      await processCallback(grant, flow.context, { callbackId })
      flow.hermod.answer(command, response)
    })
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
    const { rows } = await flow.owner.query(
      `SELECT state, offer_uri, hermod_command_id, mid, sent_at IS NOT NULL AS sent FROM command WHERE enrollment_id = $1 AND kind = 'provision'`,
      [id],
    )
    const { commandId, destination } = flow.commandFor(userid, 'provision')
    expect(rows).toEqual([{ state: 'answered', offer_uri: null, hermod_command_id: commandId, mid: destination.mid, sent: true }])
  })

  it('F-S1: twenty times at once, and spelled in five other ways, is one answer and one certificate', async () => {
    const { id, command } = await offered()
    const body = flow.answerTo(command)
    const stored = await Promise.all(Array.from({ length: 20 }, () => flow.callBack(body)))
    expect(new Set(stored.map((one) => one.id)).size).toBe(1)
    expect(stored.filter((one) => !one.repeated)).toHaveLength(1)
    for (let n = 1; n <= 5; n++) await flow.callBack(body + ' '.repeat(n))
    await Promise.all([flow.runJobs(), flow.runJobs(), flow.runJobs()])
    expect(await callback(stored[0]?.id ?? '')).toMatchObject({ repeats: 19 })
    expect(
      await count(`callback b JOIN command c ON c.id = b.command_id WHERE c.enrollment_id = $1 AND b.state = 'processed'`, id),
    ).toBe(1)
    expect(await count('answer WHERE enrollment_id = $1', id)).toBe(1)
    expect(await count('certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1', id)).toBe(
      1,
    )
  })

  it('K6, K7: processed by eight runs at once, is judged once', async () => {
    const { id, command } = await offered()
    const { id: callbackId } = await flow.callBack(flow.answerTo(command))
    await Promise.all(Array.from({ length: 8 }, () => processCallback(grant, flow.context, { callbackId })))
    expect(await evidence(id)).toMatchObject([{ verdict: 'passed' }])
    expect((await flow.look(id)).state).not.toBe('answered')
    await processCallback(grant, flow.context, { callbackId })
    expect(await callback(callbackId)).toMatchObject({ state: 'processed', known: true })
  })

  // The database refuses one write, as if the process had died there; then the job is run again, as the next worker does.
  it.each([
    ['K5 before the callback is taken up', 'callback', 'UPDATE', 'offered', 1],
    ['K7 before the verdict is written', 'evidence', 'INSERT', 'answered', 1],
    ['K8 before serial and TBS are reserved', 'certificate', 'INSERT', 'issuing', 1],
    ['K10 after signing, before the certificate is stored', 'certificate', 'UPDATE', 'issuing', 1],
    ['K14 after the certificate command was sent, before its reply is stored', 'command', 'UPDATE', 'delivering', 2],
  ])('%s: goes on from there, with one certificate', async (_name, table, operation, state, commands) => {
    const { id, userid, command } = await offered()
    const { id: callbackId } = await flow.callBack(flow.answerTo(command))
    const run = () => processCallback(grant, flow.context, { callbackId })
    const only = table === 'command' ? `WHEN (NEW.kind = 'certificate' AND NEW.state = 'sent')` : ''
    await flow.owner.query(
      `CREATE TRIGGER fault BEFORE ${operation} ON ${table} FOR EACH ROW ${only} EXECUTE FUNCTION refuse_change()`,
    )
    await expect(run()).rejects.toThrow()
    await flow.owner.query(`DROP TRIGGER fault ON ${table}`)
    expect((await flow.look(id)).state).toBe(state)
    await run()
    expect((await flow.look(id)).state).toBe('delivering')
    const sent = flow.hermod.commands.filter(
      (one) => one.kind === 'certificate' && one.body.commandHeader.to?.[0] === `@${userid}`,
    )
    expect(sent).toHaveLength(commands)
    expect(new Set(sent.map((one) => one.body.certCommand.certificates[0]?.data)).size).toBe(1)
    expect(await count('certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1', id)).toBe(
      1,
    )
    expect(await count(`command WHERE enrollment_id = $1 AND state = 'sent'`, id)).toBe(1)
  })

  it('R3: the same key for two people at the same moment is one person’s; the other is refused with evidence', async () => {
    const [one, two] = [await offered(), await offered()]
    const { newKey } = await import('#e2e/peer/answer.mjs')
    const key = newKey()
    const bodies = [one, two].map(({ command }) => flow.answerTo(command, { key: () => key }))
    const ids = await Promise.all(bodies.map(async (body) => (await flow.callBack(body)).id))
    await Promise.all(ids.map((callbackId) => processCallback(grant, flow.context, { callbackId })))
    const ends = await Promise.all([one, two].map(({ id }) => flow.look(id)))
    expect(ends.map((end) => end.state).sort()).toEqual(['delivering', 'rejected'])
    const loser = ends.find((end) => end.state === 'rejected')
    expect(loser?.failure_code).toBe('key_reuse')
    expect((await evidence(String(loser?.id)))[0].checks.find((c: { id: string }) => c.id === 'C18')).toMatchObject({
      outcome: 'fail',
      code: 'key_reuse',
    })
  })

  it('that fails a check is refused with the code of the first failed check, and nothing is issued', async () => {
    const { id, command } = await offered()
    await flow.callBack(flow.answerTo(command, { header: (h: object) => ({ ...h, nonce: 'f'.repeat(32) }) } as never))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'nonce', phone_id: null })
    expect(await evidence(id)).toMatchObject([{ verdict: 'failed' }])
    expect(await count('enrollment_key WHERE enrollment_id = $1', id)).toBe(0)
  })

  it('of a person who was disabled since is refused', async () => {
    const { id, userid, command } = await offered()
    await flow.owner.query(`UPDATE "user" SET status = 'disabled' WHERE userid = $1`, [userid])
    await flow.callBack(flow.answerTo(command))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'user_inactive' })
  })

  it('that says no ends the enrolment as refused', async () => {
    const { id, command } = await offered()
    await flow.callBack(flow.envelope(command, { provResponse: { code: 5 } }))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'refused', failure_code: 'phone_refused', failure_detail: 'code 5' })
  })

  it.each([
    [
      'F-S9 a code that is a word',
      (c: Parameters<Flow['envelope']>[0]) => flow.envelope(c, { provResponse: { code: '0' } }),
      'schema',
    ],
    [
      'F-S8 a state nobody documented',
      (c: Parameters<Flow['envelope']>[0]) => flow.envelope(c, {}, { state: 'WEIRD', responseHeader: undefined }),
      'schema',
    ],
    [
      'F-S7 a certificate response',
      (c: Parameters<Flow['envelope']>[0]) => flow.envelope(c, { certResponse: { code: 0 } }),
      'schema',
    ],
    ['no response at all', (c: Parameters<Flow['envelope']>[0]) => flow.envelope(c, {}), 'schema'],
  ])('with %s is refused with evidence', async (_name, make, code) => {
    const { id, command } = await offered()
    await flow.callBack(make(command))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: code })
    expect(await evidence(id)).toMatchObject([{ verdict: 'failed' }])
  })

  it('with text that PostgreSQL cannot store is refused, not retried for ever', async () => {
    const { id, command } = await offered()
    const { id: callbackId } = await flow.callBack(
      flow.envelope(command, { provResponse: { code: 0, result: { contenttype: 'jws', data: 'a\u0000b' } } }),
    )
    await flow.runJobs()
    expect((await callback(callbackId)).state).toBe('quarantined')
    expect((await flow.look(id)).state).toBe('offered')
    await flow.callBack(
      flow.answerTo(command, {
        payload: (p: { deviceinfo: object }) => ({ ...p, deviceinfo: { ...p.deviceinfo, name: '\ud800' } }),
      } as never),
    )
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('rejected')
  })
})

describe('Hermod says', () => {
  it('that the offer’s time is over: expired', async () => {
    const { id, command } = await offered()
    await flow.callBack(flow.envelope(command, {}, { state: 'TIMEOUT', responseHeader: undefined }))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'expired', failure_code: 'offer_expired' })
  })

  it('that it is still in progress: nothing', async () => {
    const { id, command } = await offered()
    const { id: callbackId } = await flow.callBack(
      flow.envelope(command, {}, { state: 'IN_PROGRESS', responseHeader: undefined }),
    )
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('offered')
    expect((await callback(callbackId)).state).toBe('ignored')
  })

  it.each([
    ['something that is not JSON', '{'],
    ['a list', '[]'],
    ['nothing', ''],
    ['bytes', '\ufffd\u0001'],
    ['a member twice', '{"commandId":"1","commandId":"2","externalId":"x","commandType":"PROV"}'],
    ['a command of another portal', '{"commandId":"1","externalId":"nobody","commandType":"PROV","state":"COMPLETED"}'],
    ['no external id', '{"commandId":"1","commandType":"PROV"}'],
    ['another kind of command', '{"commandId":"1","externalId":"x","commandType":"SIGN"}'],
    ['objects for names', '{"commandId":{"not":""},"externalId":{"not":""},"commandType":"PROV"}'],
  ])('F-S6: %s: quarantined, nothing moves', async (_name, body) => {
    const before = await count(`enrollment WHERE state = 'offered'`)
    const { id } = await flow.callBack(body)
    await flow.runJobs()
    expect(await callback(id)).toMatchObject({ state: 'quarantined', known: false })
    expect(await count(`enrollment WHERE state = 'offered'`)).toBe(before)
    expect(await count(`audit_entry WHERE action = 'callback.quarantined' AND object_id = $1`, id)).toBe(1)
  })

  it('F-S6: the commandId of one enrolment with the externalId of another: quarantined, both stay', async () => {
    const [one, two] = [await offered(), await offered()]
    const { id } = await flow.callBack(
      flow.envelope(one.command, { provResponse: { code: 5 } }, { externalId: two.command.body.commandHeader.externalId }),
    )
    await flow.runJobs()
    expect(await callback(id)).toMatchObject({ state: 'quarantined' })
    expect([(await flow.look(one.id)).state, (await flow.look(two.id)).state]).toEqual(['offered', 'offered'])
  })
})
