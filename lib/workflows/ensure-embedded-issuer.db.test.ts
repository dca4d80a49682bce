import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { readIssuer, readPublishedIssuer } from '#lib/data/issuers.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { openIssuer } from '#lib/issuer/registry.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'

const grant = systemGrant()
const context = { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const name = 'certdesk-issuing-ca'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  chooseDatabase(database.workerUrl)
})
afterAll(async () => {
  await closeDb()
  await database?.drop()
})

describe('the embedded CA', () => {
  it('is made once, whoever starts first, and by all of them found the same', async () => {
    const all = await Promise.all([1, 2, 3].map(() => ensureEmbeddedIssuer(grant, context)))
    const certificates = all.map(({ issuer }) => Buffer.from(issuer.trust.certificate).toString('hex'))
    expect(new Set(certificates).size).toBe(1)
    const stored = await readIssuer(grant, { name })
    expect(Buffer.from(stored?.certificate ?? []).toString('hex')).toBe(certificates[0])
    expect(stored?.secrets.map((secret) => secret.name).sort()).toEqual(['issuing-key', 'root-key'])
    expect(stored?.chain).toHaveLength(2)
  })

  it('stops the start of a worker with another passphrase, in one sentence', async () => {
    await ensureEmbeddedIssuer(grant, context)
    // As a new process would: the registry has not opened it under this name yet.
    const stored = await readIssuer(grant, { name })
    if (!stored) throw new Error('no issuer')
    await expect(openIssuer(stored, { passphrase: 'another passphrase', publicUrl: context.publicUrl })).rejects.toMatchObject({
      code: 'wrong_passphrase',
      message: expect.stringMatching(
        /^CA_KEY_PASSPHRASE does not open the key certdesk-issuing-ca\/(root|issuing)-key: [^.]*\.$/,
      ),
    })
  })

  it('keeps its keys from the web, which may read only what is published (A18)', async () => {
    await ensureEmbeddedIssuer(grant, context)
    const web = new pg.Client({ connectionString: database.webUrl })
    await web.connect()
    try {
      await expect(web.query('SELECT sealed FROM issuer_secret')).rejects.toMatchObject({ code: '42501' })
      await expect(web.query('UPDATE issuer SET certificate = NULL')).rejects.toMatchObject({ code: '42501' })
      await expect(web.query(`INSERT INTO crl VALUES (gen_random_uuid(), 'issuing', 1, '', now(), now())`)).rejects.toMatchObject(
        { code: '42501' },
      )
      expect((await web.query('SELECT certificate FROM issuer WHERE name = $1', [name])).rows[0].certificate).toBeInstanceOf(
        Buffer,
      )
    } finally {
      await web.end()
    }
    expect((await readPublishedIssuer(name))?.chain).toHaveLength(2)
    expect(await readPublishedIssuer('no-such-ca')).toBeNull()
  })
})
