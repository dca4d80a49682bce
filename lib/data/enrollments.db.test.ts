import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize } from '#lib/auth/permissions.ts'
import { type Flow, startFlow } from '#lib/jobs/flow-fixtures.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { getEnrollment, getExchange, listEnrollments } from './enrollments.ts'

const helpdesk = authorize({ kind: 'account', id: 'h', name: 'Hanna', role: 'helpdesk', userId: null }, 'enrollment:read')
const auditor = authorize({ kind: 'account', id: 'a', name: 'Arvid', role: 'auditor', userId: null }, 'enrollment:read')

let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterAll(() => flow?.stop())

/** Takes an enrolment as far as the code, and leaves the process with the web's rights. */
async function offered(userid: string) {
  await flow.newUser(userid)
  await flow.speakAs('web')
  const { id } = await flow.start(userid)
  await flow.speakAs('worker')
  await flow.runJobs()
  await flow.speakAs('web')
  return id
}

async function answer(userid: string, bendings = {}) {
  await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision'), bendings))
  await flow.speakAs('worker')
  await flow.runJobs()
  await flow.speakAs('web')
}

describe('one enrolment', () => {
  it('the offer is for those who may manage enrolments; an auditor sees all but that', async () => {
    const id = await offered('one.offered')
    const [mine, theirs] = [await getEnrollment(helpdesk, id), await getEnrollment(auditor, id)]
    expect(mine?.offer).toMatchObject({ uri: flow.commandFor('one.offered', 'provision').destination.uri, timeoutS: 300 })
    expect(Date.parse(mine?.offer?.expiresAt ?? '') - Date.parse(mine?.serverTime ?? '')).toBeGreaterThan(280_000)
    expect(theirs).toMatchObject({ state: 'offered', offer: null, servername: expect.any(String) })
    expect(JSON.stringify(theirs)).not.toContain('token=')
  })

  it('an offer that ended is nobody’s any more', async () => {
    const id = await offered('one.cancelled')
    await cancelEnrollment(flow.helpdesk, id)
    expect(await getEnrollment(helpdesk, id)).toMatchObject({ state: 'cancelled', offer: null, failure: { code: 'cancelled' } })
  })

  it('after the phone’s answer: device, keys, evidence, certificate, and a timeline that tells the story', async () => {
    const id = await offered('one.whole')
    await answer('one.whole')
    const view = await getEnrollment(helpdesk, id)
    expect(view).toMatchObject({
      state: 'delivering',
      offer: null,
      device: { name: 'Åsa’s iPhone', model: 'iPhone', operatingsystem: 'iOS (18.1)' },
      delivery: { attempt: 1, sentAt: expect.any(String) },
      evidence: { verdict: 'passed' },
      keys: [
        {
          keyid: 'signer',
          csrSubject: expect.stringContaining('CN=Åsa Öberg'),
          spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      certificates: [{ keyid: 'signer', issuer: 'Certdesk Issuing CA', state: 'active', deliveredAt: null }],
    })
    expect(view?.evidence?.checks).toHaveLength(25)
    expect(view?.certificates[0]?.pem).toMatch(/^-----BEGIN CERTIFICATE-----\n(.{1,64}\n)+-----END CERTIFICATE-----\n$/)
    const states = view?.timeline.map((entry) => entry.state).filter(Boolean)
    expect(states).toEqual(['requesting', 'offered', 'answered', 'issuing', 'delivering'])
    expect(Object.keys(view?.enteredAt ?? {})).toEqual(states)
  })

  it('a refused answer is a record too: device and keys as they were read, no certificate', async () => {
    const id = await offered('one.rejected')
    await answer('one.rejected', { header: (header: { nonce: string }) => ({ ...header, nonce: 'another' }) })
    const view = await getEnrollment(helpdesk, id)
    expect(view).toMatchObject({
      state: 'rejected',
      evidence: { verdict: 'failed' },
      certificates: [],
      failure: { code: 'nonce' },
    })
    expect(view?.device?.name).toBe('Åsa’s iPhone')
  })

  it.each(['', 'x', '00000000-0000-4000-8000-000000000000', "'; DROP TABLE enrollment; --", '\u0000'])(
    '%j is nobody',
    async (id) => {
      expect(await getEnrollment(helpdesk, id)).toBeNull()
      expect(await getExchange(helpdesk, id)).toBeNull()
    },
  )

  it('a user’s own account sees its own only', async () => {
    const id = await offered('one.own')
    await flow.newUser('one.other')
    const { rows } = await flow.owner.query('SELECT id FROM "user" WHERE userid = ANY($1) ORDER BY userid DESC', [
      ['one.own', 'one.other'],
    ])
    const as = (userId: string) => authorize({ kind: 'account', id: 'u', name: 'U', role: 'user', userId }, 'self:enroll')
    expect((await getEnrollment(as(rows[0].id), id))?.offer).not.toBeNull()
    expect(await getEnrollment(as(rows[1].id), id)).toBeNull()
  })
})

describe('its messages', () => {
  it('in the order of time, offers taken out, the nonce shown only when it is used up', async () => {
    const id = await offered('messages')
    const { body, destination } = flow.commandFor('messages', 'provision')
    const { nonce } = body.provCommand
    const live = await getExchange(helpdesk, id)
    expect(live?.map((m) => [m.direction, m.kind])).toEqual([
      ['to_hermod', 'provision'],
      ['from_hermod', 'provision'],
    ])
    expect(JSON.stringify(live)).not.toContain(nonce)

    await answer('messages')
    await flow.callBack(flow.envelope(flow.commandFor('messages', 'certificate'), { certResponse: { code: 0 } }), 'certificate')
    await flow.speakAs('worker')
    await flow.runJobs()
    await flow.speakAs('web')
    const all = await getExchange(helpdesk, id)
    expect(all?.map((m) => m.title)).toEqual([
      'provision command 1',
      'reply to provision command 1',
      'callback to /provision',
      'certificate command 1',
      'reply to certificate command 1',
      'callback to /certificate',
    ])
    expect(all?.[0]?.body).toContain(nonce)
    const token = new URL(destination.uri).searchParams.get('token') ?? 'none'
    expect(JSON.stringify(all)).not.toContain(token)
    expect(JSON.stringify(all)).not.toMatch(/plugout/)
  })
})

describe('list', () => {
  beforeAll(async () => {
    for (const userid of ['list.a', 'list.b', 'list.c']) await offered(userid)
    await offered('list.answered')
    await answer('list.answered')
  })

  it('by state, person, words and time; totals are true', async () => {
    const running = await listEnrollments(helpdesk, { state: ['offered', 'requesting'] })
    expect(running.items.every((row) => row.state === 'offered')).toBe(true)
    expect(running.total).toBe(running.items.length)
    expect((await listEnrollments(helpdesk, { q: 'list.answered' })).items).toMatchObject([
      { user: { userid: 'list.answered' }, device: { name: 'Åsa’s iPhone' }, startedByName: 'Desk', state: 'delivering' },
    ])
    expect((await listEnrollments(helpdesk, { q: 'aSA ÖBERG' })).total).toBeGreaterThan(3)
    expect((await listEnrollments(helpdesk, { q: '%' })).total).toBe(0)
    expect((await listEnrollments(helpdesk, { state: [] })).total).toBe(0)
    expect((await listEnrollments(helpdesk, { userId: 'x' })).total).toBe(0)
    const [first] = running.items
    expect((await listEnrollments(helpdesk, { q: ` ${first?.id} ` })).items.map((row) => row.id)).toEqual([first?.id])
    expect((await listEnrollments(helpdesk, { withinHours: 1 })).total).toBe((await listEnrollments(helpdesk)).total)
  })

  it('a cursor visits every row once, in every order', async () => {
    const { total } = await listEnrollments(helpdesk)
    for (const sort of ['-created', 'created', '-changed', 'changed'] as const) {
      const seen = new Set<string>()
      let cursor: string | undefined
      do {
        const page = await listEnrollments(helpdesk, { sort, limit: 2, cursor })
        for (const row of page.items) seen.add(row.id)
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(seen.size, sort).toBe(total)
    }
  })
})
