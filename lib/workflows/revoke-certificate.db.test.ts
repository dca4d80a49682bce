import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { type CrlScope, readPublishedCrl } from '#lib/data/issuers.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { deliverCertificates } from './deliver-certificates.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'
import { publishCrl } from './publish-crl.ts'
import { requestRevocation } from './request-revocation.ts'
import { revokeCertificate } from './revoke-certificate.ts'
import type { WorkerContext } from './worker-context.ts'

const grant = systemGrant()
const helpdesk = authorize(
  { kind: 'account', id: 'a1', name: 'Helga Desk', role: 'helpdesk', userId: null },
  'certificate:revoke',
)
const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const name = 'certdesk-issuing-ca'

let database: TestDatabase
let owner: pg.Client
let open: OpenIssuer

beforeAll(async () => {
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.workerUrl)
  open = await ensureEmbeddedIssuer(grant, context)
})
afterAll(async () => {
  await closeDb()
  await owner?.end()
  await database?.drop()
})

/** Does `work` with the web's database role, and comes back to the worker's. */
async function asWeb<T>(work: () => Promise<T>): Promise<T> {
  await closeDb()
  chooseDatabase(database.webUrl)
  try {
    return await work()
  } finally {
    await closeDb()
    chooseDatabase(database.workerUrl)
  }
}

async function issueOne(): Promise<{ id: string; serial: string; enrollmentId: string }> {
  const { enrollmentId } = await insertIssuing(owner, [makeKey()])
  await issueCertificates(grant, context, { enrollmentId })
  const { rows } = await owner.query(
    'SELECT c.id, c.serial_number AS serial FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1',
    [enrollmentId],
  )
  return { ...rows[0], enrollmentId }
}

async function move(enrollmentId: string, to: string): Promise<void> {
  await owner.query('BEGIN')
  await owner.query('UPDATE enrollment SET state = $2::enrollment_state, version = version + 1 WHERE id = $1', [enrollmentId, to])
  await owner.query(
    `INSERT INTO audit_entry (actor_kind, actor_name, action, object_kind, object_id, enrollment_id) VALUES ('system', 'T', $2, 'enrollment', $1::text, $1::text::uuid)`,
    [enrollmentId, `enrollment.${to}`],
  )
  await owner.query('COMMIT')
}

const stateOf = async (enrollmentId: string): Promise<string> =>
  (await owner.query('SELECT state FROM enrollment WHERE id = $1', [enrollmentId])).rows[0].state

async function crl(scope: CrlScope = 'issuing') {
  const stored = await readPublishedCrl(name, scope)
  if (!stored) throw new Error('no CRL')
  return { ...parseCrl(stored.der), stored }
}

const countOf = async (scope: CrlScope): Promise<number> =>
  (await owner.query('SELECT 1 FROM crl WHERE scope = $1', [scope])).rowCount ?? 0

describe('CRLs', () => {
  it('are made for both certificates, once however many ask, and not again without a reason', async () => {
    await publishCrl(grant, context)
    await owner.query('DELETE FROM crl')
    await Promise.all([1, 2, 3, 4].map(() => publishCrl(grant, context)))
    const [issuing, root] = [await crl(), await crl('root')]
    expect([issuing.number, root.number]).toEqual([1, 1])
    expect([await countOf('issuing'), await countOf('root')]).toEqual([1, 1])
    expect(verifySigned(issuing.signatureAlgorithm, issuing.tbs, issuing.signature, open.chain.signerKey)).toBe(true)
    expect(issuing.nextUpdate?.getTime()).toBe(issuing.thisUpdate.getTime() + 7 * 86_400_000)
    expect(await publishCrl(grant, context)).toBe(0)
  })

  it('are renewed when half of their life is over', async () => {
    await publishCrl(grant, context)
    const before = [(await crl()).number ?? 0, (await crl('root')).number ?? 0]
    await owner.query(
      `UPDATE crl SET this_update = this_update - interval '85 hours', next_update = next_update - interval '85 hours'`,
    )
    expect(await publishCrl(grant, context)).toBe(2)
    expect([(await crl()).number, (await crl('root')).number]).toEqual(before.map((number) => number + 1))
  })
})

describe('a revocation', () => {
  it('is written down by the web, made true by the worker, and said by the next CRL', async () => {
    await publishCrl(grant, context)
    const certificate = await issueOne()
    await asWeb(() =>
      requestRevocation(helpdesk, { certificateId: certificate.id, reason: 'keyCompromise', note: ' phone lost ' }),
    )
    const request = await owner.query(
      'SELECT reason, note, requested_by, done_at FROM revocation_request WHERE certificate_id = $1',
      [certificate.id],
    )
    expect(request.rows).toEqual([{ reason: 'keyCompromise', note: 'phone lost', requested_by: 'Helga Desk', done_at: null }])

    const before = (await crl()).number ?? 0
    await revokeCertificate(grant, { certificateId: certificate.id })
    await revokeCertificate(grant, { certificateId: certificate.id })
    const row = await owner.query(
      'SELECT status, revocation_reason, revoked_at IS NOT NULL AS at FROM certificate WHERE id = $1',
      [certificate.id],
    )
    expect(row.rows).toEqual([{ status: 'revoked', revocation_reason: 'keyCompromise', at: true }])
    expect((await owner.query(`SELECT 1 FROM graphile_worker.jobs WHERE key = 'publish-crl'`)).rowCount).toBe(1)

    expect(await publishCrl(grant, context)).toBe(1)
    const now = await crl()
    expect(now.number).toBe(before + 1)
    expect(now.revoked.get(certificate.serial)).toMatchObject({ reason: 'keyCompromise' })
    const audit = await owner.query(`SELECT action, actor_name FROM audit_entry WHERE object_id = $1 ORDER BY seq`, [
      certificate.id,
    ])
    expect(audit.rows).toEqual([
      { action: 'certificate.issued', actor_name: 'Certdesk' },
      { action: 'certificate.revocation_wanted', actor_name: 'Helga Desk' },
      { action: 'certificate.revoked', actor_name: 'Certdesk' },
    ])
    // A certificate in delivery goes on to its end.
    expect(await stateOf(certificate.enrollmentId)).toBe('delivering')
    expect((await owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
  })

  it('of an undelivered certificate ends its enrolment', async () => {
    const certificate = await issueOne()
    await move(certificate.enrollmentId, 'undelivered')
    await requestAndRevoke(certificate.id)
    expect(await stateOf(certificate.enrollmentId)).toBe('revoked_undelivered')
  })

  it('during delivery can be settled by asking again once the delivery has failed', async () => {
    const certificate = await issueOne()
    await requestAndRevoke(certificate.id)
    await move(certificate.enrollmentId, 'undelivered')
    await requestAndRevoke(certificate.id)
    expect(await stateOf(certificate.enrollmentId)).toBe('revoked_undelivered')
  })

  it('before the certificate was given to the phone keeps it from being delivered', async () => {
    const certificate = await issueOne()
    await requestAndRevoke(certificate.id)
    const nothing = {} as WorkerContext
    await deliverCertificates(grant, nothing, { enrollmentId: certificate.enrollmentId })
    expect(await stateOf(certificate.enrollmentId)).toBe('revoked_undelivered')
    expect((await owner.query('SELECT 1 FROM command WHERE enrollment_id = $1', [certificate.enrollmentId])).rowCount).toBe(0)
  })

  it('is refused, in a sentence, for what cannot be revoked', async () => {
    const certificate = await issueOne()
    const ask = (certificateId: string, reason = 'superseded', note?: string) =>
      asWeb(() => requestRevocation(helpdesk, { certificateId, reason, note: note ?? null }))
    await expect(ask('nonsense')).rejects.toMatchObject({ code: 'not_found' })
    await expect(ask('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' })
    await expect(ask(certificate.id, 'cACompromise')).rejects.toMatchObject({
      code: 'invalid_input',
      fields: { reason: expect.any(String) },
    })
    await expect(ask(certificate.id, 'superseded', 'x'.repeat(501))).rejects.toMatchObject({ code: 'invalid_input' })
    await ask(certificate.id)
    await ask(certificate.id, 'keyCompromise')
    await revokeCertificate(grant, { certificateId: certificate.id })
    await expect(ask(certificate.id)).rejects.toMatchObject({ code: 'wrong_state' })
    const wishes = await owner.query('SELECT reason FROM revocation_request WHERE certificate_id = $1', [certificate.id])
    expect(wishes.rows).toEqual([{ reason: 'superseded' }])
  })

  it('nobody wished for does not happen', async () => {
    const certificate = await issueOne()
    await revokeCertificate(grant, { certificateId: certificate.id })
    expect((await owner.query('SELECT status FROM certificate WHERE id = $1', [certificate.id])).rows).toEqual([
      { status: 'issued' },
    ])
  })
})

async function requestAndRevoke(certificateId: string): Promise<void> {
  await asWeb(() => requestRevocation(helpdesk, { certificateId, reason: 'cessationOfOperation' }))
  await revokeCertificate(grant, { certificateId })
}
