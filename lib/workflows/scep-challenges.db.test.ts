/** Challenges of a SCEP CA from the page where they are entered to the certificate, through the whole pipeline. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningScepCa, startScepCa } from '#e2e/peers/scep-ca.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { getExchange } from '#lib/data/enrollment-exchange.ts'
import { type Flow, type ReceivedCommand, startFlow } from '#lib/jobs/flow-fixtures.ts'
import { ensureWorkerSealingKey } from './ensure-sealing-key.ts'
import { admin, EST_DEFINITION } from './est-fixtures.ts'
import { previewSubject } from './preview-subject.ts'
import { renewOffer } from './renew-offer.ts'
import { saveIssuer } from './save-issuer.ts'
import { startEnrollment } from './start-enrollment.ts'
import { testConnection } from './test-connection.ts'

const PROFILE = 'By challenge'
let flow: Flow
let ca: RunningScepCa
let issuerId: string
let counter = 0
/** Those that the CA takes and the portal has. */
let given: string[]

beforeAll(async () => {
  flow = await startFlow()
  ca = await startScepCa({
    challenges: new Set(),
    profile: {
      validityDays: 90,
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['clientAuth', 'emailProtection'],
    },
  })
  await flow.speakAs('worker')
  await ensureWorkerSealingKey(systemGrant(), flow.context)
  const saved = await save('')
  issuerId = saved.id
  await testConnection(systemGrant(), flow.context, { testId: saved.testId })
  const { rows } = await flow.owner.query('SELECT steps FROM connection_test WHERE id = $1', [saved.testId])
  expect(rows[0].steps.at(-1)).toMatchObject({ name: 'enrolment', outcome: 'skipped' })
  // Two keys: each needs its own.
  const [key] = EST_DEFINITION.keys
  const definition = { ...EST_DEFINITION, keys: [key, { ...key, keyid: 'second' }] }
  await flow.owner.query(`INSERT INTO profile (id, name, title, position) VALUES (gen_random_uuid(), $1, $1, -1)`, [PROFILE])
  await flow.owner.query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), id, 1, $2, $3 FROM profile WHERE name = $1`,
    [PROFILE, JSON.stringify(definition), issuerId],
  )
}, 90_000)
afterAll(async () => {
  await ca?.close()
  await flow?.stop()
})
/** Each test enters what it needs; what an earlier one left is not there any more. */
beforeEach(async () => {
  await flow.owner.query('DELETE FROM issuer_challenge WHERE command_id IS NULL')
  ca.options.challenges?.clear()
  ca.issued.length = 0
  flow.hermod.odd.length = 0
})

async function save(challenges: string, change: Record<string, unknown> = {}): Promise<{ id: string; testId: string }> {
  await flow.speakAs('web')
  try {
    return await saveIssuer(admin, {
      ...(issuerId === undefined ? {} : { id: issuerId }),
      name: 'corporate-scep',
      kind: 'scep',
      secrets: {},
      challenges,
      config: {
        url: ca.url,
        tlsCa: null,
        anchorSha256: ca.fingerprint,
        caIdentifier: null,
        raCertificate: null,
        messageType: 'PKCSReq',
        legacyAlgorithms: false,
        timeoutMs: 2_000,
        challenge: 'one-time',
        ...change,
      },
    })
  } finally {
    await flow.speakAs('worker')
  }
}

/** Good at the CA, and entered here. */
async function enter(n: number): Promise<void> {
  given = Array.from({ length: n }, () => `challenge-${counter++}`)
  for (const one of given) ca.options.challenges?.add(one)
  await save(given.join('\n'))
}

async function start(): Promise<{ id: string; userid: string }> {
  const userid = await flow.newUser()
  await flow.speakAs('web')
  const { id } = await startEnrollment(flow.helpdesk, { userid, profileName: PROFILE })
  await flow.speakAs('worker')
  await flow.runJobs()
  return { id, userid }
}

interface Asked {
  provCommand: { profile: { keygenrequests: { certreq: string }[] } }
}
/** The challenges in a command, in the order of its keys. */
const challengesIn = (command: ReceivedCommand): string[] =>
  (command.body as unknown as Asked).provCommand.profile.keygenrequests.map(({ certreq }) => {
    const [found] = readCsr(Buffer.from(certreq, 'base64')).attributes
    return Buffer.from(found?.values[0]?.value ?? '').toString('utf8')
  })

async function callBack(body: string): Promise<void> {
  await flow.speakAs('web')
  await flow.callBack(body)
  await flow.speakAs('worker')
}

async function answer(userid: string, bendings = {}): Promise<void> {
  await callBack(flow.answerTo(flow.commandFor(userid, 'provision'), bendings))
  await flow.runJobs()
}

const left = async (): Promise<number> =>
  (await flow.owner.query('SELECT 1 FROM issuer_challenge WHERE command_id IS NULL')).rowCount ?? 0

describe('one-time challenges of a SCEP CA', () => {
  it('each key takes its own into its dummy, the phone signs it, and the CA spends it', async () => {
    await enter(5)
    const { id, userid } = await start()
    const taken = challengesIn(flow.commandFor(userid, 'provision'))
    expect(new Set(taken).size).toBe(2)
    expect(given).toEqual(expect.arrayContaining(taken))
    expect(await left()).toBe(3)
    await answer(userid)
    expect(await flow.look(id)).toMatchObject({ state: 'delivering' })
    expect(ca.issued).toHaveLength(2)
    expect([...(ca.options.challenges ?? [])]).toEqual(given.filter((one) => !taken.includes(one)))
    expect((await flow.owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
  })

  it('a CA that does not know it any more refuses, in words', async () => {
    await enter(2)
    ca.options.challenges?.clear()
    const { id, userid } = await start()
    await answer(userid)
    expect(await flow.look(id)).toMatchObject({
      state: 'failed',
      failure_code: 'ca_refused',
      failure_detail: expect.stringMatching(/challenge is missing, unknown or used up/),
    })
  })

  it('an answer without it is refused with what that means, and nothing is asked of the CA', async () => {
    await enter(2)
    const { id, userid } = await start()
    await answer(userid, { attributes: () => [] })
    const row = await flow.look(id)
    expect(row).toMatchObject({ state: 'rejected', failure_code: 'csr_challenge' })
    expect(row.failure_detail).toMatch(/did not keep the challenge/)
    expect(ca.issued).toHaveLength(0)
  })

  it('a new offer takes new ones: a phone may have seen the old', async () => {
    await enter(4)
    const { id, userid } = await start()
    const before = challengesIn(flow.commandFor(userid, 'provision'))
    await flow.speakAs('web')
    await renewOffer(flow.helpdesk, id)
    await flow.speakAs('worker')
    await flow.runJobs()
    expect([...before, ...challengesIn(flow.commandFor(userid, 'provision'))].sort()).toEqual(given.sort())
    await answer(userid)
    expect(await flow.look(id)).toMatchObject({ state: 'delivering' })
  })

  it('a command that the messaging server did not take hands them on: nobody had its offer', async () => {
    await enter(2)
    flow.hermod.odd.push((_request, response) => response.writeHead(503).end())
    const { id, userid } = await start()
    const standing = async () => {
      await flow.runJobs()
      return (await flow.look(id)).state
    }
    await expect.poll(standing).toBe('offered')
    expect(challengesIn(flow.commandFor(userid, 'provision')).sort()).toEqual(given.sort())
    await answer(userid)
    expect(await flow.look(id)).toMatchObject({ state: 'delivering' })
  })

  it('none is given out twice when many start at once; who gets none is told before anybody scans', async () => {
    await enter(8)
    const userids: string[] = []
    for (let n = 0; n < 6; n++) userids.push(await flow.newUser())
    await flow.speakAs('web')
    const ids = await Promise.all(userids.map((userid) => startEnrollment(flow.helpdesk, { userid, profileName: PROFILE })))
    await flow.speakAs('worker')
    await flow.runJobs()
    const rows: Awaited<ReturnType<Flow['look']>>[] = []
    for (const { id } of ids) rows.push(await flow.look(id))
    const offered = rows.filter(({ state }) => state === 'offered')
    const used = userids.flatMap((_userid, i) =>
      rows[i]?.state === 'offered' ? challengesIn(flow.commandFor(userids[i] ?? '', 'provision')) : [],
    )
    expect(new Set(used).size).toBe(used.length)
    expect(offered).toHaveLength(4)
    for (const row of rows.filter(({ state }) => state !== 'offered'))
      expect(row).toMatchObject({
        state: 'failed',
        failure_code: 'no_challenge',
        failure_detail: expect.stringMatching(/one-time challenge for each key/),
      })
  })

  it('nothing is taken by a run that writes no command', async () => {
    await enter(2)
    const { id } = await start()
    await expect(
      flow.owner.query(
        'UPDATE issuer_challenge SET command_id = NULL, keyid = NULL, taken_at = NULL WHERE command_id IS NOT NULL',
      ),
    ).rejects.toThrow(/given out before/)
    const { id: other } = await start()
    await expect(
      flow.owner.query(
        `UPDATE issuer_challenge SET command_id = (SELECT c.id FROM command c WHERE c.enrollment_id = $2 LIMIT 1)
         WHERE command_id = (SELECT current_command_id FROM enrollment WHERE id = $1)`,
        [id, other],
      ),
    ).rejects.toThrow(/given out before/)
    expect(await flow.look(other)).toMatchObject({ state: 'failed', failure_code: 'no_challenge' })
  })

  it('readiness stops the start when too few are left, and names who mends it', async () => {
    await enter(1)
    const userid = await flow.newUser()
    await flow.speakAs('web')
    const preview = await previewSubject(flow.helpdesk, { userid, profileName: PROFILE })
    expect(preview.parts.find(({ part }) => part === 'issuer')).toMatchObject({ state: 'broken', reason: 'no_challenge' })
    await enter(1)
    await flow.speakAs('web')
    const { parts } = await previewSubject(flow.helpdesk, { userid, profileName: PROFILE })
    expect(parts.find(({ part }) => part === 'issuer')?.reason).toBeUndefined()
    await flow.speakAs('worker')
  })

  it('with another address those that were stored are none that is left', async () => {
    await enter(4)
    await save('', { url: `${ca.url}/elsewhere` })
    try {
      const { id } = await start()
      expect(await flow.look(id)).toMatchObject({ state: 'failed', failure_code: 'no_challenge' })
    } finally {
      await save('')
    }
    expect(await left()).toBe(4)
  })

  it.each([
    ['a\nb\n\na', /^Line 4 was there before/],
    [`a\n${'x'.repeat(256)}`, /^Line 2 has more than 255/],
    ['a\u0007b', /^Line 1 has a control/],
    [Array.from({ length: 501 }, (_, n) => `n${n}`).join('\n'), /^At most 500/],
  ])('refuses a list by the line that is wrong', async (text, words) => {
    const error = await save(text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(RequestError)
    expect((error as RequestError).fields.challenges).toMatch(words)
    expect(await left()).toBe(0)
  })

  it('stands nowhere in the clear but in the request itself, and there only for who may not act with it', async () => {
    await enter(2)
    const { id, userid } = await start()
    const shown = async () => {
      const exchange = await getExchange(flow.helpdesk, id)
      return JSON.stringify(exchange)
    }
    const requests = (flow.commandFor(userid, 'provision').body as unknown as Asked).provCommand.profile.keygenrequests
    const certreq = requests[0]?.certreq ?? ''
    expect(await shown()).not.toContain(certreq)
    const body = flow.answerTo(flow.commandFor(userid, 'provision'))
    await callBack(body)
    const { data } = JSON.parse(body).provResponse.result
    expect(await shown()).not.toContain(data)
    await flow.runJobs()
    expect(await flow.look(id)).toMatchObject({ state: 'delivering' })
    // Spent.
    expect(await shown()).toContain(certreq)
    expect(await shown()).toContain(data)
    const { rows } = await flow.owner.query<{ text: string }>(
      `SELECT (SELECT string_agg(a::text, ' ') FROM audit_entry a) || (SELECT string_agg(e.checks::text || e.policy::text, ' ') FROM evidence e)
              || (SELECT string_agg(encode(sealed, 'escape'), ' ') FROM issuer_challenge) AS text`,
    )
    expect(rows[0]?.text).toContain('issuer.challenges_added')
    for (const one of given) {
      expect(rows[0]?.text).not.toContain(one)
      expect(rows[0]?.text).not.toContain(createHash('sha256').update(one).digest('hex'))
    }
  })

  it('cannot be read or taken by the web’s database role', async () => {
    const web = new pg.Client({ connectionString: flow.database.webUrl })
    await web.connect()
    try {
      for (const statement of [
        'SELECT sealed FROM issuer_challenge',
        'UPDATE issuer_challenge SET taken_at = NULL',
        'DELETE FROM issuer_challenge',
      ])
        await expect(web.query(statement)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await web.end()
    }
  })
})
