import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { deliverCertificates } from '#lib/workflows/deliver-certificates.ts'
import { expireDelivery } from '#lib/workflows/expire-command.ts'
import { redeliverCertificates } from '#lib/workflows/redeliver.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const grant = systemGrant()
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => {
  flow.hermod.odd.length = 0
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

const deliveries = (userid: string) =>
  flow.hermod.commands.filter((c) => c.kind === 'certificate' && c.body.commandHeader.to?.[0] === `@${userid}`)
const certificateBytes = (userid: string) => new Set(deliveries(userid).map((c) => c.body.certCommand.certificates[0]?.data))

async function answered() {
  const { id, userid } = await flow.start()
  await flow.runJobs()
  await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
  return { id, userid }
}
async function delivering() {
  const enrolment = await answered()
  await flow.runJobs()
  return { ...enrolment, command: flow.commandFor(enrolment.userid, 'certificate') }
}
const stored = (command: Parameters<Flow['envelope']>[0], code = 0) =>
  flow.callBack(flow.envelope(command, { certResponse: { code } }), 'certificate')

describe('a delivery', () => {
  it('F-S10: refused by the phone is undelivered; sent again, with the same bytes, it completes', async () => {
    const { id, userid, command } = await delivering()
    await stored(command, 7)
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({
      state: 'undelivered',
      failure_code: 'delivery_refused',
      failure_detail: 'status 200, code 7',
    })
    await redeliverCertificates(flow.helpdesk, id)
    await flow.runJobs()
    expect(deliveries(userid)).toHaveLength(2)
    expect(certificateBytes(userid).size).toBe(1)
    await stored(flow.commandFor(userid, 'certificate'))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'completed', failure_code: null, failure_detail: null })
    await expect(redeliverCertificates(flow.helpdesk, id)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('K16: said twice, and eight times at once, completes once', async () => {
    const { id, command } = await delivering()
    await Promise.all([stored(command), stored(command), stored(command)])
    await Promise.all([flow.runJobs(), flow.runJobs()])
    await stored(command)
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('completed')
    const { rows } = await flow.owner.query(
      `SELECT count(*)::int AS n FROM audit_entry WHERE enrollment_id = $1 AND action = 'enrollment.completed'`,
      [id],
    )
    expect(rows).toEqual([{ n: 1 }])
  })

  it('K14: killed between sending and storing the reply, is sent again; the answer to the first is late, to the second counts', async () => {
    const { id, userid } = await answered()
    let release = () => {}
    flow.hermod.odd.push((_request, response, command) => {
      release = () => flow.hermod.answer(command, response)
    })
    const running = flow.runJobs()
    await expect.poll(() => deliveries(userid).length).toBe(1)
    const lost = flow.commandFor(userid, 'certificate')
    await deliverCertificates(grant, flow.context, { enrollmentId: id })
    release()
    await running
    expect(deliveries(userid)).toHaveLength(2)
    expect(certificateBytes(userid).size).toBe(1)
    await stored(lost)
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
    await stored(flow.commandFor(userid, 'certificate'))
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('completed')
  })

  it('answered before Hermod’s reply completes, and the reply changes nothing', async () => {
    const { id } = await answered()
    flow.hermod.odd.push(async (_request, response, command) => {
      await stored(command)
      await flow.runJobs()
      flow.hermod.answer(command, response)
    })
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('completed')
  })

  it('is not sent twice by a second run', async () => {
    const { id, userid } = await delivering()
    await deliverCertificates(grant, flow.context, { enrollmentId: id })
    expect(deliveries(userid)).toHaveLength(1)
  })

  it('that nobody fetches in time is undelivered', async () => {
    const { id } = await delivering()
    const { current_command_id: commandId } = await flow.look(id)
    await expireDelivery(grant, { commandId: String(commandId) })
    expect((await flow.look(id)).state).toBe('delivering')
    await flow.owner.query(`UPDATE command SET expires_at = now() - interval '1 minute' WHERE id = $1`, [commandId])
    await expireDelivery(grant, { commandId: String(commandId) })
    expect(await flow.look(id)).toMatchObject({ state: 'undelivered', failure_code: 'delivery_expired' })
  })

  it('that Hermod does not take is undelivered, with the code', async () => {
    const { id, userid } = await answered()
    flow.hermod.odd.push(
      ...Array.from(
        { length: 4 },
        () => (_q: unknown, response: { writeHead(status: number): { end(): void } }) => void response.writeHead(503).end(),
      ),
    )
    await expect
      .poll(async () => {
        await flow.runJobs()
        return (await flow.look(id)).state
      })
      .toBe('undelivered')
    expect(await flow.look(id)).toMatchObject({ failure_code: 'hermod_error' })
    expect(deliveries(userid)).toHaveLength(4)
  })

  it('F-S11: a response for another profile is quarantined', async () => {
    const { id, command } = await delivering()
    const { id: callbackId } = await flow.callBack(
      flow.envelope(
        command,
        { certResponse: { code: 0 } },
        { destinations: [{ ...command.destination, pid: crypto.randomUUID() }] },
      ),
      'certificate',
    )
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
    expect((await flow.owner.query('SELECT state FROM callback WHERE id = $1', [callbackId])).rows).toEqual([
      { state: 'quarantined' },
    ])
  })
})
