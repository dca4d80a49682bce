/** The attestation policy as the worker lives it: versions, what judged what, the block list, rehearsals. */
import { generateKeyPairSync, type KeyPairKeyObjectResult, type webcrypto } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { appJwk, newKey, spkiSha256 } from '#e2e/peer/answer.mjs'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { type PolicyDraft, readVendorJwk } from '#lib/core/enrollment/attestation-policy.ts'
import type { RehearsalResult } from '#lib/core/enrollment/rehearsal.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { listBlockedKeys } from '#lib/data/blocked-keys.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { findRehearsal, insertRehearsal } from '#lib/data/rehearsals.ts'
import { blockNamedKey } from '#lib/workflows/block-key.ts'
import { saveAttestationPolicy } from '#lib/workflows/save-attestation-policy.ts'
import { syncAttestationPolicy } from '#lib/workflows/sync-attestation-policy.ts'
import { unblockNamedKey } from '#lib/workflows/unblock-key.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const grant = systemGrant()
const admin = authorize({ kind: 'account', id: 'adm', name: 'Ada Admin', role: 'admin', userId: null }, 'settings:manage')
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

const query = async (sql: string, ...values: unknown[]) => (await flow.owner.query(sql, values)).rows
const vendorLine = (pair: { publicKey: unknown }, kid: string) => {
  const { n, e } = appJwk(pair.publicKey as never, { kid, use: 'sig' }) as webcrypto.JsonWebKey
  return JSON.stringify({ alg: 'RS256', e, keystate: 'active', kid, kty: 'RSA', n, use: 'sig' })
}
const imported = (pair: { publicKey: unknown }, kid: string, validUntil: string | null = null) => {
  const { jwk } = readVendorJwk(vendorLine(pair, kid))
  return { jwk, kid, note: '', validFrom: null, validUntil }
}

async function offered(userid?: string) {
  const { id, userid: who } = await flow.start(userid)
  await flow.runJobs()
  return { id, userid: who, command: flow.commandFor(who, 'provision') }
}

/** An enrolment up to its verdict. */
async function answered(bendings: Record<string, (value: never) => unknown> = {}, userid?: string) {
  const enrollment = await offered(userid)
  const body = flow.answerTo(enrollment.command, bendings)
  await flow.callBack(body)
  await flow.runJobs()
  return { ...enrollment, body }
}

const signedBy = (pair: KeyPairKeyObjectResult): Record<string, (value: never) => unknown> => ({
  headerKey: () => pair.publicKey,
  signer: () => pair.privateKey,
})

async function rehearsed(draft: PolicyDraft): Promise<{ id: string; result: RehearsalResult | null; failure: string | null }> {
  const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
  const id = await insertRehearsal(admin, { change: 'policy', draft, basedOn, asOf: null, period: { days: 7 } })
  await flow.runJobs()
  const found = await findRehearsal(admin, id)
  return { id, result: found?.result ?? null, failure: found?.failure ?? null }
}

async function save(draft: PolicyDraft, note = 'for the test') {
  const { id: rehearsalId } = await rehearsed(draft)
  const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
  return saveAttestationPolicy(admin, { basedOn, draft, note, rehearsalId })
}

const judgedBy = async (id: string) =>
  (
    await query(
      `SELECT v.number, e.verdict FROM evidence e JOIN answer a ON a.id = e.answer_id JOIN policy_version v ON v.id = e.policy_version_id
       WHERE a.enrollment_id = $1`,
      id,
    )
  )[0]
const incidentsOf = (id: string) => query('SELECT kind, about, detail FROM incident WHERE enrollment_id = $1 ORDER BY kind', id)

const answerOf = async (id: string) => (await query('SELECT id FROM answer WHERE enrollment_id = $1', id))[0]
const setHeldChecks = (heldChecks: string[]) =>
  query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), profile_id, version + 1, definition || jsonb_build_object('heldChecks', $1::jsonb), issuer_id
     FROM profile_version WHERE profile_id = (SELECT id FROM profile WHERE name = 'Employee mobile ID') ORDER BY version DESC LIMIT 1`,
    JSON.stringify(heldChecks),
  )

/** As if it had been finished so much earlier: its row does not let itself be changed. */
const makeOlder = (rehearsalId: string, by: string) =>
  flow.owner.query(`ALTER TABLE rehearsal DISABLE TRIGGER USER;
    UPDATE rehearsal SET finished_at = finished_at - interval '${by}' WHERE id = '${rehearsalId}';
    ALTER TABLE rehearsal ENABLE TRIGGER USER`)

const app = generateKeyPairSync('rsa', { modulusLength: 2048 })
const file = () => flow.attestationKeys as Record<string, object[]>

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

describe('what is known of keys', () => {
  it('F-N8: a key that leaked is blocked with the refusal, once, and refused from then on wherever it comes', async () => {
    const pair = newKey()
    const leak = { key: () => pair, innerPayload: (p: object) => ({ ...p, d: 'AQAB' }) } as never
    const one = await answered(leak)
    await flow.callBack(`${one.body} `)
    await flow.runJobs()
    expect(await flow.look(one.id)).toMatchObject({ state: 'rejected', failure_code: 'private_key_leaked' })
    expect(await incidentsOf(one.id)).toMatchObject([
      { kind: 'private_key_leaked', detail: { spkiSha256: spkiSha256(pair.publicKey) } },
    ])
    const again = await answered({ key: () => pair } as never)
    expect(await flow.look(again.id)).toMatchObject({ state: 'rejected', failure_code: 'private_key_leaked' })
    expect(await incidentsOf(again.id)).toMatchObject([{ kind: 'blocked_key' }])
    const listed = (await listBlockedKeys(admin)).filter((key) => key.spkiSha256 === spkiSha256(pair.publicKey))
    expect(listed).toMatchObject([{ code: 'private_key_leaked', createdByName: 'Certdesk' }])
    expect(
      await query(`SELECT 1 FROM audit_entry WHERE action = 'key.blocked' AND object_id = $1`, spkiSha256(pair.publicKey)),
    ).toHaveLength(1)
  })

  it('F-N8: a leaked key stays on the block list: nobody takes it off, and one that a person had blocked becomes one', async () => {
    const pair = newKey()
    const hash = spkiSha256(pair.publicKey)
    const rowOf = async () => (await listBlockedKeys(admin)).find((key) => key.spkiSha256 === hash)
    await blockNamedKey(admin, { key: hash, reason: 'phone stolen' })
    const leaked = await answered({ key: () => pair, innerPayload: (p: object) => ({ ...p, d: 'AQAB' }) } as never)
    expect(await flow.look(leaked.id)).toMatchObject({ state: 'rejected', failure_code: 'private_key_leaked' })
    expect(await rowOf()).toMatchObject({
      code: 'private_key_leaked',
      reason: expect.stringMatching(/private half.*phone stolen/),
    })
    await expect(unblockNamedKey(admin, { spkiSha256: hash, reason: 'a mistake' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(query(`DELETE FROM blocked_key WHERE spki_sha256 = decode($1, 'hex')`, hash)).rejects.toThrow(/only ever added/)
    expect(await rowOf()).toMatchObject({ code: 'private_key_leaked' })
    expect(
      await query(
        `SELECT action, detail ->> 'code' AS code FROM audit_entry WHERE object_kind = 'key' AND object_id = $1 ORDER BY seq`,
        hash,
      ),
    ).toEqual([
      { action: 'key.blocked', code: 'blocked_key' },
      { action: 'key.blocked', code: 'private_key_leaked' },
    ])
    await expect(unblockNamedKey(admin, { spkiSha256: '0'.repeat(64), reason: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('F-N7: the key of another user’s phone opens one incident, however often the answer comes', async () => {
    const pair = newKey()
    const first = await answered({ key: () => pair } as never)
    const second = await offered()
    const body = flow.answerTo(second.command, { key: () => pair } as never)
    await Promise.all(Array.from({ length: 5 }, (_, n) => flow.callBack(body + ' '.repeat(n))))
    await Promise.all([flow.runJobs(), flow.runJobs()])
    expect(await flow.look(second.id)).toMatchObject({ state: 'rejected', failure_code: 'key_reuse' })
    expect(await incidentsOf(second.id)).toMatchObject([{ kind: 'key_of_another_user', detail: { otherUserid: first.userid } }])
    expect(
      await query(`SELECT 1 FROM audit_entry WHERE action = 'incident.opened' AND enrollment_id = $1`, second.id),
    ).toHaveLength(1)
  })

  it('F-B2: the number of another user’s open offer is an incident; of one’s own older offer it is none', async () => {
    const victim = await offered()
    const { nonce } = victim.command.body.provCommand
    const attacker = await answered({ header: (h: object) => ({ ...h, nonce }) } as never)
    expect(await flow.look(attacker.id)).toMatchObject({ state: 'rejected', failure_code: 'nonce' })
    expect(await incidentsOf(attacker.id)).toMatchObject([
      { kind: 'foreign_nonce', detail: { otherUserid: victim.userid, otherEnrollmentId: victim.id } },
    ])
    expect((await flow.look(victim.id)).state).toBe('offered')
    const [{ checks }] = await query(
      'SELECT checks FROM evidence e JOIN answer a ON a.id = e.answer_id WHERE a.enrollment_id = $1',
      attacker.id,
    )
    expect(JSON.stringify(checks)).not.toContain(nonce)
    const made = await answered({ header: (h: object) => ({ ...h, nonce: 'a'.repeat(32) }) } as never)
    expect(await incidentsOf(made.id)).toEqual([])
  })

  it('F-B13: the successor in the same key set passes, as one incident for all; another app is held', async () => {
    const next = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const people = [await answered(), await answered()]
    await save({ keySets: { ATTESTATION: [imported(next, 'next')] }, schPins: [] })
    for (const { userid } of people) {
      const again = await answered(signedBy(next), userid)
      expect((await flow.look(again.id)).state).toBe('delivering')
    }
    expect(await query(`SELECT 1 FROM incident WHERE kind = 'attestation_changed'`)).toHaveLength(1)
    const [person] = people
    await query(
      `UPDATE phone SET attestation_thumbprint = 'of another set' WHERE user_id = (SELECT id FROM "user" WHERE userid = $1)`,
      person?.userid,
    )
    // The first profiles leave it to staff; one that enforces the check refuses.
    const held = await answered({}, person?.userid)
    expect(await flow.look(held.id)).toMatchObject({ state: 'confirming' })
    expect(await incidentsOf(held.id)).toMatchObject([
      { kind: 'attestation_changed', about: `answer:${(await answerOf(held.id)).id}`, detail: { check: 'C24', held: true } },
    ])
    await setHeldChecks([])
    const refused = await answered({}, person?.userid)
    expect(await flow.look(refused.id)).toMatchObject({ state: 'rejected', failure_code: 'attestation_changed' })
    expect(await incidentsOf(refused.id)).toMatchObject([
      { kind: 'attestation_changed', detail: { check: 'C24', outcome: 'fail' } },
    ])
    await setHeldChecks(['C24'])
    await save({ keySets: {}, schPins: [] })
  })

  it('a person blocks the keys of an enrolment, and takes one off again with a reason', async () => {
    const pair = newKey()
    const first = await answered({ key: () => pair } as never)
    expect(await blockNamedKey(admin, { key: first.id, reason: 'phone stolen' })).toEqual({ blocked: 1 })
    await expect(blockNamedKey(admin, { key: spkiSha256(pair.publicKey), reason: 'again' })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(blockNamedKey(admin, { key: 'nonsense', reason: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
    const refused = await answered({ key: () => pair } as never, first.userid)
    expect(await flow.look(refused.id)).toMatchObject({ state: 'rejected', failure_code: 'blocked_key' })
    await unblockNamedKey(admin, { spkiSha256: spkiSha256(pair.publicKey), reason: 'found again' })
    expect(await flow.look((await answered({ key: () => pair } as never, first.userid)).id)).toMatchObject({
      failure_code: 'key_reuse',
    })
    expect(
      await query(
        `SELECT action, detail ->> 'reason' AS reason FROM audit_entry WHERE object_kind = 'key' AND object_id = $1 ORDER BY seq`,
        spkiSha256(pair.publicKey),
      ),
    ).toEqual([
      { action: 'key.blocked', reason: 'phone stolen' },
      { action: 'key.unblocked', reason: 'found again' },
    ])
  })

  it('a configured attestation key can be blocked by its thumbprint, and stops every answer signed by it', async () => {
    const [version] = await listPolicyVersions(admin)
    const [key] = version?.policy.sets.get('ATTESTATION') ?? []
    await blockNamedKey(admin, { key: key?.key.thumbprint ?? '', reason: 'copied out of the app' })
    expect(await flow.look((await answered()).id)).toMatchObject({ state: 'rejected', failure_code: 'blocked_key' })
    await unblockNamedKey(admin, { spkiSha256: key?.key.spkiSha256 ?? '', reason: 'test' })
    expect((await flow.look((await answered()).id)).state).toBe('delivering')
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
