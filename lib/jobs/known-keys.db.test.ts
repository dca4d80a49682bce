/** What the database knows of a key when an answer carries it: whose it is, whether it is blocked, what is an incident. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newKey, spkiSha256 } from '#e2e/peer/answer.mjs'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { listBlockedKeys } from '#lib/data/blocked-keys.ts'
import { blockNamedKey } from '#lib/workflows/block-key.ts'
import { unblockNamedKey } from '#lib/workflows/unblock-key.ts'
import {
  admin,
  answered,
  answerOf,
  flow,
  imported,
  incidentsOf,
  offered,
  policyTests,
  query,
  save,
  setHeldChecks,
  signedBy,
} from './attestation-policy-fixtures.ts'

policyTests()

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
