/** Challenges of a SCEP CA from the page where they are entered to the certificate, through the whole pipeline; and what is seen of them, and by whom. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeBundleKey } from '#e2e/builders/bundle.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { buildParts, signBundle } from '#lib/core/bundle/build.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { RequestError } from '#lib/core/errors.ts'
import { readBundleContent } from '#lib/data/bundle-content.ts'
import { getExchange } from '#lib/data/enrollment-exchange.ts'
import { previewSubject } from '#lib/workflows/preview-subject.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import type { Flow } from './flow-fixtures.ts'
import { type ChallengeFlow, PROFILE, startChallengeFlow } from './scep-challenge-fixtures.ts'

let on: ChallengeFlow
/** Those that the CA takes and the portal has. */
let given: string[]

beforeAll(async () => {
  on = await startChallengeFlow()
}, 90_000)
afterAll(() => on?.stop())
beforeEach(() => on.clear())

describe('one-time challenges of a SCEP CA', () => {
  it('a test of the connection spares them', () => {
    expect(on.steps.at(-1)).toMatchObject({ name: 'enrolment', outcome: 'skipped' })
  })

  it('each key takes its own into its dummy, the phone signs it, and the CA spends it', async () => {
    given = await on.enter(5)
    const { id, userid } = await on.start()
    const taken = on.challengesIn(on.flow.commandFor(userid, 'provision'))
    expect(new Set(taken).size).toBe(2)
    expect(given).toEqual(expect.arrayContaining(taken))
    expect(await on.left()).toBe(3)
    await on.answer(userid)
    expect(await on.flow.look(id)).toMatchObject({ state: 'delivering' })
    expect(on.ca.issued).toHaveLength(2)
    expect([...(on.ca.options.challenges ?? [])]).toEqual(given.filter((one) => !taken.includes(one)))
    expect((await on.flow.owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
  })

  it('a CA that does not know it any more refuses, in words', async () => {
    given = await on.enter(2)
    on.ca.options.challenges?.clear()
    const { id, userid } = await on.start()
    await on.answer(userid)
    expect(await on.flow.look(id)).toMatchObject({
      state: 'failed',
      failure_code: 'ca_refused',
      failure_detail: expect.stringMatching(/challenge is missing, unknown or used up/),
    })
  })

  it('an answer without it is refused with what that means, and nothing is asked of the CA', async () => {
    given = await on.enter(2)
    const { id, userid } = await on.start()
    await on.answer(userid, { attributes: () => [] })
    const row = await on.flow.look(id)
    expect(row).toMatchObject({ state: 'rejected', failure_code: 'csr_challenge' })
    expect(row.failure_detail).toMatch(/did not keep the challenge/)
    expect(on.ca.issued).toHaveLength(0)
  })

  it('a new offer takes new ones: a phone may have seen the old', async () => {
    given = await on.enter(4)
    const { id, userid } = await on.start()
    const before = on.challengesIn(on.flow.commandFor(userid, 'provision'))
    await on.flow.speakAs('web')
    await renewOffer(on.flow.helpdesk, id)
    await on.flow.speakAs('worker')
    await on.flow.runJobs()
    expect([...before, ...on.challengesIn(on.flow.commandFor(userid, 'provision'))].sort()).toEqual(given.sort())
    await on.answer(userid)
    expect(await on.flow.look(id)).toMatchObject({ state: 'delivering' })
  })

  it('a command that the messaging server did not take hands them on: nobody had its offer', async () => {
    given = await on.enter(2)
    on.flow.hermod.odd.push((_request, response) => response.writeHead(503).end())
    const { id, userid } = await on.start()
    const standing = async () => {
      await on.flow.runJobs()
      return (await on.flow.look(id)).state
    }
    await expect.poll(standing).toBe('offered')
    expect(on.challengesIn(on.flow.commandFor(userid, 'provision')).sort()).toEqual(given.sort())
    await on.answer(userid)
    expect(await on.flow.look(id)).toMatchObject({ state: 'delivering' })
  })

  it('none is given out twice when many start at once; who gets none is told before anybody scans', async () => {
    given = await on.enter(8)
    const userids: string[] = []
    for (let n = 0; n < 6; n++) userids.push(await on.flow.newUser())
    await on.flow.speakAs('web')
    const ids = await Promise.all(userids.map((userid) => startEnrollment(on.flow.helpdesk, { userid, profileName: PROFILE })))
    await on.flow.speakAs('worker')
    await on.flow.runJobs()
    const rows: Awaited<ReturnType<Flow['look']>>[] = []
    for (const { id } of ids) rows.push(await on.flow.look(id))
    const offered = rows.filter(({ state }) => state === 'offered')
    const used = userids.flatMap((_userid, i) =>
      rows[i]?.state === 'offered' ? on.challengesIn(on.flow.commandFor(userids[i] ?? '', 'provision')) : [],
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
    given = await on.enter(2)
    const { id } = await on.start()
    await expect(
      on.flow.owner.query(
        'UPDATE issuer_challenge SET command_id = NULL, keyid = NULL, taken_at = NULL WHERE command_id IS NOT NULL',
      ),
    ).rejects.toThrow(/given out before/)
    const { id: other } = await on.start()
    await expect(
      on.flow.owner.query(
        `UPDATE issuer_challenge SET command_id = (SELECT c.id FROM command c WHERE c.enrollment_id = $2 LIMIT 1)
         WHERE command_id = (SELECT current_command_id FROM enrollment WHERE id = $1)`,
        [id, other],
      ),
    ).rejects.toThrow(/given out before/)
    expect(await on.flow.look(other)).toMatchObject({ state: 'failed', failure_code: 'no_challenge' })
  })

  it('readiness stops the start when too few are left, and names who mends it', async () => {
    given = await on.enter(1)
    const userid = await on.flow.newUser()
    await on.flow.speakAs('web')
    const preview = await previewSubject(on.flow.helpdesk, { userid, profileName: PROFILE })
    expect(preview.parts.find(({ part }) => part === 'issuer')).toMatchObject({ state: 'broken', reason: 'no_challenge' })
    given = await on.enter(1)
    await on.flow.speakAs('web')
    const { parts } = await previewSubject(on.flow.helpdesk, { userid, profileName: PROFILE })
    expect(parts.find(({ part }) => part === 'issuer')?.reason).toBeUndefined()
    await on.flow.speakAs('worker')
  })

  it('with another address those that were stored are none that is left', async () => {
    given = await on.enter(4)
    await on.save('', { url: `${on.ca.url}/elsewhere` })
    try {
      const { id } = await on.start()
      expect(await on.flow.look(id)).toMatchObject({ state: 'failed', failure_code: 'no_challenge' })
    } finally {
      await on.save('')
    }
    expect(await on.left()).toBe(4)
  })

  it('those that are thrown away are given to nobody; the ones entered with it are', async () => {
    given = await on.enter(3)
    await on.save('later-1\nlater-2', {}, true)
    const { userid } = await on.start()
    expect(on.challengesIn(on.flow.commandFor(userid, 'provision')).sort()).toEqual(['later-1', 'later-2'])
    const { id: none } = await on.start()
    expect(await on.flow.look(none)).toMatchObject({ state: 'failed', failure_code: 'no_challenge' })
    const { rows } = await on.flow.owner.query(`SELECT detail FROM audit_entry WHERE action = 'issuer.challenges_discarded'`)
    expect(rows).toEqual([{ detail: { count: 3 } }])
  })

  it.each([
    ['a\nb\n\na', /^Line 4 was there before/],
    [`a\n${'x'.repeat(256)}`, /^Line 2 has more than 255/],
    ['a\u0007b', /^Line 1 has a control/],
    [Array.from({ length: 501 }, (_, n) => `n${n}`).join('\n'), /^At most 500/],
  ])('refuses a list by the line that is wrong', async (text, words) => {
    const error = await on.save(text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(RequestError)
    expect((error as RequestError).fields.challenges).toMatch(words)
    expect(await on.left()).toBe(0)
  })
})

describe('a challenge', () => {
  it('stands nowhere in the clear but in the request itself, and there only for who may not act with it', async () => {
    given = await on.enter(2)
    const { id, userid } = await on.start()
    const shown = async () => {
      const exchange = await getExchange(on.flow.helpdesk, id)
      return JSON.stringify(exchange)
    }
    const [certreq = ''] = on.certreqsIn(on.flow.commandFor(userid, 'provision'))
    expect(await shown()).not.toContain(certreq)
    const body = on.flow.answerTo(on.flow.commandFor(userid, 'provision'))
    await on.callBack(body)
    const { data } = JSON.parse(body).provResponse.result
    expect(await shown()).not.toContain(data)
    await on.flow.runJobs()
    expect(await on.flow.look(id)).toMatchObject({ state: 'delivering' })
    // Spent: a bundle has it octet for octet, and proves that it came back as it was sent.
    const content = await readBundleContent(systemGrant(), id)
    if (content === null) throw new Error('no bundle')
    const key = makeBundleKey()
    const bundle = signBundle(buildParts(content), { enrollmentId: id, madeAt: '2026-01-01T00:00:00.000Z' }, key.spki, key.sign)
    expect(
      verifyBundle(Buffer.from(bundle), { trustedKeys: [key.spki] }).findings.filter(({ outcome }) => outcome === 'failed'),
    ).toEqual([])
    expect(await shown()).toContain(certreq)
    expect(await shown()).toContain(data)
    const { rows } = await on.flow.owner.query<{ text: string }>(
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
    const web = new pg.Client({ connectionString: on.flow.database.webUrl })
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
