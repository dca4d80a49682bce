import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { commandLineGrant } from '#lib/auth/accounts.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { createToken, findToken, revokeToken } from './tokens.ts'

let database: TestDatabase
let owner: pg.Client
const grant = commandLineGrant('test')

beforeAll(async () => {
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  // Everything here happens with the web's rights.
  chooseDatabase(database.webUrl)
})
afterAll(async () => {
  await closeDb()
  await owner.end()
  await database.drop()
})

it('a token is its actor; the database keeps only a hash of it', async () => {
  const { id, token } = await createToken(grant, { name: 'inventory', role: 'helpdesk' })
  expect(token).toMatch(/^cdk_[A-Za-z0-9_-]{43}$/)
  expect(await findToken(token)).toEqual({ kind: 'token', id, name: 'inventory', role: 'helpdesk' })
  const { rows } = await owner.query('SELECT * FROM api_token WHERE id = $1', [id])
  expect(JSON.stringify(rows[0])).not.toContain(token.slice(4))
  expect(rows[0].token_hash).toHaveLength(32)
  expect(rows[0].last_used_at).toBeInstanceOf(Date)
})

it('a token that is not ours, altered, cut or extended is nobody', async () => {
  const { token } = await createToken(grant, { name: 'x', role: 'auditor' })
  const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  for (const other of [altered, token.slice(0, -1), `${token}A`, token.toUpperCase(), 'cdk_', ''])
    expect(await findToken(other)).toBeNull()
})

it('a revoked token is nobody from then on, and is revoked once', async () => {
  const { id, token } = await createToken(grant, { name: 'lost', role: 'admin' })
  expect(await revokeToken(grant, id)).toBe(true)
  expect(await findToken(token)).toBeNull()
  expect(await revokeToken(grant, id)).toBe(false)
})

it('an expired token is nobody, by the database’s clock', async () => {
  const { token } = await createToken(grant, { name: 'old', role: 'admin', expiresAt: new Date(Date.now() - 1000) })
  expect(await findToken(token)).toBeNull()
})

it('making and revoking is in the audit, the token is not', async () => {
  const { id, token } = await createToken(grant, { name: 'noted', role: 'helpdesk' })
  await revokeToken(grant, id)
  const { rows } = await owner.query(
    'SELECT action, actor_name, detail::text FROM audit_entry WHERE object_id = $1 ORDER BY seq',
    [id],
  )
  expect(rows.map((row) => row.action)).toEqual(['token.created', 'token.revoked'])
  expect(rows[0].actor_name).toBe('test')
  expect(JSON.stringify(rows)).not.toContain(token)
})
