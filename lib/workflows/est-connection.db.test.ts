import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { wishConnectionTest } from '#lib/data/connection-tests.ts'
import { listCredentials } from '#lib/data/credentials.ts'
import { readIssuer } from '#lib/data/issuers.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { db } from '#lib/db.ts'
import { admin, EST_DEFINITION, type EstFlow, startEstFlow } from './est-fixtures.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'
import { saveIssuer } from './save-issuer.ts'
import { testConnection } from './test-connection.ts'

const grant = systemGrant()
let flow: EstFlow
let issuerId: string

beforeAll(async () => {
  flow = await startEstFlow()
  issuerId = (await flow.save(flow.form())).id
  await flow.addProfile(issuerId)
})
afterAll(() => flow?.stop())
beforeEach(() => {
  flow.est.fault = null
})

async function test(id = issuerId, acceptSha256: string | null = null) {
  await flow.speakAs('web')
  const wish = { connection: id, acceptSha256: acceptSha256 === null ? null : new Uint8Array(Buffer.from(acceptSha256, 'hex')) }
  const testId = await inTransaction(admin, (tx) => wishConnectionTest(tx, admin, wish))
  await flow.speakAs('worker')
  await testConnection(grant, flow.context, { testId })
  return flow.look(testId)
}

const step = (seen: Awaited<ReturnType<typeof test>>, name: string) => seen.steps.find((one) => one.name === name)

describe('a test of an EST connection', () => {
  it('goes through every step and ends with a test certificate that is right for the profile', async () => {
    const seen = await test()
    expect(seen.outcome).toBe('passed')
    expect(seen.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'settings ok',
      'reach ok',
      'certificate ok',
      'clock ok',
      'expiry ok',
      'enrolment ok',
    ])
    expect(step(seen, 'enrolment')?.detail).toContain(flow.est.issued.at(-1)?.serialNumber)
    expect(flow.est.issued.at(-1)?.subject).toMatch(/Connection test .* not a person/)
  })

  it.each([
    ['refuses', 'The CA refuses (HTTP 400). It says: The subject is not allowed here . Ask the PKI team.'],
    ['unauthorized', 'The CA does not accept this portal’s credentials (HTTP 401). It says: Wrong user name or password.'],
    ['extra-purpose', /not as the profile “By EST” wants it.*extended key usage also has/],
    ['other-key', /another public key/],
  ] as const)('%s: says in words what the CA refuses', async (fault, words) => {
    flow.est.fault = fault
    const seen = await test()
    expect(seen.outcome).toBe('failed')
    expect(step(seen, 'enrolment')).toMatchObject({
      outcome: 'failed',
      detail: typeof words === 'string' ? words : expect.stringMatching(words),
    })
  })

  it('does not believe certificates that do not lead to the pinned one, and names those it gave', async () => {
    flow.est.fault = 'other-cacerts'
    const seen = await test()
    expect(step(seen, 'certificate')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/pinned.*Test EST Issuing CA/),
    })
    expect(step(seen, 'enrolment')).toMatchObject({ outcome: 'skipped' })
  })

  it('cannot be reached: says so, with the last error for the list', async () => {
    const saved = await flow.save(flow.form({ name: 'nobody-there', config: { url: 'https://127.0.0.1:1' } }))
    const seen = await flow.look(saved.testId)
    expect(seen).toMatchObject({ outcome: 'failed' })
    expect(step(seen, 'reach')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    })
    const { rows } = await flow.owner.query('SELECT last_error FROM connection WHERE id = $1', [saved.id])
    expect(rows[0].last_error).toMatch(/cannot be reached/)
  })

  it('speaks to a server whose TLS issuer was named only', async () => {
    const saved = await flow.save(flow.form({ name: 'wrong-tls', config: { tlsCa: null } }))
    expect(step(await flow.look(saved.testId), 'reach')).toMatchObject({ outcome: 'failed' })
  })

  it('shows a TLS client certificate where one is configured', async () => {
    const { certificate, key } = flow.est.client
    const config = { basicUser: null, clientCertificate: certificate }
    const saved = await flow.save(flow.form({ name: 'by-client-certificate', config, secrets: { 'client-key': key } }))
    expect(step(await flow.look(saved.testId), 'enrolment')?.detail).toMatch(/made a test certificate/)
  })
})

describe('a CA that signs with another certificate one day', () => {
  it('is reported, refused, and taken when an administrator accepts exactly that certificate', async () => {
    const saved = await flow.save(flow.form({ name: 'rolls-over' }))
    const before = await readIssuer(grant, { id: saved.id })
    await flow.est.rollOver()
    const seen = await test(saved.id)
    const changed = step(seen, 'certificate')
    expect(changed).toMatchObject({ outcome: 'warning', detail: expect.stringMatching(/until an administrator accepts it/) })
    expect((await readIssuer(grant, { id: saved.id }))?.certificate).toEqual(before?.certificate)
    expect(step(seen, 'enrolment')).toMatchObject({ detail: expect.stringMatching(/names another issuer/) })

    const sha256 = /\(([0-9a-f]{64})\)/.exec(changed?.detail ?? '')?.[1] ?? ''
    expect(step(await test(saved.id, 'f'.repeat(64)), 'certificate')?.outcome).toBe('warning')
    expect(step(await test(saved.id, sha256), 'certificate')?.outcome).toBe('ok')
    const { rows } = await flow.owner.query(
      `SELECT detail ->> 'because' AS because FROM audit_entry WHERE action = 'issuer.trusted' AND object_id = $1 ORDER BY seq`,
      [saved.id],
    )
    expect(rows.map(({ because }) => because)).toEqual(['first', 'accepted'])
    // The other issuers of this server are accepted, too, for the tests that follow.
    for (const id of [issuerId]) await test(id, sha256)
  })
})

describe('secrets of a CA', () => {
  it('are written by the web and read by the worker only', async () => {
    await flow.speakAs('web')
    expect(await listCredentials(admin, issuerId)).toMatchObject([{ name: 'basic-password', by: 'Ada Admin' }])
    for (const sql of [
      'SELECT sealed FROM issuer_credential',
      'SELECT * FROM issuer_credential',
      'SELECT private_sealed FROM sealing_key',
      'SELECT sealed FROM issuer_secret',
      'DELETE FROM issuer_credential',
      `UPDATE issuer_credential SET sealed = ''`,
      `UPDATE issuer SET certificate = ''`,
      `INSERT INTO sealing_key (id, public_key, private_sealed) VALUES (gen_random_uuid(), '', '')`,
      `UPDATE connection_test SET outcome = 'passed', finished_at = now()`,
    ])
      await expect(db().$queryRawUnsafe(sql), sql).rejects.toThrow(/permission denied/)
    for (const sql of [
      `UPDATE issuer SET config = '{"x":1}' WHERE kind = 'embedded'`,
      `INSERT INTO issuer (id, name, kind, config) VALUES (gen_random_uuid(), 'forged', 'embedded', '{}')`,
    ])
      await expect(db().$executeRawUnsafe(sql), sql).rejects.toThrow(/the web may not write it/)
    await flow.speakAs('worker')
    const stored = await readIssuer(grant, { id: issuerId })
    const blob = Buffer.from(stored?.credentials[0]?.sealed ?? [])
    expect(blob.includes(Buffer.from(flow.est.basic.password))).toBe(false)
  })

  it('are not sent to another address, even if somebody changes it in the database', async () => {
    const saved = await flow.save(flow.form({ name: 'moved-by-force' }))
    await flow.owner.query(`UPDATE issuer SET config = jsonb_set(config, '{url}', '"https://127.0.0.1:1"') WHERE id = $1`, [
      saved.id,
    ])
    const seen = await test(saved.id)
    expect(step(seen, 'settings')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/entered for another address/),
    })
    expect(seen.steps).toHaveLength(1)
  })

  it('must be entered again with another address, and may be replaced', async () => {
    const saved = await flow.save(flow.form({ name: 'moves' }))
    await flow.speakAs('web')
    await expect(
      saveIssuer(admin, flow.form({ id: saved.id, config: { url: 'https://ca.example' }, secrets: {} })),
    ).rejects.toMatchObject({ code: 'invalid_input', fields: { 'secrets.basic-password': expect.stringMatching(/again/) } })
    await expect(saveIssuer(admin, flow.form({ name: 'fresh', secrets: {} }))).rejects.toMatchObject({
      fields: { 'secrets.basic-password': expect.stringMatching(/not stored yet/) },
    })
    const replaced = await flow.save(flow.form({ id: saved.id, secrets: { 'basic-password': 'another one' } }))
    expect(step(await flow.look(replaced.testId), 'enrolment')?.detail).toMatch(/does not accept/)
    const kept = await flow.save(flow.form({ id: saved.id, secrets: {} }))
    expect(step(await flow.look(kept.testId), 'enrolment')?.detail).toMatch(/does not accept/)
  })

  it.each([
    ['config.url', { config: { url: 'http://ca.example' } }],
    ['config.url', { config: { url: 'https://user:pass@ca.example' } }],
    ['config.anchorSha256', { config: { anchorSha256: 'abc' } }],
    ['config.tlsCa', { config: { tlsCa: 'not PEM' } }],
    ['config.basicUser', { config: { basicUser: 'a:b' } }],
  ])('a wrong %s is refused with a sentence at its field', async (field, change) => {
    await flow.speakAs('web')
    await expect(saveIssuer(admin, flow.form({ name: 'wrong', ...change }))).rejects.toMatchObject({
      code: 'invalid_input',
      fields: { [field]: expect.any(String) },
    })
  })

  it('a private key of another certificate is refused', async () => {
    await flow.speakAs('web')
    const other = makeKey().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const config = { basicUser: null, clientCertificate: flow.est.client.certificate }
    await expect(saveIssuer(admin, flow.form({ name: 'odd', config, secrets: { 'client-key': other } }))).rejects.toMatchObject({
      fields: { 'secrets.client-key': expect.stringMatching(/not the key/) },
    })
  })
})

describe('what is pinned', () => {
  it('stops issuing when it is changed, until a test has passed with the new one', async () => {
    await flow.speakAs('worker')
    await flow.addProfile(issuerId, { ...EST_DEFINITION, offerTimeoutS: 299 })
    const { rows } = await flow.owner.query('SELECT config FROM issuer WHERE id = $1', [issuerId])
    await flow.owner.query(
      `UPDATE issuer SET config = jsonb_set(config, '{anchorSha256}', to_jsonb(repeat('0', 64))) WHERE id = $1`,
      [issuerId],
    )
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    await issueCertificates(grant, flow.context, { enrollmentId })
    const waiting = await flow.owner.query('SELECT state, wait_reason FROM enrollment WHERE id = $1', [enrollmentId])
    expect(waiting.rows).toEqual([
      { state: 'issuing', wait_reason: expect.stringMatching(/pinned CA certificate .* was changed/) },
    ])
    expect(step(await test(), 'certificate')?.outcome).toBe('failed')
    await flow.owner.query('UPDATE issuer SET config = $2 WHERE id = $1', [issuerId, rows[0].config])
    await issueCertificates(grant, flow.context, { enrollmentId })
    const state = await flow.owner.query('SELECT state FROM enrollment WHERE id = $1', [enrollmentId])
    expect(state.rows[0].state).toMatch(/delivering|failed/)
  })
})
