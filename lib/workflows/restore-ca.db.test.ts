import { X509Certificate } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { readPublishedCrl, readPublishedIssuer } from '#lib/data/issuers.ts'
import { readCertificateStatuses } from '#lib/data/ocsp.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { type Exported, exportCa } from './export-ca.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'
import { publishCrl } from './publish-crl.ts'
import { requestRevocation } from './request-revocation.ts'
import { restoreCa } from './restore-ca.ts'
import { revokeCertificate } from './revoke-certificate.ts'
import { rotateIssuingCa } from './rotate-issuing-ca.ts'

const grant = systemGrant()
const helpdesk = authorize({ kind: 'account', id: 'a1', name: 'Helga', role: 'helpdesk', userId: null }, 'certificate:revoke')
const there = { caKeyPassphrase: 'the passphrase over there', publicUrl: 'https://desk.example' }
const here = { caKeyPassphrase: 'another passphrase here', publicUrl: 'https://desk.example' }
const PASSPHRASE = 'correct horse battery staple'
const first = 'certdesk-issuing-ca'

const databases: TestDatabase[] = []
let exported: Exported
let revoked: string
let good: string
let chain: Buffer[]

/** Speaks with the owner's rights to a new installation from now on. */
async function newInstallation(): Promise<pg.Client> {
  await closeDb()
  const database = await createTestDatabase()
  databases.push(database)
  chooseDatabase(database.ownerUrl)
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  clients.push(owner)
  return owner
}
const clients: pg.Client[] = []

async function issue(owner: pg.Client, context: typeof here): Promise<{ id: string; serial: string }> {
  const { enrollmentId } = await insertIssuing(owner, [makeKey()])
  await issueCertificates(grant, context, { enrollmentId })
  const { rows } = await owner.query<{ id: string; serial: string }>(
    `SELECT c.id, c.serial_number AS serial FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1`,
    [enrollmentId],
  )
  const [row] = rows
  if (row === undefined) throw new Error('nothing was issued')
  return row
}

beforeAll(async () => {
  const owner = await newInstallation()
  await ensureEmbeddedIssuer(grant, there)
  await publishCrl(grant, there)
  const [one, two] = [await issue(owner, there), await issue(owner, there)]
  await requestRevocation(helpdesk, { certificateId: one.id, reason: 'keyCompromise' })
  await revokeCertificate(grant, { certificateId: one.id })
  await publishCrl(grant, there)
  ;[revoked, good] = [one.serial, two.serial]
  await rotateIssuingCa(grant, there, first)
  chain = (await readPublishedIssuer(first))?.chain.map((der) => Buffer.from(der)) ?? []
  // An hour ago, so that numbers may have been given since.
  exported = await exportCa(grant, there, PASSPHRASE, new Date(Date.now() - 3_600_000))
}, 60_000)
afterAll(async () => {
  await closeDb()
  for (const client of clients) await client.end()
  for (const database of databases) await database.drop()
})

it('comes back in a new installation with its certificates, its generations and all that was revoked, and gives no number twice', async () => {
  const owner = await newInstallation()
  // A worker has run: there is a CA, which has issued nothing.
  await ensureEmbeddedIssuer(grant, here)
  await publishCrl(grant, here)
  const restored = await restoreCa(grant, here, exported.file, PASSPHRASE)
  expect(restored).toMatchObject({ issuers: [{ name: first, certificates: 2 }, { name: `${first}-2` }], revokedOnlyThere: 0 })
  expect((await readPublishedIssuer(first))?.chain.map((der) => Buffer.from(der))).toEqual(chain)

  const crl = await readPublishedCrl(first, 'issuing')
  if (!crl) throw new Error('no CRL')
  const { revoked: listed, number } = parseCrl(crl.der)
  expect([...listed].map(([serial, { reason }]) => [serial, reason])).toEqual([[revoked, 'keyCompromise']])
  // The export had number 2, and there was time for one CRL a second since.
  expect(number).toBeGreaterThan(3_600)
  expect(await publishCrl(grant, here)).toBe(0)

  const { rows } = await owner.query<{ id: string }>('SELECT id FROM issuer WHERE name = $1', [first])
  const statuses = await readCertificateStatuses(grant, rows[0]?.id ?? '', [revoked, good, '4711'])
  expect([revoked, good, '4711'].map((serial) => statuses.get(serial)?.status.status)).toEqual(['revoked', 'good', undefined])

  // It issues, by the generation that issued last.
  await issue(owner, here)
  const { rows: made } = await owner.query<{ der: Buffer }>(`SELECT der FROM certificate WHERE status = 'issued'`)
  const issuing = (await readPublishedIssuer(`${first}-2`))?.certificate ?? new Uint8Array()
  expect(new X509Certificate(made[0]?.der ?? Buffer.alloc(0)).verify(new X509Certificate(issuing).publicKey)).toBe(true)
  const { rows: audit } = await owner.query(`SELECT 1 FROM audit_entry WHERE action = 'issuer.restored'`)
  expect(audit).toHaveLength(2)

  // Keys that were lost are put back; certificates and their numbers stay.
  await owner.query('DELETE FROM issuer_secret')
  await restoreCa(grant, here, exported.file, PASSPHRASE)
  expect((await readPublishedCrl(first, 'issuing'))?.number).toBeGreaterThan(number ?? 0)
  await issue(owner, here)
})

it('is not put in the place of a CA that has issued, and leaves that as it is', async () => {
  const owner = await newInstallation()
  await ensureEmbeddedIssuer(grant, here)
  await issue(owner, here)
  const before = await readPublishedIssuer(first)
  await expect(restoreCa(grant, here, exported.file, PASSPHRASE)).rejects.toMatchObject({
    code: 'export',
    message: expect.stringContaining('another CA'),
  })
  expect(await readPublishedIssuer(first)).toEqual(before)
  expect((await owner.query('SELECT 1 FROM restored_certificate')).rowCount).toBe(0)
})

it('does not open with another passphrase, changed, cut, or as another file', async () => {
  await newInstallation()
  const changed = Buffer.from(exported.file)
  changed[changed.length - 5] = (changed[changed.length - 5] ?? 0) ^ 1
  const attempts: [Uint8Array, string][] = [
    [exported.file, 'another passphrase'],
    [changed, PASSPHRASE],
    [exported.file.subarray(0, 40), PASSPHRASE],
    [Buffer.from('not an export'), PASSPHRASE],
  ]
  for (const [file, passphrase] of attempts)
    await expect(restoreCa(grant, here, file, passphrase)).rejects.toMatchObject({ code: 'export' })
  expect(await readPublishedIssuer(first)).toBeNull()
})

it('lists as revoked what an older database still holds to be good', async () => {
  const owner = await newInstallation()
  await restoreCa(grant, here, exported.file, PASSPHRASE)
  const { serial } = await issue(owner, here)
  const issuer = `${first}-2`
  // The same export, made after that certificate was revoked somewhere else.
  const { id } = (await owner.query<{ id: string }>('SELECT id FROM issuer WHERE name = $1', [issuer])).rows[0] ?? { id: '' }
  const { rows } = await owner.query<{ id: string }>('SELECT id FROM certificate WHERE serial_number = $1', [serial])
  await requestRevocation(helpdesk, { certificateId: rows[0]?.id ?? '', reason: 'superseded' })
  await revokeCertificate(grant, { certificateId: rows[0]?.id ?? '' })
  const later = await exportCa(grant, here, PASSPHRASE)
  await owner.query(
    `UPDATE certificate SET status = 'issued', revoked_at = NULL, revocation_reason = NULL WHERE serial_number = $1`,
    [serial],
  )
  const restored = await restoreCa(grant, here, later.file, PASSPHRASE)
  expect(restored.revokedOnlyThere).toBe(1)
  const crl = await readPublishedCrl(issuer, 'issuing')
  expect(parseCrl(crl?.der ?? new Uint8Array()).revoked.has(serial)).toBe(true)
  expect((await readCertificateStatuses(grant, id, [serial])).get(serial)?.status.status).toBe('revoked')
  // Once it is revoked here too, it is listed once.
  await owner.query(
    `UPDATE certificate SET status = 'revoked', revoked_at = now(), revocation_reason = 'superseded' WHERE serial_number = $1`,
    [serial],
  )
  await publishCrl(grant, here)
  expect(parseCrl((await readPublishedCrl(issuer, 'issuing'))?.der ?? new Uint8Array()).revoked.size).toBe(1)
})
