/** Rehearsals of a change of rules: stored answers judged again, and nothing changed by it. */
import { describe, expect, it } from 'vitest'
import { type PolicyDraft, readVendorJwk } from '#lib/core/enrollment/attestation-policy.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { findRehearsal, insertRehearsal } from '#lib/data/rehearsals.ts'
import { saveAttestationPolicy } from '#lib/workflows/save-attestation-policy.ts'
import {
  admin,
  answered,
  app,
  file,
  flow,
  imported,
  makeOlder,
  policyTests,
  query,
  rehearsed,
  save,
  signedBy,
} from './attestation-policy-fixtures.ts'

policyTests()

describe('a rehearsal', () => {
  it('says how many accepted answers a change would refuse, and which, and changes nothing', async () => {
    const good = await answered()
    const bad = await answered({ header: (h: object) => ({ ...h, nonce: 'f'.repeat(32) }) } as never)
    const versions = (await listPolicyVersions(admin)).length
    const { result } = await rehearsed({ keySets: {}, schPins: [Buffer.alloc(32, 5).toString('base64')] })
    const [counts] = await query(
      `SELECT count(*) FILTER (WHERE verdict = 'passed')::int AS passed, count(*) FILTER (WHERE verdict = 'failed')::int AS failed FROM evidence`,
    )
    expect(result).toMatchObject({
      accepted: counts.passed,
      refused: counts.failed,
      nowRefused: counts.passed,
      nowAccepted: 0,
      unreadable: 0,
    })
    expect(result?.changes.find((one) => one.enrollmentId === good.id)).toMatchObject({
      userid: good.userid,
      before: { verdict: 'passed', check: null },
      after: { verdict: 'failed', check: 'C14', code: 'sch' },
    })
    expect(result?.changes.find((one) => one.enrollmentId === bad.id)).toBeUndefined()
    expect(await listPolicyVersions(admin)).toHaveLength(versions)
    expect((await flow.look(good.id)).state).toBe('delivering')
  })

  it('of what is in force changes no verdict but those of other rules', async () => {
    await answered()
    const { result } = await rehearsed({ keySets: {}, schPins: [] })
    const [key] = Object.values(file()).flat()
    const { thumbprint } = readVendorJwk(JSON.stringify(key))
    // Signed by a key that is not trusted now, or refused for nothing but a pin that is not there now.
    const others = await query(
      `SELECT a.enrollment_id AS id FROM evidence e JOIN answer a ON a.id = e.answer_id
       WHERE (e.verdict = 'passed' AND a.attestation_thumbprint <> $1)
          OR (SELECT array_agg(c ->> 'code') FROM jsonb_array_elements(e.checks) AS c WHERE c ->> 'outcome' = 'fail') = '{sch}'`,
      thumbprint,
    )
    expect(result?.changes.map((one) => one.enrollmentId).sort()).toEqual(others.map(({ id }) => id).sort())
  })

  it('of a profile’s monitored checks looks at that profile alone', async () => {
    await save({ keySets: {}, schPins: [Buffer.alloc(32, 5).toString('base64')] })
    const refused = await answered()
    const wish = {
      change: 'profile',
      profile: 'Employee mobile ID',
      monitoredChecks: ['C14' as const],
      heldChecks: [],
      attestationKeySet: null,
      period: { last: 100 },
    } as const
    const id = await insertRehearsal(admin, { ...wish, heldChecks: [], monitoredChecks: ['C14'] })
    const none = await insertRehearsal(admin, { ...wish, heldChecks: [], monitoredChecks: ['C14'], profile: 'No such profile' })
    await flow.runJobs()
    expect((await findRehearsal(admin, id))?.result?.changes.find((one) => one.enrollmentId === refused.id)).toMatchObject({
      before: { verdict: 'failed', code: 'sch' },
      after: { verdict: 'passed' },
    })
    expect((await findRehearsal(admin, none))?.result).toMatchObject({ accepted: 0, refused: 0, changes: [] })
    await save({ keySets: {}, schPins: [] })
  })

  it('of another key set of a profile replays its answers under the keys of that set', async () => {
    const own = [imported(app, 'own app')]
    await save({ keySets: { OWN: own, ATTESTATION: own }, schPins: [] })
    const [builtIn, ownApp] = [await answered(), await answered(signedBy(app))]
    const id = await insertRehearsal(admin, {
      change: 'profile',
      profile: 'Employee mobile ID',
      monitoredChecks: [],
      heldChecks: ['C24'],
      attestationKeySet: 'OWN',
      period: { last: 100 },
    })
    await flow.runJobs()
    const { result } = (await findRehearsal(admin, id)) ?? {}
    expect(result?.changes.find((one) => one.enrollmentId === ownApp.id)).toBeUndefined()
    expect(result?.changes.find((one) => one.enrollmentId === builtIn.id)).toMatchObject({
      before: { verdict: 'passed' },
      after: { verdict: 'failed', check: 'C10', code: 'attestation_key' },
    })
    await save({ keySets: {}, schPins: [] })
  })

  it('counts for an hour, and not beyond the next version of the policy', async () => {
    const draft: PolicyDraft = { keySets: { NEW: [imported(app, 'x')] }, schPins: [] }
    const { id: rehearsalId } = await rehearsed(draft)
    const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
    const attempt = () => saveAttestationPolicy(admin, { basedOn, draft, note: 'n', rehearsalId })
    await makeOlder(rehearsalId, '61 minutes')
    await expect(attempt()).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('an hour old') })
    await makeOlder(rehearsalId, '-61 minutes')
    await attempt()
    expect(await findRehearsal(admin, rehearsalId)).toMatchObject({ overtaken: true })
    await save({ keySets: {}, schPins: [] })
  })

  it('of one answer, or of keys as they counted once, is not enough to save by', async () => {
    const draft: PolicyDraft = { keySets: { NEW: [imported(app, 'x', '2020-01-01T00:00:00.000Z')] }, schPins: [] }
    const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
    const wishes = [
      { asOf: null, period: { last: 1 } },
      { asOf: '2019-01-01T00:00:00.000Z', period: { days: 7 } },
    ] as const
    for (const wish of wishes) {
      const rehearsalId = await insertRehearsal(admin, { change: 'policy', draft, basedOn, ...wish })
      await flow.runJobs()
      expect((await findRehearsal(admin, rehearsalId))?.result).not.toBeNull()
      await expect(saveAttestationPolicy(admin, { basedOn, draft, note: 'n', rehearsalId })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('ehears'),
      })
    }
  })

  it('that was overtaken by another version says so', async () => {
    const id = await insertRehearsal(admin, {
      change: 'policy',
      draft: { keySets: {}, schPins: [] },
      basedOn: 0,
      asOf: null,
      period: { last: 1 },
    })
    await flow.runJobs()
    expect(await findRehearsal(admin, id)).toMatchObject({
      finished: true,
      result: null,
      failure: expect.stringContaining('changed meanwhile'),
    })
  })
})
