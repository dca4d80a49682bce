import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { readPublishedCrl } from '#lib/data/issuers.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import type { CrlSigner } from '#lib/issuer/port.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { answerOcsp } from './answer-ocsp.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'
import { proveRevocation } from './prove-revocation.ts'
import { publishCrl } from './publish-crl.ts'
import * as asked from './request-revocation.ts'
import { revokeCertificate } from './revoke-certificate.ts'
import { renewServices } from './service-certificates.ts'

const grant = systemGrant()
const helpdesk = authorize(
  { kind: 'account', id: 'a1', name: 'Helga Desk', role: 'helpdesk', userId: null },
  'certificate:revoke',
)
const name = 'certdesk-issuing-ca'

let database: TestDatabase
let owner: pg.Client
let open: OpenIssuer
let server: Server
const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: '' }
/** What the world is told in the place of what is published; null: what is published. */
let told: { crl: Uint8Array | null; ocsp: Uint8Array | null } = { crl: null, ocsp: null }

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void answer(request.url ?? '', Buffer.concat(chunks)).then((body) => response.end(body)))
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  context.publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.workerUrl)
  open = await ensureEmbeddedIssuer(grant, context)
  await renewServices(grant, context)
})
afterAll(async () => {
  server?.close()
  await closeDb()
  await owner?.end()
  await database?.drop()
})
beforeEach(() => {
  told = { crl: null, ocsp: null }
})

async function answer(path: string, body: Buffer): Promise<Uint8Array> {
  if (path === `/pki/${name}.crl`) return told.crl ?? (await readPublishedCrl(name, 'issuing'))?.der ?? new Uint8Array()
  if (path !== `/pki/ocsp/${name}`) return new Uint8Array()
  return (
    told.ocsp ?? answerOcsp(grant, context, { id: '0', kind: 'ocsp', target: name, body: Uint8Array.from(body), now: new Date() })
  )
}

/** Asks with the web's database role, and comes back to the worker's. */
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
const requestRevocation = (certificateId: string, reason: string, note?: string) =>
  asWeb(() => asked.requestRevocation(helpdesk, { certificateId, reason, note: note ?? null }))
const requestRelease = (certificateId: string) => asWeb(() => asked.requestRelease(helpdesk, { certificateId }))
const requestRevocations = (userId: string, reason: string) =>
  asWeb(() => asked.requestRevocations(helpdesk, { userId }, { reason }))

interface Issued {
  id: string
  serial: string
  userId: string
}

async function issueOne(): Promise<Issued> {
  const { enrollmentId } = await insertIssuing(owner, [makeKey()])
  await issueCertificates(grant, context, { enrollmentId })
  const { rows } = await owner.query(
    `SELECT c.id, c.serial_number AS serial, c.user_id AS "userId" FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id
     WHERE k.enrollment_id = $1`,
    [enrollmentId],
  )
  return rows[0]
}

/** Carries the newest wish of the certificate through, as the jobs would. */
async function carryOut({ id }: Issued): Promise<string> {
  await revokeCertificate(grant, { certificateId: id })
  const { rows } = await owner.query(
    'SELECT id FROM revocation_request WHERE certificate_id = $1 ORDER BY requested_at DESC LIMIT 1',
    [id],
  )
  return rows[0].id
}

async function publishAndLook(requestId: string): Promise<void> {
  await publishCrl(grant, context)
  await proveRevocation(grant, { requestId })
}

const proofs = async (requestId: string) =>
  (
    await owner.query(
      `SELECT source, first_seen_at IS NOT NULL AS seen, checks, crl_number IS NOT NULL AS number, next_check_at IS NOT NULL AS next
       FROM revocation_proof WHERE request_id = $1 ORDER BY source`,
      [requestId],
    )
  ).rows
const standing = async (certificate: Issued) =>
  (await owner.query('SELECT status, revocation_reason AS reason FROM certificate WHERE id = $1', [certificate.id])).rows[0]
const incidents = async (certificate: Issued) =>
  (await owner.query('SELECT kind, detail FROM incident WHERE certificate_id = $1 ORDER BY opened_at, about', [certificate.id]))
    .rows
const requestState = async (requestId: string) =>
  (await owner.query('SELECT state FROM revocation_request WHERE id = $1', [requestId])).rows[0].state

describe('a revocation is proved', () => {
  it('by what the CA says to the world: first by OCSP, then in the list', async () => {
    const certificate = await issueOne()
    await publishCrl(grant, context)
    await requestRevocation(certificate.id, 'keyCompromise')
    const request = await carryOut(certificate)
    await proveRevocation(grant, { requestId: request })
    expect(await proofs(request)).toEqual([
      { source: 'ocsp', seen: true, checks: 1, number: false, next: false },
      { source: 'crl', seen: false, checks: 1, number: false, next: true },
    ])
    await publishAndLook(request)
    expect(await proofs(request)).toEqual([
      { source: 'ocsp', seen: true, checks: 1, number: false, next: false },
      { source: 'crl', seen: true, checks: 2, number: true, next: false },
    ])
    const audit = await owner.query(
      `SELECT detail ->> 'source' AS source FROM audit_entry WHERE action = 'certificate.revocation_seen' AND object_id = $1 ORDER BY seq`,
      [certificate.id],
    )
    expect(audit.rows).toEqual([{ source: 'ocsp' }, { source: 'crl' }])
    expect(await incidents(certificate)).toEqual([])
  })

  it('and so are a hold and its release, after which the certificate is good again', async () => {
    const certificate = await issueOne()
    await requestRevocation(certificate.id, 'certificateHold', 'phone mislaid')
    const hold = await carryOut(certificate)
    await publishAndLook(hold)
    expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'certificateHold' })
    expect((await proofs(hold)).map((proof) => proof.seen)).toEqual([true, true])

    await expect(requestRevocation(certificate.id, 'certificateHold')).rejects.toMatchObject({ code: 'wrong_state' })
    await requestRelease(certificate.id)
    const release = await carryOut(certificate)
    await publishAndLook(release)
    expect(await standing(certificate)).toEqual({ status: 'issued', reason: null })
    expect((await proofs(release)).map((proof) => proof.seen)).toEqual([true, true])
    await expect(requestRelease(certificate.id)).rejects.toMatchObject({ code: 'wrong_state' })
    expect((await owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
  })

  it('a hold can become a revocation, which nothing takes back', async () => {
    const certificate = await issueOne()
    await requestRevocation(certificate.id, 'certificateHold')
    await carryOut(certificate)
    await requestRevocation(certificate.id, 'keyCompromise')
    await publishAndLook(await carryOut(certificate))
    expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'keyCompromise' })
    await expect(requestRelease(certificate.id)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('a stronger wish takes the place of one that is still open', async () => {
    const certificate = await issueOne()
    await requestRevocation(certificate.id, 'certificateHold')
    await requestRevocation(certificate.id, 'superseded')
    await carryOut(certificate)
    const { rows } = await owner.query(
      'SELECT kind, state FROM revocation_request WHERE certificate_id = $1 ORDER BY requested_at',
      [certificate.id],
    )
    expect(rows).toEqual([
      { kind: 'hold', state: 'void' },
      { kind: 'revoke', state: 'done' },
    ])
    expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'superseded' })
  })

  it('what does not appear when it is due is one incident, and looking goes on', async () => {
    const certificate = await issueOne()
    await publishCrl(grant, context)
    told = { crl: (await readPublishedCrl(name, 'issuing'))?.der ?? null, ocsp: Buffer.from('<html>login</html>') }
    await requestRevocation(certificate.id, 'superseded')
    const request = await carryOut(certificate)
    await proveRevocation(grant, { requestId: request })
    expect(await incidents(certificate)).toEqual([])
    await owner.query(`UPDATE revocation_proof SET due_at = now() - interval '1 second' WHERE request_id = $1`, [request])
    await proveRevocation(grant, { requestId: request })
    await proveRevocation(grant, { requestId: request })
    expect(await incidents(certificate)).toMatchObject([
      { kind: 'revocation_not_published', detail: { source: 'crl', serialNumber: certificate.serial } },
      { kind: 'revocation_not_published', detail: { source: 'ocsp' } },
    ])
    told = { crl: null, ocsp: null }
    await publishAndLook(request)
    expect((await proofs(request)).map((proof) => proof.seen)).toEqual([true, true])
    expect(await incidents(certificate)).toHaveLength(2)
  })
})

describe('of wishes that came to nothing', () => {
  it('a hold that was released before every place showed it is looked for no longer, and is no incident', async () => {
    const certificate = await issueOne()
    await publishCrl(grant, context)
    await requestRevocation(certificate.id, 'certificateHold')
    const hold = await carryOut(certificate)
    await requestRelease(certificate.id)
    const release = await carryOut(certificate)
    await owner.query(`UPDATE revocation_proof SET due_at = now() - interval '1 second' WHERE request_id = $1`, [hold])
    await proveRevocation(grant, { requestId: hold })
    expect(await proofs(hold)).toMatchObject([
      { seen: false, next: false },
      { seen: false, next: false },
    ])
    await publishAndLook(release)
    expect((await proofs(release)).map((proof) => proof.seen)).toEqual([true, true])
    expect(await incidents(certificate)).toEqual([])
  })

  it('a hold written down while the revocation was made true ends as void, and the revocation stands', async () => {
    const certificate = await issueOne()
    await requestRevocation(certificate.id, 'keyCompromise')
    await carryOut(certificate)
    await owner.query(
      `INSERT INTO revocation_request (id, certificate_id, kind, reason, requested_by)
       VALUES (gen_random_uuid(), $1, 'hold', 'certificateHold', 'Helga Desk')`,
      [certificate.id],
    )
    const late = await carryOut(certificate)
    expect(await requestState(late)).toBe('void')
    expect(await proofs(late)).toEqual([])
    expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'keyCompromise' })
  })

  it('of two people at the same moment the one who revokes wins over the one who holds', async () => {
    for (let round = 0; round < 5; round++) {
      const certificate = await issueOne()
      await asWeb(() =>
        Promise.all([
          asked.requestRevocation(helpdesk, { certificateId: certificate.id, reason: 'certificateHold' }).catch((error) => {
            expect(error).toMatchObject({ code: 'wrong_state' })
          }),
          asked.requestRevocation(helpdesk, { certificateId: certificate.id, reason: 'keyCompromise' }),
        ]),
      )
      await carryOut(certificate)
      expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'keyCompromise' })
    }
  })

  it('the web cannot say that a wish was done, nor take a revocation back', async () => {
    const certificate = await issueOne()
    const web = new pg.Client({ connectionString: database.webUrl })
    await web.connect()
    try {
      await requestRevocation(certificate.id, 'superseded')
      for (const state of ['done', 'void', 'by_hand'])
        await expect(
          web.query(
            'UPDATE revocation_request SET state = $2::revocation_state, done_at = CASE WHEN $2 = $3 THEN NULL ELSE now() END WHERE certificate_id = $1',
            [certificate.id, state, 'by_hand'],
          ),
        ).rejects.toMatchObject({ code: '42501' })
      await expect(
        web.query(
          `INSERT INTO revocation_request (id, certificate_id, kind, state, reason, requested_by, done_at)
           VALUES (gen_random_uuid(), $1, 'hold', 'done', 'certificateHold', 'Nobody', now())`,
          [certificate.id],
        ),
      ).rejects.toMatchObject({ code: '42501' })
    } finally {
      await web.end()
    }
  })
})

describe('where no program can tell the CA', () => {
  it('it is a task for a person, and the certificate counts until the CA itself says otherwise', async () => {
    const certificate = await issueOne()
    await owner.query(`UPDATE issuer SET kind = 'scep' WHERE name = $1`, [name])
    try {
      await requestRevocation(certificate.id, 'cessationOfOperation')
      const request = await carryOut(certificate)
      expect([await requestState(request), (await standing(certificate)).status]).toEqual(['by_hand', 'issued'])
      told.ocsp = Buffer.from([0x30, 0x03, 0x0a, 0x01, 0x03])
      await proveRevocation(grant, { requestId: request })
      expect([await requestState(request), (await standing(certificate)).status]).toEqual(['by_hand', 'issued'])

      const revokedAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000)
      const signer = open.issuer as unknown as CrlSigner
      told.crl = await signer.signCrl({
        scope: 'issuing',
        number: 4711,
        revoked: [{ serialNumber: certificate.serial, revokedAt, reason: 'superseded' }],
        thisUpdate: new Date(),
        nextUpdate: new Date(Date.now() + 3_600_000),
      })
      await proveRevocation(grant, { requestId: request })
      const { rows } = await owner.query(
        'SELECT status, revoked_at AS at, revocation_reason AS reason FROM certificate WHERE id = $1',
        [certificate.id],
      )
      expect(rows).toEqual([{ status: 'revoked', at: revokedAt, reason: 'cessationOfOperation' }])
      expect(await requestState(request)).toBe('done')
    } finally {
      await owner.query(`UPDATE issuer SET kind = 'embedded' WHERE name = $1`, [name])
    }
  })
})

describe('a lost phone and a person who leaves', () => {
  it('are one wish for everything that still counts', async () => {
    const [first, second] = [await issueOne(), await issueOne()]
    await owner.query('UPDATE certificate SET user_id = $1 WHERE id = $2', [first.userId, second.id])
    const result = await requestRevocations(first.userId, 'affiliationChanged')
    expect(result.certificates).toBe(2)
    expect((await requestRevocations(first.userId, 'affiliationChanged')).certificates).toBe(0)
    for (const certificate of [first, second]) {
      await carryOut(certificate)
      expect(await standing(certificate)).toEqual({ status: 'revoked', reason: 'affiliationChanged' })
    }
    await expect(requestRevocations(first.userId, 'superseded')).rejects.toMatchObject({
      code: 'wrong_state',
    })
  })
})
