import { X509Certificate } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { parseCertificate, readCrlUrls } from '#lib/core/x509/certificate.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { getHome } from '#lib/data/home.ts'
import { findGenerations, listCrlIssuers, readPublishedCrl, readPublishedIssuer } from '#lib/data/issuers.ts'
import { readIssuance } from '#lib/data/issuing.ts'
import { reserveCertificate } from '#lib/data/issuing-writes.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'
import { openStoredIssuer } from './open-issuer.ts'
import { publishCrl } from './publish-crl.ts'
import { rotateIssuingCa } from './rotate-issuing-ca.ts'

const grant = systemGrant()
const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const first = 'certdesk-issuing-ca'

let database: TestDatabase
let owner: pg.Client
beforeAll(async () => {
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  // Rotation is a command of the database's owner.
  chooseDatabase(database.ownerUrl)
  await ensureEmbeddedIssuer(grant, context)
  await publishCrl(grant, context)
})
afterAll(async () => {
  await closeDb()
  await owner?.end()
  await database?.drop()
})

/** Tests run in any order on one database: whichever generation issues now. */
async function currentGeneration(): Promise<{ name: string; count: number }> {
  const found = await findGenerations(null, grant, first)
  if (found === null) throw new Error('no CA')
  return { name: found.current.name, count: found.count }
}

async function issue(enrollmentId: string): Promise<X509Certificate> {
  await issueCertificates(grant, context, { enrollmentId })
  const { rows } = await owner.query<{ der: Bytes }>(
    'SELECT c.der FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1',
    [enrollmentId],
  )
  return new X509Certificate(rows[0]?.der ?? new Uint8Array())
}

it('gives the issuing CA a new key under the same root; what is under way is finished by the old one, and both go on to be checked', async () => {
  const before = await currentGeneration()
  const issuedBefore = await issue((await insertIssuing(owner, [makeKey()])).enrollmentId)
  // One enrolment is reserved by the old generation, and one is only waiting.
  const reserved = await insertIssuing(owner, [makeKey()])
  const waiting = await insertIssuing(owner, [makeKey()])
  const issuance = await readIssuance(grant, reserved.enrollmentId)
  const key = issuance?.keys[0]
  if (!issuance || !key) throw new Error('no key')
  const old = await openStoredIssuer(grant, context, issuance.issuer)
  const { subject, spki } = readCsr(key.csr)
  const { email, upn } = issuance.subjectAltName
  const profile = issuance.profile.certificate
  const prepared = await old.issuer.prepare({ csr: key.csr, subject, spki, profile, email, upn, now: issuance.now }, 'x')
  if (prepared.status !== 'prepared') throw new Error(prepared.detail)
  const { bytes: tbs, ...rest } = prepared.prepared
  await reserveCertificate(grant, reserved.enrollmentId, { key, issuerId: issuance.issuer.id, tbs, ...rest })

  const made = await rotateIssuingCa(grant, context, first)
  expect(made).toMatchObject({ name: `${first}-${before.count + 1}`, replaces: before.name })

  const [byOld, byNew] = [await issue(reserved.enrollmentId), await issue(waiting.enrollmentId)]
  const [oldCa, newCa] = await Promise.all([readPublishedIssuer(before.name), readPublishedIssuer(made.name)])
  if (!oldCa || !newCa) throw new Error('a generation is not published')
  const [oldKey, newKey] = [oldCa, newCa].map(({ certificate }) => new X509Certificate(certificate).publicKey)
  if (!oldKey || !newKey) throw new Error('no keys')
  expect([issuedBefore, byOld, byNew].map((leaf) => leaf.verify(oldKey))).toEqual([true, true, false])
  expect(byNew.verify(newKey)).toBe(true)
  expect(byNew.issuer).toContain(`CN=Certdesk Issuing CA ${before.count + 1}`)
  expect(readCrlUrls(parseCertificate(Uint8Array.from(byNew.raw)))).toEqual([`https://desk.example/pki/${made.name}.crl`])
  // Same root, and the root's own CRL stays where it was.
  expect(openChain(newCa.chain).notAfter).toEqual(made.notAfter)
  expect(newCa.chain.at(-1)).toEqual(oldCa.chain.at(-1))
  expect(readCrlUrls(parseCertificate(newCa.certificate))).toEqual([`https://desk.example/pki/${first}-root.crl`])

  // The first CRL was there with the generation; the root's has one series of numbers, kept by the first.
  expect((await readPublishedCrl(made.name, 'issuing'))?.number).toBe(1)
  await publishCrl(grant, context)
  expect(await readPublishedCrl(made.name, 'root')).toBeNull()
  expect((await readPublishedCrl(first, 'root'))?.number).toBe(1)
})

it('can be done again, by any generation’s name, and keeps a replaced one’s CRL until its certificates have ended', async () => {
  const second = await rotateIssuingCa(grant, context, first)
  await issue((await insertIssuing(owner, [makeKey()])).enrollmentId)
  const third = await rotateIssuingCa(grant, context, first)
  expect(third.replaces).toBe(second.name)
  const { rows } = await owner.query<{ name: string }>(
    'SELECT name FROM issuer WHERE kind = $1 AND replaced_by_id IS DISTINCT FROM (SELECT id FROM issuer WHERE name = $2)',
    ['embedded', third.name],
  )
  expect(rows).toEqual([{ name: third.name }])
  const names = async () => (await listCrlIssuers(grant)).map(({ name }) => name)
  expect(await names()).toEqual(expect.arrayContaining([first, second.name, third.name]))
  await owner.query(
    `UPDATE certificate SET not_before = now() - interval '60 days', not_after = now() - interval '15 days'
     WHERE issuer_id = (SELECT id FROM issuer WHERE name = $1)`,
    [second.name],
  )
  expect(await names()).toEqual(expect.arrayContaining([first, third.name]))
  expect(await names()).not.toContain(second.name)
  await expect(rotateIssuingCa(grant, context, 'no-such-ca')).rejects.toMatchObject({ code: 'unsupported' })
  const { rows: audit } = await owner.query(
    `SELECT 1 FROM audit_entry WHERE action = 'issuer.rotated' AND detail->>'replaces' = $1`,
    [second.name],
  )
  expect(audit).toHaveLength(1)
})

it('is asked for on the home page before the CA begins to refuse what would outlive it', async () => {
  const desk = authorize({ kind: 'account', id: 'a', name: 'A', role: 'helpdesk', userId: null }, 'enrollment:read')
  const issuer = async () => (await getHome(desk)).health.find(({ part }) => part === 'issuer')?.detail
  expect(await issuer()).toBe('ready')
  // An issuing CA of 9½ years ago: half a year is left, and profiles ask for a year.
  await rotateIssuingCa(grant, context, first, new Date(Date.now() - 9.5 * 365 * 86_400_000))
  await publishCrl(grant, context)
  expect(await issuer()).toBe('ca_ends_soon')
  await rotateIssuingCa(grant, context, first)
  expect(await issuer()).toBe('ready')
})
