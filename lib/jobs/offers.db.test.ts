import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { cancelEnrollment, cancelEnrollmentsOf } from '#lib/workflows/cancel-enrollment.ts'
import { expireOffer } from '#lib/workflows/expire-command.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { sendProvision } from '#lib/workflows/send-provision.ts'
import { type Flow, type OddReply, startFlow } from './flow-fixtures.ts'

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

const commandsOf = async (id: string) =>
  (
    await flow.owner.query(
      'SELECT id, attempt, state, nonce, external_id, offer_uri, reply_body, failure_code FROM command WHERE enrollment_id = $1 ORDER BY kind, attempt',
      [id],
    )
  ).rows
const timesAsked = (userid: string) =>
  flow.hermod.commands.filter((c) => c.kind === 'provision' && c.body.provCommand.userid === userid).length

const reply =
  (status: number, body: string, headers: Record<string, string> = {}): OddReply =>
  (_request, response) =>
    response.writeHead(status, headers).end(body)
const silence: OddReply = () => undefined

describe('an offer', () => {
  it('is renewed: the old one is dead at once, the new one has another nonce', async () => {
    const { id, userid } = await flow.start()
    await flow.runJobs()
    const first = flow.commandFor(userid, 'provision')
    const { version } = await flow.look(id)
    await renewOffer(flow.helpdesk, id)
    expect(await flow.look(id)).toMatchObject({ state: 'offered', current_command_id: null })
    await flow.runJobs()
    const second = flow.commandFor(userid, 'provision')
    expect(second.body.provCommand.nonce).not.toBe(first.body.provCommand.nonce)
    expect(await commandsOf(id)).toMatchObject([
      { attempt: 1, state: 'superseded', offer_uri: null },
      { attempt: 2, state: 'sent', offer_uri: second.destination.uri },
    ])

    await flow.callBack(flow.answerTo(first))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'offered' })
    expect((await flow.look(id)).version).toBeGreaterThan(version)
    await flow.callBack(flow.answerTo(second))
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
    await expect(renewOffer(flow.helpdesk, id)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('ends with the enrolment’s cancellation, and an answer after that is kept and changes nothing', async () => {
    const { id, userid } = await flow.start()
    await flow.runJobs()
    await cancelEnrollment(flow.helpdesk, id)
    const { id: callbackId } = await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'cancelled', failure_code: 'cancelled' })
    expect((await flow.owner.query('SELECT state FROM callback WHERE id = $1', [callbackId])).rows).toEqual([
      { state: 'ignored' },
    ])
    await expect(cancelEnrollment(flow.helpdesk, id)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('ends for all of a person that can be cancelled, and only for that person', async () => {
    const mine = await flow.start()
    const others = await flow.start()
    await flow.runJobs()
    const { rows } = await flow.owner.query('SELECT user_id FROM enrollment WHERE id = $1', [mine.id])
    expect(await cancelEnrollmentsOf(flow.helpdesk, rows[0].user_id)).toBe(1)
    expect(await cancelEnrollmentsOf(flow.helpdesk, rows[0].user_id)).toBe(0)
    expect([(await flow.look(mine.id)).state, (await flow.look(others.id)).state]).toEqual(['cancelled', 'offered'])
  })

  it('expires by the database’s clock, not before, and not while an answer waits to be looked at', async () => {
    const { id, userid } = await flow.start()
    await flow.runJobs()
    const [command] = await commandsOf(id)
    await expireOffer(grant, { commandId: command.id })
    expect((await flow.look(id)).state).toBe('offered')

    await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
    await flow.owner.query(`UPDATE command SET expires_at = now() - interval '5 seconds' WHERE id = $1`, [command.id])
    await flow.owner.query(`UPDATE graphile_worker._private_jobs SET run_at = now() - interval '1 minute' WHERE key = $1`, [
      `expire:${command.id}`,
    ])
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
  })

  it('that nobody answered in time is expired, says why, and a late answer is kept', async () => {
    const { id, userid } = await flow.start()
    await flow.runJobs()
    const [command] = await commandsOf(id)
    await flow.owner.query(`UPDATE command SET expires_at = now() - interval '1 minute' WHERE id = $1`, [command.id])
    await Promise.all([1, 2, 3].map(() => expireOffer(grant, { commandId: command.id })))
    expect(await flow.look(id)).toMatchObject({ state: 'expired', failure_code: 'offer_expired' })
    await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('expired')
  })
})

describe('a crash around the provision command', () => {
  it('K1: sent by the next run when the first one died before sending', async () => {
    const { id, userid } = await flow.start()
    await flow.runJobs()
    expect(timesAsked(userid)).toBe(1)
    expect((await flow.look(id)).state).toBe('offered')
    await sendProvision(grant, flow.context, { enrollmentId: id })
    expect(timesAsked(userid)).toBe(1)
  })

  it('K2, K3, K19: the next run fences what may have been sent; the late reply makes no offer, its answer is late', async () => {
    const { id, userid } = await flow.start()
    let release = () => {}
    flow.hermod.odd.push((_request, response, command) => {
      release = () => flow.hermod.answer(command, response)
    })
    const zombie = sendProvision(grant, flow.context, { enrollmentId: id })
    await expect.poll(() => timesAsked(userid)).toBe(1)
    const lost = flow.commandFor(userid, 'provision')

    await sendProvision(grant, flow.context, { enrollmentId: id })
    const second = flow.commandFor(userid, 'provision')
    expect(second.body.commandHeader.externalId).not.toBe(lost.body.commandHeader.externalId)
    release()
    await zombie
    const [one, two] = await commandsOf(id)
    expect(one).toMatchObject({ state: 'superseded', offer_uri: null, reply_body: expect.stringContaining('[offer]') })
    expect(two).toMatchObject({ state: 'sent', offer_uri: second.destination.uri })

    await flow.callBack(flow.answerTo(lost))
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('offered')
    await flow.callBack(flow.answerTo(second))
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('delivering')
  })

  it('cancelled while the command was under way: its reply makes no offer', async () => {
    const { id, userid } = await flow.start()
    let release = () => {}
    flow.hermod.odd.push((_request, response, command) => {
      release = () => flow.hermod.answer(command, response)
    })
    const sending = sendProvision(grant, flow.context, { enrollmentId: id })
    await expect.poll(() => timesAsked(userid)).toBe(1)
    await cancelEnrollment(flow.helpdesk, id)
    release()
    await sending
    expect((await flow.look(id)).state).toBe('cancelled')
    expect(await commandsOf(id)).toMatchObject([{ state: 'superseded', offer_uri: null }])
  })
})

describe('Hermod', () => {
  it.each<[string, OddReply, string, number]>([
    ['answers 401', reply(401, ''), 'hermod_auth', 1],
    ['answers 404', reply(404, '{}'), 'hermod_refused', 1],
    ['redirects', reply(302, '', { location: 'http://127.0.0.1:1/' }), 'hermod_garbage', 1],
    ['answers 500', reply(500, '<html>oops</html>'), 'hermod_error', 4],
    ['answers with HTML', reply(200, '<html>hello</html>'), 'hermod_garbage', 4],
    ['answers with something else', reply(200, '{"commandId":1}'), 'hermod_garbage', 4],
    ['hangs up', (request) => request.socket.destroy(), 'hermod_unreachable', 4],
  ])('that %s for good ends the enrolment with a code; the next one works', async (_name, odd, code, attempts) => {
    const { id, userid } = await flow.start()
    flow.hermod.odd.push(...Array.from({ length: 8 }, () => odd))
    await expect
      .poll(async () => {
        await flow.runJobs()
        return (await flow.look(id)).state
      })
      .toBe('failed')
    expect(await flow.look(id)).toMatchObject({ failure_code: code, wait_reason: null })
    expect(timesAsked(userid)).toBe(attempts)
    const commands = await commandsOf(id)
    expect(new Set(commands.map((c) => c.nonce)).size).toBe(attempts)
    expect(commands.every((c) => c.state === 'failed' && c.failure_code === code)).toBe(true)
    flow.hermod.odd.length = 0
    const next = await flow.start()
    await flow.runJobs()
    expect((await flow.look(next.id)).state).toBe('offered')
  })

  it('that fails once is asked again, with a new command, and the page says so meanwhile', async () => {
    const slow = { ...flow.context, retryDelaysS: [60] }
    const { id, userid } = await flow.start()
    flow.hermod.odd.push(reply(500, ''))
    await sendProvision(grant, slow, { enrollmentId: id })
    expect(await flow.look(id)).toMatchObject({
      state: 'requesting',
      wait_reason: expect.stringMatching(/error of its own.*attempt 2 of 2/),
    })
    const { rows } = await flow.owner.query(
      'SELECT payload, run_at > now() AS later FROM graphile_worker._private_jobs WHERE key = $1',
      [`provision:${id}`],
    )
    expect(rows).toEqual([{ payload: { enrollmentId: id, attempt: 2 }, later: true }])
    await sendProvision(grant, slow, { enrollmentId: id, attempt: 2 })
    expect(await flow.look(id)).toMatchObject({ state: 'offered', wait_reason: null })
    expect(timesAsked(userid)).toBe(2)
  })

  it('that says nothing holds nobody longer than its time limit', async () => {
    const { id } = await flow.start()
    flow.hermod.odd.push(silence)
    const hasty = { ...flow.context.hermod, totalTimeoutMs: 300 }
    await sendProvision(grant, { ...flow.context, hermod: hasty, retryDelaysS: [] }, { enrollmentId: id })
    expect(await flow.look(id)).toMatchObject({ state: 'failed', failure_code: 'hermod_timeout' })
  })
})
