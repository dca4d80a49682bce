/**
 * Rows of the list of hostile inputs that are about what happens over time: replays, races, callbacks out of order, offers that are over,
 * two phones for one code. Each ends with one winner, one certificate at most, and a record of what came.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newKey } from '#e2e/peer/answer.mjs'
import { systemGrant } from '#lib/auth/permissions.ts'
import { sharedPrimePair } from '#lib/core/x509/rsa-fixtures.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { processCallback } from '#lib/workflows/process-callback.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { type Flow, type ReceivedCommand, startFlow } from './flow-fixtures.ts'

const grant = systemGrant()
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => expect(await flow.brokenRules()).toEqual([]))
afterAll(() => flow?.stop())

const count = async (sql: string, ...values: unknown[]) =>
  Number((await flow.owner.query(`SELECT count(*) AS n FROM ${sql}`, values)).rows[0].n)
const certificatesOf = (id: string) =>
  count('certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1', id)
const callbackState = async (id: string) =>
  (await flow.owner.query('SELECT state FROM callback WHERE id = $1', [id])).rows[0]?.state
const stateOf = async (id: string) => (await flow.look(id)).state

async function offered(userid?: string) {
  const { id, userid: who } = await flow.start(userid)
  await flow.runJobs()
  return { id, userid: who, command: flow.commandFor(who, 'provision') }
}
/** Stores a body and lets the jobs run; its callback's fate. */
async function send(body: string, kind?: string): Promise<string> {
  const { id } = await flow.callBack(body, kind)
  await flow.runJobs()
  return callbackState(id)
}
async function delivering() {
  const one = await offered()
  const answer = flow.answerTo(one.command)
  await send(answer)
  return { ...one, answer, delivery: flow.commandFor(one.userid, 'certificate') }
}
const stored = (command: ReceivedCommand, over?: object) => flow.envelope(command, { certResponse: { code: 0 } }, over)

/** The same JWS in another spelling, which lenient decoders take for the same. */
const respelt = (body: string, change: (jws: string) => string): string => {
  const envelope = JSON.parse(body)
  envelope.provResponse.result.data = change(envelope.provResponse.result.data)
  return JSON.stringify(envelope)
}

describe('an answer that comes again', () => {
  it('F-B4 exactly as it was, before and after completion: one certificate', async () => {
    const { id, answer, delivery } = await delivering()
    expect(await flow.callBack(answer)).toMatchObject({ repeated: true })
    await flow.runJobs()
    expect(await send(stored(delivery), 'certificate')).toBe('processed')
    expect(await flow.callBack(answer)).toMatchObject({ repeated: true })
    await flow.runJobs()
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['completed', 1])
  })

  it.each([
    ['padded', (jws: string) => `${jws}==`],
    ['with a space', (jws: string) => `${jws} `],
    ['with other trailing bits', (jws: string) => `${jws.slice(0, -1)}${jws.endsWith('A') ? 'B' : 'A'}`],
  ])('F-B5 %s: ignored, one certificate', async (_how, change) => {
    const { id, answer } = await delivering()
    expect(await send(respelt(answer, change))).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id), await count('answer WHERE enrollment_id = $1', id)]).toEqual([
      'delivering',
      1,
      1,
    ])
  })

  it('F-B5 padded the first time: refused, and the good spelling after it is too late', async () => {
    const { id, command } = await offered()
    const answer = flow.answerTo(command)
    await send(respelt(answer, (jws) => `${jws}==`))
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'jws_syntax' })
    expect(await send(answer)).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['rejected', 0])
  })

  it('F-S1 a thousand times at once, in fifty spellings: one answer, one certificate', async () => {
    const { id, command } = await offered()
    const answer = flow.answerTo(command)
    const bodies = Array.from({ length: 1000 }, (_, i) => answer + ' '.repeat(i % 50))
    for (let at = 0; at < bodies.length; at += 100)
      await Promise.all(bodies.slice(at, at + 100).map((body) => flow.callBack(body)))
    await Promise.all([flow.runJobs(), flow.runJobs()])
    const callbacks = 'callback b JOIN command c ON c.id = b.command_id WHERE c.enrollment_id = $1'
    expect(await count(callbacks, id)).toBe(50)
    expect(await count(`${callbacks} AND b.state = 'processed'`, id)).toBe(1)
    expect(await count(`${callbacks} AND b.state = 'ignored'`, id)).toBe(49)
    expect([await count('answer WHERE enrollment_id = $1', id), await certificatesOf(id)]).toEqual([1, 1])
  }, 120_000)

  it('F-O8 a key that shares a prime with an earlier one of the same person', async () => {
    const [first, second] = sharedPrimePair()
    const one = await offered()
    await send(flow.answerTo(one.command, { key: () => first }))
    const two = await offered(one.userid)
    await send(flow.answerTo(two.command, { key: () => second }))
    expect(await flow.look(two.id)).toMatchObject({ state: 'rejected', failure_code: 'weak_key' })
    expect([await certificatesOf(one.id), await certificatesOf(two.id)]).toEqual([1, 0])
  })

  it('F-C22 the same key in a second enrolment of the same person', async () => {
    const key = newKey()
    const one = await offered()
    await send(flow.answerTo(one.command, { key: () => key }))
    const two = await offered(one.userid)
    await send(flow.answerTo(two.command, { key: () => key }))
    expect(await flow.look(two.id)).toMatchObject({ state: 'rejected', failure_code: 'key_reuse' })
    expect([await certificatesOf(one.id), await certificatesOf(two.id)]).toEqual([1, 0])
  })
})

describe('an answer whose offer is over', () => {
  it.each([
    ['F-B3 F-S4 after a newer offer', (id: string) => renewOffer(flow.helpdesk, id), 'offered'],
    ['F-B3 F-S4 after it was cancelled', (id: string) => cancelEnrollment(flow.helpdesk, id), 'cancelled'],
  ])('%s is ignored and recorded, the enrolment stays', async (_when, end, state) => {
    const { id, command } = await offered()
    await end(id)
    await flow.runJobs()
    expect(await send(flow.answerTo(command))).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id)]).toEqual([state, 0])
    expect(await count(`audit_entry WHERE enrollment_id = $1 AND action = 'callback.ignored'`, id)).toBe(1)
  })

  it('F-B3 F-S4 after its time: expired, whichever comes first', async () => {
    const { id, command } = await offered()
    await flow.owner.query(`UPDATE command SET expires_at = now() - interval '10 minutes' WHERE enrollment_id = $1`, [id])
    expect(await send(flow.answerTo(command))).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['expired', 0])
  })

  it('F-S4 F-C24 of a person who was disabled since is refused', async () => {
    const { id, userid, command } = await offered()
    await flow.owner.query(`UPDATE "user" SET status = 'disabled' WHERE userid = $1`, [userid])
    await send(flow.answerTo(command))
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'user_inactive' })
    expect(await certificatesOf(id)).toBe(0)
  })

  it('F-C23 of a person whose name has changed since is refused', async () => {
    const { id, userid, command } = await offered()
    await flow.owner.query(`UPDATE "user" SET name = 'Åsa Berg' WHERE userid = $1`, [userid])
    await send(flow.answerTo(command))
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: 'stale_user' })
    expect(await certificatesOf(id)).toBe(0)
  })

  it('F-S3 an answer after the certificate was stored is ignored', async () => {
    const { id, command, delivery } = await delivering()
    await send(stored(delivery), 'certificate')
    expect(await send(flow.answerTo(command))).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['completed', 1])
  })

  it('F-S5 cancelled in the same moment as answered: exactly one of the two happens', async () => {
    const ends: string[] = []
    for (let round = 0; round < 6; round++) {
      const { id, command } = await offered()
      const { id: callbackId } = await flow.callBack(flow.answerTo(command))
      const [cancelled] = await Promise.allSettled([
        cancelEnrollment(flow.helpdesk, id),
        processCallback(grant, flow.context, { callbackId }),
      ])
      const end = await stateOf(id)
      ends.push(end)
      expect(end).toBe(cancelled.status === 'fulfilled' ? 'cancelled' : 'delivering')
      expect(await certificatesOf(id)).toBe(end === 'cancelled' ? 0 : 1)
      expect(await callbackState(callbackId)).toBe(end === 'cancelled' ? 'ignored' : 'processed')
    }
    expect(ends).toHaveLength(6)
  })
})

describe('two phones, or the wrong one', () => {
  it('F-B14 two phones answer one code: the first wins, the second is recorded', async () => {
    const { id, command } = await offered()
    const [one, two] = [flow.answerTo(command), flow.answerTo(command)]
    const stored = await Promise.all([one, two].map((body) => flow.callBack(body)))
    await Promise.all([flow.runJobs(), flow.runJobs()])
    const states = await Promise.all(stored.map((callback) => callbackState(callback.id)))
    expect(states.sort()).toEqual(['ignored', 'processed'])
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['delivering', 1])
    expect(await count(`audit_entry WHERE enrollment_id = $1 AND action = 'callback.ignored'`, id)).toBe(1)
  })

  it('F-B14 an answer faster than a person is flagged on the timeline, one in human time is not', async () => {
    const quick = async (sentAgoS: number): Promise<unknown> => {
      const { id, command } = await offered()
      await flow.owner.query(
        `UPDATE command SET sent_at = clock_timestamp() - make_interval(secs => $2) WHERE enrollment_id = $1 AND kind = 'provision'`,
        [id, sentAgoS],
      )
      await send(flow.answerTo(command))
      const { rows } = await flow.owner.query(
        `SELECT detail -> 'quick' AS quick FROM audit_entry WHERE enrollment_id = $1 AND action = 'enrollment.answered'`,
        [id],
      )
      return rows[0]?.quick
    }
    expect([await quick(-30), await quick(30)]).toEqual([expect.stringContaining('faster than a person'), null])
  })

  it('F-B12 the phones of two people answer with one attestation key, the app’s: both get theirs, and it is no incident', async () => {
    const people = [await offered(), await offered()]
    for (const { command } of people) await send(flow.answerTo(command))
    const ids = people.map(({ id }) => id)
    expect(await Promise.all(ids.map(async (id) => [await stateOf(id), await certificatesOf(id)]))).toEqual([
      ['delivering', 1],
      ['delivering', 1],
    ])
    expect(
      await count(
        `(SELECT DISTINCT p.attestation_thumbprint FROM enrollment e JOIN phone p ON p.id = e.phone_id WHERE e.id = ANY($1::uuid[])) AS keys`,
        ids,
      ),
    ).toBe(1)
    expect(await count('incident WHERE enrollment_id = ANY($1::uuid[])', ids)).toBe(0)
  })

  it('F-B2 the one-time number of another’s open offer: refused, and the other offer stays', async () => {
    const [attacker, victim] = [await offered(), await offered()]
    const { nonce } = victim.command.body.provCommand
    const foreign = (h: object) => ({ ...h, nonce })
    await send(flow.answerTo(attacker.command, { header: foreign, innerHeader: foreign } as never))
    expect(await flow.look(attacker.id)).toMatchObject({ state: 'rejected', failure_code: 'nonce' })
    expect([await stateOf(victim.id), await certificatesOf(attacker.id)]).toEqual(['offered', 0])
  })
})

describe('callbacks that nobody waits for', () => {
  it('F-S2 a certificate response before any certificate command: quarantined', async () => {
    const { id, command } = await offered()
    const early = flow.envelope({ ...command, kind: 'certificate' }, { certResponse: { code: 0 } })
    expect(await send(early, 'certificate')).toBe('quarantined')
    expect(await stateOf(id)).toBe('offered')
  })

  it('F-S2 F-S7 a certificate response under the name of a provision command: quarantined', async () => {
    const { id, command } = await offered()
    expect(await send(stored(command, { commandType: 'CERT' }), 'certificate')).toBe('quarantined')
    expect(await stateOf(id)).toBe('offered')
  })

  it.each([
    ['another profile', (c: ReceivedCommand) => stored(c, { destinations: [{ ...c.destination, pid: crypto.randomUUID() }] })],
    [
      'another mailbox, without a profile',
      (c: ReceivedCommand) => stored(c, { destinations: [{ ...c.destination, bid: crypto.randomUUID(), pid: undefined }] }),
    ],
  ])('F-S11 a certificate response of %s: quarantined', async (_what, make) => {
    const { id, delivery } = await delivering()
    expect(await send(make(delivery), 'certificate')).toBe('quarantined')
    expect(await stateOf(id)).toBe('delivering')
  })

  it('F-S10 a phone that does not take the certificate: undelivered, and never completed by itself', async () => {
    const { id, delivery } = await delivering()
    expect(await send(flow.envelope(delivery, { certResponse: { code: 7 } }), 'certificate')).toBe('processed')
    expect(await flow.look(id)).toMatchObject({ state: 'undelivered', failure_code: 'delivery_refused' })
    expect(await send(`${stored(delivery)} `, 'certificate')).toBe('ignored')
    expect([await stateOf(id), await certificatesOf(id)]).toEqual(['undelivered', 1])
  })

  it('F-S22 another portal on the same client of the messaging server: its callbacks are kept aside, ours go on', async () => {
    const { id, command } = await offered()
    const foreign = flow.envelope(
      { ...command, commandId: '77' },
      { provResponse: { code: 0, result: { contenttype: 'jws', data: 'a.b.c' } } },
      { externalId: crypto.randomUUID() },
    )
    expect(await send(foreign)).toBe('quarantined')
    expect(await count(`audit_entry WHERE action = 'callback.quarantined'`)).toBeGreaterThan(0)
    expect(await send(flow.answerTo(command))).toBe('processed')
    expect(await stateOf(id)).toBe('delivering')
  })
})
