/** The attestation policy as the worker lives it: versions, what judged what, and what the roles may. */
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import type { PolicyDraft } from '#lib/core/enrollment/attestation-policy.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { saveAttestationPolicy } from '#lib/workflows/save-attestation-policy.ts'
import { syncAttestationPolicy } from '#lib/workflows/sync-attestation-policy.ts'
import {
  admin,
  answered,
  app,
  file,
  flow,
  imported,
  judgedBy,
  policyTests,
  query,
  rehearsed,
  save,
  setHeldChecks,
  signedBy,
  vendorLine,
} from './attestation-policy-fixtures.ts'

const grant = systemGrant()
policyTests()

describe('versions', () => {
  it('the file of a worker that starts is one version, however many start, and another file is the next', async () => {
    const before = (await listPolicyVersions(grant)).length
    await Promise.all(Array.from({ length: 6 }, () => syncAttestationPolicy(grant, file())))
    expect(await listPolicyVersions(grant)).toHaveLength(before)
    const other = { ...file(), OTHER: [JSON.parse(vendorLine(app, 'other'))] }
    await Promise.all(Array.from({ length: 6 }, () => syncAttestationPolicy(grant, other)))
    const versions = await listPolicyVersions(grant)
    expect(versions).toHaveLength(before + 1)
    expect(versions[0]).toMatchObject({
      number: before + 1,
      createdByName: 'Certdesk',
      note: expect.stringContaining('ATTESTATION_KEYS_FILE'),
    })
    expect([...(versions[0]?.policy.sets.keys() ?? [])].sort()).toEqual(['ATTESTATION', 'OTHER'])
    await syncAttestationPolicy(grant, file())
    expect(
      await query(`SELECT detail ->> 'version' AS n FROM audit_entry WHERE action = 'policy.changed' ORDER BY seq`),
    ).toHaveLength(before + 2)
  })

  it('an imported key counts for the next answer; each enrolment keeps the version it was judged by', async () => {
    const refused = await answered(signedBy(app))
    expect(await flow.look(refused.id)).toMatchObject({ state: 'rejected', failure_code: 'attestation_key' })
    const first = await judgedBy(refused.id)
    const { number } = await save({ keySets: { ATTESTATION: [imported(app, 'imported')] }, schPins: [] })
    const accepted = await answered(signedBy(app))
    expect((await flow.look(accepted.id)).state).toBe('delivering')
    expect(await judgedBy(accepted.id)).toEqual({ number, verdict: 'passed' })
    expect(await judgedBy(refused.id)).toEqual(first)
    expect(first.number).toBeLessThan(number)
    const desk = authorize({ kind: 'account', id: 'd', name: 'Desk', role: 'helpdesk', userId: null }, 'enrollment:read')
    const started = (await getEnrollment(desk, accepted.id))?.profileVersion
    await setHeldChecks(['C24'])
    expect(await getEnrollment(desk, accepted.id)).toMatchObject({ profileVersion: started, evidence: { policyVersion: number } })
    expect((await getEnrollment(desk, (await flow.start()).id))?.profileVersion).toBe((started ?? 0) + 1)
  })

  it('a key that has ended is not trusted any more; one of the file goes on', async () => {
    await save({ keySets: { ATTESTATION: [imported(app, 'imported', '2020-01-01T00:00:00.000Z')] }, schPins: [] })
    expect(await flow.look((await answered(signedBy(app))).id)).toMatchObject({
      state: 'rejected',
      failure_code: 'attestation_key',
    })
    expect((await flow.look((await answered()).id)).state).toBe('delivering')
  })

  it('a pinned sch decides', async () => {
    const other = Buffer.alloc(32, 5).toString('base64')
    await save({ keySets: {}, schPins: [other] })
    expect(await flow.look((await answered()).id)).toMatchObject({ state: 'rejected', failure_code: 'sch' })
    await save({ keySets: {}, schPins: [] })
    expect((await flow.look((await answered()).id)).state).toBe('delivering')
  })

  it('is refused without a note, without the rehearsal of this very change, and on top of an old version', async () => {
    const draft: PolicyDraft = { keySets: { NEW: [imported(app, 'x')] }, schPins: [] }
    const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
    const { id: rehearsalId } = await rehearsed(draft)
    const attempt = (change: object) => saveAttestationPolicy(admin, { basedOn, draft, note: 'n', rehearsalId, ...change })
    await expect(attempt({ note: '  ' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(attempt({ rehearsalId: basedOn.toString() })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(attempt({ draft: { keySets: { OTHER: [imported(app, 'x')] }, schPins: [] } })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await expect(attempt({ draft: { keySets: {}, schPins: [] } })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(attempt({ basedOn: basedOn - 1 })).rejects.toMatchObject({ code: 'conflict' })
    const outcomes = await Promise.allSettled([attempt({}), attempt({}), attempt({})])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await save({ keySets: {}, schPins: [] })
  })
})

describe('the roles', () => {
  const attempt = async (sql: string) => {
    const web = new pg.Client({ connectionString: flow.database.webUrl })
    await web.connect()
    try {
      await web.query(`BEGIN; ${sql}; ROLLBACK`)
      return 'done'
    } catch (error) {
      return (error as { code?: string }).code
    } finally {
      await web.end()
    }
  }
  const DENIED = '42501'

  it.each([
    [
      'may wish for a rehearsal',
      `INSERT INTO rehearsal (id, wish, created_by_name) VALUES (gen_random_uuid(), '{}', 'x')`,
      'done',
    ],
    [
      'may not say what came out',
      `INSERT INTO rehearsal (id, wish, created_by_name, result, finished_at) VALUES (gen_random_uuid(), '{}', 'x', '{}', now())`,
      DENIED,
    ],
    ['may not finish one', `UPDATE rehearsal SET result = '{}', finished_at = now()`, DENIED],
    [
      'may add a version',
      `INSERT INTO policy_version (id, number, definition, note, created_by_name) VALUES (gen_random_uuid(), 9999, '{}', 'n', 'x')`,
      'done',
    ],
    ['may not change one', `UPDATE policy_version SET note = 'x'`, DENIED],
    ['may not remove one', 'DELETE FROM policy_version', DENIED],
    ['may not write evidence', `UPDATE evidence SET verdict = 'passed'`, DENIED],
    ['may not say by which policy an answer was judged', 'UPDATE evidence SET policy_version_id = NULL', DENIED],
    ['may not remove an incident', 'DELETE FROM incident', DENIED],
    ['may not rewrite an incident', `UPDATE incident SET kind = 'blocked_key'`, DENIED],
  ])('the web %s', async (_name, sql, outcome) => {
    expect(await attempt(sql)).toBe(outcome)
  })

  it('a finished rehearsal stays as it is, even for the owner', async () => {
    const { id } = await rehearsed({ keySets: {}, schPins: [] })
    await expect(query(`UPDATE rehearsal SET result = '{}' WHERE id = $1`, id)).rejects.toThrow(/never changes/)
  })
})
