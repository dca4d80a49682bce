/** Several enrolments in one statement: what is wrong with one of them is nobody else's trouble. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { verifyAudit } from '#lib/certdesk/verify-audit.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { assembleSigned, SHA256_WITH_RSA } from '#lib/core/x509/tbs.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { makeCertificateCommand } from '#lib/workflows/certificate-command.ts'
import { ensureEmbeddedIssuer } from '#lib/workflows/ensure-embedded-issuer.ts'
import { insertIssuing } from '#lib/workflows/issuing-fixtures.ts'
import { failIssuing, GROUP_LIMIT, readIssuance } from './issuing.ts'
import { type IssuedCertificate, type Reservation, reserveCertificate, storeIssued } from './issuing-writes.ts'

const grant = systemGrant()

let database: TestDatabase
let owner: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.workerUrl)
  await ensureEmbeddedIssuer(grant, { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' })
})
afterAll(async () => {
  await closeDb()
  await owner?.end()
  await database?.drop()
})
afterEach(async () => {
  expect((await owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
  expect((await verifyAudit(database.ownerUrl)).broken).toBeNull()
})

interface Ready {
  enrollmentId: string
  certificates: IssuedCertificate[]
}

const signer = makeKey()
/** A public key that nobody else has, made without the work; nothing here looks into it. */
const newKey = () => ({ ...signer, spki: randomBytes(294) as Bytes })

/** Enrolments with keys to reserve for. The TBS is none: the database only holds the certificate against it. */
async function prepare(count: number, keysEach = 1): Promise<{ enrollmentId: string; reservations: Reservation[] }[]> {
  const made = []
  for (let n = 0; n < count; n++) {
    const { enrollmentId } = await insertIssuing(owner, Array.from({ length: keysEach }, newKey))
    const issuance = await readIssuance(grant, enrollmentId)
    const reservations = (issuance?.keys ?? []).map((key) => ({
      key,
      issuerId: issuance?.issuer.id ?? '',
      serialNumber: `40${randomBytes(16).toString('hex')}`,
      tbs: randomBytes(300) as Bytes,
      notBefore: new Date('2026-11-24T10:00:00Z'),
      notAfter: new Date('2027-11-24T10:00:00Z'),
    }))
    made.push({ enrollmentId, reservations })
  }
  return made
}

async function reserved(count: number, keysEach = 1): Promise<Ready[]> {
  const all = await prepare(count, keysEach)
  return Promise.all(
    all.map(async ({ enrollmentId, reservations }) => ({
      enrollmentId,
      certificates: await Promise.all(
        reservations.map(async (reservation) => {
          const id = (await reserveCertificate(grant, enrollmentId, reservation)) ?? ''
          const { serialNumber, notBefore, notAfter, key, tbs } = reservation
          const keyid = key.id
          return {
            id,
            keyid,
            der: assembleSigned(tbs, SHA256_WITH_RSA, randomBytes(256)),
            serialNumber: serialNumber ?? '',
            notBefore,
            notAfter,
          }
        }),
      ),
    })),
  )
}

const release = (all: readonly Ready[]) =>
  Promise.allSettled(all.map(({ enrollmentId, certificates }) => storeIssued(grant, enrollmentId, certificates)))

const statesOf = async (all: readonly Ready[]): Promise<string[]> => {
  const ids = all.map(({ enrollmentId }) => enrollmentId)
  const { rows } = await owner.query(
    'SELECT state FROM enrollment WHERE id = ANY($1::uuid[]) ORDER BY array_position($1::uuid[], id)',
    [ids],
  )
  return rows.map(({ state }) => state)
}

const fulfilled = (value: boolean) => ({ status: 'fulfilled', value })

it('each enrolment of a group gets its own certificates, audit rows in order, and command or job', async () => {
  const all = await reserved(20, 2)
  const commands = all.map(({ enrollmentId, certificates }, n) =>
    n % 2 === 0
      ? null
      : makeCertificateCommand({ enrollmentId, userid: 'u', profileRef: `ref-${n}`, deliveryTimeoutS: 600, certificates }),
  )
  const outcomes = await Promise.all(
    all.map(({ enrollmentId, certificates }, n) => storeIssued(grant, enrollmentId, certificates, commands[n])),
  )
  expect(outcomes).toEqual(all.map(() => true))
  const transactions = new Set<string>()
  for (const [n, { enrollmentId, certificates }] of all.entries()) {
    const { rows: stored } = await owner.query(
      'SELECT c.id, c.der, c.status, c.serial_number FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1',
      [enrollmentId],
    )
    expect(stored).toHaveLength(2)
    for (const { id, der, serialNumber } of certificates)
      expect(stored.find((row) => row.id === id)).toMatchObject({ der, status: 'issued', serial_number: serialNumber })
    const { rows: audit } = await owner.query(
      'SELECT action, detail, actor_kind, actor_name FROM audit_entry WHERE enrollment_id = $1 ORDER BY seq OFFSET 1',
      [enrollmentId],
    )
    expect(audit.map(({ action }) => action)).toEqual(['certificate.issued', 'certificate.issued', 'enrollment.delivering'])
    const serialNumbers = certificates.map(({ serialNumber }) => serialNumber)
    expect(audit[2].detail).toEqual({ from: 'issuing', to: 'delivering', serialNumbers })
    expect(audit[2]).toMatchObject({ actor_kind: 'system', actor_name: 'Certdesk' })
    const { rows } = await owner.query(
      `SELECT e.xmin::text AS transaction, e.current_command_id AS current, c.request_body AS body, c.attempt,
              (SELECT count(*)::int FROM graphile_worker.jobs WHERE key = 'deliver:' || e.id) AS jobs
       FROM enrollment e LEFT JOIN command c ON c.id = e.current_command_id WHERE e.id = $1`,
      [enrollmentId],
    )
    const command = commands[n]
    expect(rows[0]).toMatchObject(
      command ? { current: command.id, body: command.requestBody, attempt: 1, jobs: 0 } : { current: null, jobs: 1 },
    )
    transactions.add(rows[0].transaction)
  }
  expect(transactions.size).toBe(Math.ceil(all.length / GROUP_LIMIT))
})

it('an enrolment that left issuing meanwhile is not released; the others of the group are', async () => {
  const all = await reserved(4)
  expect(await failIssuing(grant, all[1]?.enrollmentId ?? '', 'ca_refused', 'Somebody else said no.')).toBe(true)
  expect(await release(all)).toEqual([true, false, true, true].map(fulfilled))
  expect(await statesOf(all)).toEqual(['delivering', 'failed', 'delivering', 'delivering'])
})

it('two jobs of one enrolment in the same group release it once', async () => {
  const [one, other] = await reserved(2)
  if (!one || !other) throw new Error('not prepared')
  expect(await release([one, one, other, one])).toEqual([true, false, true, false].map(fulfilled))
})

it('a certificate that the database refuses stops its own enrolment only', async () => {
  const all = await reserved(4)
  if (all[1]?.certificates[0]) all[1].certificates[0].serialNumber = 'another than was reserved'
  expect(await release(all)).toEqual([
    fulfilled(true),
    { status: 'rejected', reason: expect.any(Error) },
    fulfilled(true),
    fulfilled(true),
  ])
  expect(await statesOf(all)).toEqual(['delivering', 'issuing', 'delivering', 'delivering'])
})

it('an enrolment that somebody holds locked keeps nobody else waiting, and is released when it can be', async () => {
  const [late, ...all] = await reserved(5)
  await owner.query('BEGIN')
  await owner.query('SELECT 1 FROM enrollment WHERE id = $1 FOR UPDATE', [all[2]?.enrollmentId])
  const releasing = all.map(({ enrollmentId, certificates }) => storeIssued(grant, enrollmentId, certificates))
  expect(await Promise.all(releasing.filter((_, n) => n !== 2))).toEqual([true, true, true])
  if (late) expect(await release([late])).toEqual([fulfilled(true)])
  await owner.query('COMMIT')
  expect(await releasing[2]).toBe(true)
  expect(await statesOf(all)).toEqual(all.map(() => 'delivering'))
})

it('reserving: one whose key has a certificate, one that left issuing and one that is refused change nothing for the others', async () => {
  const all = await prepare(5)
  const [taken, left, refused, ...others] = all
  if (!taken?.reservations[0] || !left || !refused?.reservations[0]) throw new Error('not prepared')
  expect(await reserveCertificate(grant, taken.enrollmentId, taken.reservations[0])).not.toBeNull()
  await failIssuing(grant, left.enrollmentId, 'ca_refused', 'Somebody else said no.')
  const outcomes = await Promise.allSettled(
    [taken, left, refused, ...others].map(({ enrollmentId, reservations }) => {
      const reservation = reservations[0] as Reservation
      const serialNumber = enrollmentId === refused.enrollmentId ? 'not a serial number' : reservation.serialNumber
      return reserveCertificate(grant, enrollmentId, { ...reservation, serialNumber })
    }),
  )
  expect(outcomes.slice(0, 2)).toEqual([
    { status: 'fulfilled', value: null },
    { status: 'fulfilled', value: null },
  ])
  expect(outcomes[2]?.status).toBe('rejected')
  for (const outcome of outcomes.slice(3)) expect(outcome).toEqual({ status: 'fulfilled', value: expect.any(String) })
})
