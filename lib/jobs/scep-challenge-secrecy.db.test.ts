/** What is seen of a SCEP CA's challenges, and by whom. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeBundleKey } from '#e2e/builders/bundle.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { buildParts, signBundle } from '#lib/core/bundle/build.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { readBundleContent } from '#lib/data/bundle-content.ts'
import { getExchange } from '#lib/data/enrollment-exchange.ts'
import { type ChallengeFlow, startChallengeFlow } from './scep-challenge-fixtures.ts'

let on: ChallengeFlow
/** Those that the CA takes and the portal has. */
let given: string[]

beforeAll(async () => {
  on = await startChallengeFlow()
}, 90_000)
afterAll(() => on?.stop())
beforeEach(() => on.clear())

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
