import { randomBytes, sign } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { assembleSigned, SHA256_WITH_RSA } from '#lib/core/x509/tbs.ts'
import { readIssuance } from '#lib/data/issuing.ts'
import { reserveCertificate } from '#lib/data/issuing-writes.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import type { EmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'

const grant = systemGrant()
const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }

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

interface CertificateRow {
  status: string
  serial: string
  tbs: Bytes
  der: Bytes | null
  state: string
  failureCode: string | null
  failureDetail: string | null
  waitReason: string | null
}

async function look(enrollmentId: string): Promise<CertificateRow[]> {
  const { rows } = await owner.query<CertificateRow>(
    `SELECT c.status, c.serial_number AS serial, c.tbs, c.der, e.state, e.failure_code AS "failureCode", e.failure_detail AS "failureDetail",
            e.wait_reason AS "waitReason"
     FROM enrollment e LEFT JOIN enrollment_key k ON k.enrollment_id = e.id LEFT JOIN certificate c ON c.enrollment_key_id = k.id
     WHERE e.id = $1 ORDER BY k.keyid`,
    [enrollmentId],
  )
  return rows
}

const jobsFor = async (key: string): Promise<number> =>
  (await owner.query('SELECT 1 FROM graphile_worker.jobs WHERE key = $1', [key])).rowCount ?? 0

afterEach(async () => {
  expect((await owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
})

describe('issuing', () => {
  it('makes one certificate of the CSR, wants it delivered, and writes both down', async () => {
    const key = makeKey()
    const { enrollmentId } = await insertIssuing(owner, [key], { name: 'Björn Ek', email: 'bjorn@example.org' })
    await issueCertificates(grant, context, { enrollmentId })

    const [row, ...more] = await look(enrollmentId)
    expect(more).toEqual([])
    expect(row).toMatchObject({ status: 'issued', state: 'delivering' })
    const certificate = parseCertificate(row?.der as Bytes)
    expect(Buffer.from(certificate.spki).equals(key.spki)).toBe(true)
    expect(certificate.serialNumber).toBe(row?.serial)
    expect(Buffer.from(certificate.tbs).equals(row?.tbs as Bytes)).toBe(true)
    expect(await jobsFor(`deliver:${enrollmentId}`)).toBe(1)
    const audit = await owner.query('SELECT action, detail FROM audit_entry WHERE enrollment_id = $1 ORDER BY seq', [
      enrollmentId,
    ])
    expect(audit.rows.map((entry) => entry.action)).toEqual(['enrollment.issuing', 'certificate.issued', 'enrollment.delivering'])
    expect(audit.rows[1].detail).toMatchObject({ serialNumber: row?.serial })
  })

  it('makes exactly one certificate a key when the job runs eight times at once, and again afterwards (R1, R2)', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey(), makeKey()])
    const runs = await Promise.allSettled(Array.from({ length: 8 }, () => issueCertificates(grant, context, { enrollmentId })))
    expect(runs.filter((run) => run.status === 'rejected')).toEqual([])
    const before = await look(enrollmentId)
    expect(before.map(({ status, state }) => ({ status, state }))).toEqual([
      { status: 'issued', state: 'delivering' },
      { status: 'issued', state: 'delivering' },
    ])
    await issueCertificates(grant, context, { enrollmentId })
    expect(await look(enrollmentId)).toEqual(before)
    const moves = await owner.query(`SELECT 1 FROM audit_entry WHERE enrollment_id = $1 AND action = 'enrollment.delivering'`, [
      enrollmentId,
    ])
    expect(moves.rowCount).toBe(1)
  })

  it('goes on with what was reserved before a crash, and signs the very same bytes (K9, K10)', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    const issuance = await readIssuance(grant, enrollmentId)
    const key = issuance?.keys[0]
    if (!issuance || !key) throw new Error('no key')
    const csr = readCsr(key.csr)
    const request = {
      csr: key.csr,
      subject: csr.subject,
      spki: csr.spki,
      profile: issuance.profile.certificate,
      email: issuance.subjectAltName.email,
      upn: null,
      now: issuance.now,
    }
    const prepared = await open.issuer.prepare(request, 'x')
    if (prepared.status !== 'prepared' || prepared.prepared.serialNumber === null) throw new Error('not prepared')
    const { bytes, serialNumber, notBefore, notAfter } = prepared.prepared
    const reservation = { key, issuerId: issuance.issuer.id, serialNumber, tbs: bytes, notBefore, notAfter }
    expect(await reserveCertificate(grant, enrollmentId, reservation)).not.toBeNull()
    // A second reservation falls on the first.
    expect(await reserveCertificate(grant, enrollmentId, reservation)).toBeNull()
    // Signed, but never stored: the process died here.
    const lost = await open.issuer.complete(bytes, 'x', { asks: 0, pending: false })

    await issueCertificates(grant, context, { enrollmentId })
    const [row] = await look(enrollmentId)
    expect(row).toMatchObject({ status: 'issued', serial: serialNumber, state: 'delivering' })
    expect(lost.status === 'issued' && Buffer.from(lost.der).equals(row?.der as Bytes)).toBe(true)
  })

  it('does nothing for an enrolment that is not issuing, or that does not exist', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    await issueCertificates(grant, context, { enrollmentId })
    const before = await look(enrollmentId)
    await issueCertificates(grant, context, { enrollmentId })
    await issueCertificates(grant, context, { enrollmentId: '00000000-0000-7000-8000-000000000000' })
    expect(await look(enrollmentId)).toEqual(before)
  })

  it('reserves nothing for an enrolment that has left issuing meanwhile', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    const issuance = await readIssuance(grant, enrollmentId)
    await issueCertificates(grant, context, { enrollmentId })
    const { enrollmentId: other, keyIds } = await insertIssuing(owner, [makeKey()])
    const key = issuance?.keys[0]
    if (!issuance || !key) throw new Error('no key')
    const reservation = {
      key: { ...key, id: keyIds[0] ?? '' },
      issuerId: issuance.issuer.id,
      serialNumber: '4001',
      tbs: randomBytes(8) as Bytes,
      notBefore: new Date(),
      notAfter: new Date(Date.now() + 1e6),
    }
    expect(await reserveCertificate(grant, enrollmentId, reservation)).toBeNull()
    await issueCertificates(grant, context, { enrollmentId: other })
    expect((await look(other)).map((row) => row.state)).toEqual(['delivering'])
  })

  it('issues nothing for a user who was disabled after the answer (F-C24)', async () => {
    const { enrollmentId, userId } = await insertIssuing(owner, [makeKey()])
    await owner.query(`UPDATE "user" SET status = 'disabled' WHERE id = $1`, [userId])
    await issueCertificates(grant, context, { enrollmentId })
    expect(await look(enrollmentId)).toMatchObject([{ state: 'failed', failureCode: 'user_inactive', serial: null }])
  })

  it('issues nothing for a user who was renamed after the answer, and goes on with what was reserved before (F-C23)', async () => {
    const rename = (userId: string) => owner.query(`UPDATE "user" SET name = 'Åsa Berg' WHERE id = $1`, [userId])
    const { enrollmentId, userId } = await insertIssuing(owner, [makeKey()])
    await rename(userId)
    await issueCertificates(grant, context, { enrollmentId })
    expect(await look(enrollmentId)).toMatchObject([
      { state: 'failed', failureCode: 'stale_user', failureDetail: expect.stringContaining('CN=Åsa Berg'), serial: null },
    ])

    const other = await insertIssuing(owner, [makeKey()])
    await withCa({ complete: async () => ({ status: 'unavailable', detail: 'The CA does not answer.' }) }, () =>
      issueCertificates(grant, context, other),
    )
    await rename(other.userId)
    await issueCertificates(grant, context, other)
    expect(await look(other.enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued' }])
  })
})

/** The CA in the place of the real one: same certificates, another mind. */
async function withCa<T>(mind: Partial<Pick<EmbeddedIssuer, 'prepare' | 'complete'>>, work: () => Promise<T>): Promise<T> {
  const issuer = open.issuer as EmbeddedIssuer
  Object.assign(issuer, mind)
  try {
    return await work()
  } finally {
    for (const verb of Object.keys(mind)) Reflect.deleteProperty(issuer, verb)
  }
}

describe('a CA that does not behave (F-S18)', () => {
  const stranger = makeKey()

  it('is not believed: a certificate with a foreign signature is not stored', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    const forged = (tbs: Bytes) => assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, stranger.privateKey))
    await withCa({ complete: async (tbs) => ({ status: 'issued', der: forged(tbs) }) }, () =>
      issueCertificates(grant, context, { enrollmentId }),
    )
    expect(await look(enrollmentId)).toMatchObject([
      {
        state: 'failed',
        failureCode: 'ca_answer',
        failureDetail: expect.stringContaining('(signature)'),
        status: 'reserved',
        der: null,
      },
    ])
    expect(await jobsFor(`deliver:${enrollmentId}`)).toBe(0)
  })

  it('gives another certificate of its own: refused', async () => {
    const first = await insertIssuing(owner, [makeKey()])
    await issueCertificates(grant, context, first)
    const [row] = await look(first.enrollmentId)
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    await withCa({ complete: async () => ({ status: 'issued', der: row?.der as Bytes }) }, () =>
      issueCertificates(grant, context, { enrollmentId }),
    )
    expect(await look(enrollmentId)).toMatchObject([{ state: 'failed', failureCode: 'ca_answer', der: null }])
  })

  it('cannot be reached: the enrolment waits, says so, and is done later with the same serial number', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    await withCa({ complete: async () => ({ status: 'unavailable', detail: 'The CA does not answer.' }) }, () =>
      issueCertificates(grant, context, { enrollmentId }),
    )
    const [waiting] = await look(enrollmentId)
    expect(waiting).toMatchObject({ state: 'issuing', waitReason: 'The CA does not answer.', status: 'reserved' })
    expect(await jobsFor(`issue:${enrollmentId}`)).toBe(1)
    await issueCertificates(grant, context, { enrollmentId })
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', waitReason: null, serial: waiting?.serial }])
  })

  it('says no: failed, with its words for staff', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    await withCa({ complete: async () => ({ status: 'refused', code: 'ca_refused', detail: 'badRequest' }) }, () =>
      issueCertificates(grant, context, { enrollmentId }),
    )
    expect(await look(enrollmentId)).toMatchObject([{ state: 'failed', failureCode: 'ca_refused', failureDetail: 'badRequest' }])
  })

  it('would not live as long as the certificate: failed with ca_validity, nothing reserved (F-S20)', async () => {
    const { enrollmentId } = await insertIssuing(owner, [makeKey()])
    const issuer = open.issuer as EmbeddedIssuer
    const inNineYears = new Date(Date.now() + 9.5 * 365 * 86_400_000)
    await withCa({ prepare: async (request) => issuer.prepareNow({ ...request, now: inNineYears }) }, () =>
      issueCertificates(grant, context, { enrollmentId }),
    )
    expect(await look(enrollmentId)).toMatchObject([{ state: 'failed', failureCode: 'ca_validity', serial: null }])
  })
})
