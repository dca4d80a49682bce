/** Sessions as they are on the wire and in the database: better-auth on our tables, with the rights of the web's role. */
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { closeDb } from '#lib/db.ts'
import { createAccount } from './accounts.ts'
import { actorFromSession } from './actor.ts'
import { auth } from './auth.ts'

let database: TestDatabase
let owner: pg.Client
const PASSWORD = 'correct horse battery staple'

beforeAll(async () => {
  database = await createTestDatabase()
  vi.stubEnv('DATABASE_URL', database.webUrl)
  vi.stubEnv('PUBLIC_URL', 'https://certdesk.example')
  vi.stubEnv('SESSION_SECRET', 's'.repeat(40))
  vi.stubEnv('LOG_LEVEL', 'silent')
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await closeDb()
  await owner.end()
  await database.drop()
})

const newAccount = (email: string) => createAccount({ email, name: 'Hanna', role: 'helpdesk', password: PASSWORD })

async function signIn(email: string, password = PASSWORD) {
  const { headers } = await auth().api.signInEmail({ body: { email, password }, returnHeaders: true })
  const setCookie = headers.get('set-cookie') ?? ''
  return { setCookie, cookies: new Headers({ cookie: setCookie.split(';')[0] ?? '' }) }
}

it('a right password makes a session whose cookie only this host and only its server sees', async () => {
  const { id } = await newAccount('a@example.test')
  const { setCookie, cookies } = await signIn('A@example.test')
  expect(setCookie).toMatch(/^__Host-certdesk-session=/)
  for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/', 'Max-Age=43200'])
    expect(setCookie).toContain(attribute)
  expect(setCookie).not.toMatch(/domain=/i)
  expect(await actorFromSession(cookies)).toEqual({ kind: 'account', id, name: 'Hanna', role: 'helpdesk', userId: null })
})

it('what stands in the database does not make a cookie', async () => {
  await newAccount('b@example.test')
  const { setCookie } = await signIn('b@example.test')
  const { rows } = await owner.query('SELECT token FROM account_session ORDER BY created_at DESC LIMIT 1')
  const cookie = decodeURIComponent(setCookie.split(';')[0]?.split('=')[1] ?? '')
  expect(cookie.startsWith(`${rows[0].token}.`)).toBe(true)
  expect(await actorFromSession(new Headers({ cookie: `__Host-certdesk-session=${rows[0].token}` }))).toBeNull()
  expect(
    await actorFromSession(new Headers({ cookie: `__Host-certdesk-session=${rows[0].token}.${'A'.repeat(43)}%3D` })),
  ).toBeNull()
})

it('each sign-in is a new session, and a cookie that was set before means nothing (F-W18)', async () => {
  await newAccount('c@example.test')
  const [first, second] = [await signIn('c@example.test'), await signIn('c@example.test')]
  expect(first.setCookie.split(';')[0]).not.toBe(second.setCookie.split(';')[0])
})

it('a wrong password, an unknown address and a disabled account make none', async () => {
  await newAccount('d@example.test')
  await expect(signIn('d@example.test', 'wrong wrong wrong')).rejects.toMatchObject({ status: 'UNAUTHORIZED' })
  await expect(signIn('nobody@example.test')).rejects.toMatchObject({ status: 'UNAUTHORIZED' })
  await owner.query(`UPDATE account SET disabled_at = now() WHERE email = 'd@example.test'`)
  await expect(signIn('d@example.test')).rejects.toMatchObject({ body: { code: 'FAILED_TO_CREATE_SESSION' } })
})

it('disabling, another role and signing out hold from the next request on', async () => {
  const { id } = await newAccount('e@example.test')
  const { cookies } = await signIn('e@example.test')
  await owner.query(`UPDATE account SET role = 'auditor' WHERE id = $1`, [id])
  expect(await actorFromSession(cookies)).toMatchObject({ role: 'auditor' })
  await owner.query(`UPDATE account SET disabled_at = now() WHERE id = $1`, [id])
  expect(await actorFromSession(cookies)).toBeNull()
  await owner.query(`UPDATE account SET disabled_at = NULL WHERE id = $1`, [id])
  await auth().api.signOut({ headers: cookies })
  expect(await actorFromSession(cookies)).toBeNull()
})

it('a session ends twelve hours after it began, used or not', async () => {
  await newAccount('f@example.test')
  const { cookies } = await signIn('f@example.test')
  expect(await actorFromSession(cookies)).not.toBeNull()
  const { rows } = await owner.query(
    `SELECT extract(epoch FROM expires_at - created_at)::int AS life FROM account_session ORDER BY created_at DESC LIMIT 1`,
  )
  expect(rows[0].life).toBeCloseTo(43_200, -1)
  await owner.query(`UPDATE account_session SET expires_at = now() - interval '1 second'`)
  expect(await actorFromSession(cookies)).toBeNull()
})

it('nobody makes an account over HTTP', async () => {
  await expect(
    auth().api.signUpEmail({ body: { email: 'x@example.test', password: PASSWORD, name: 'X' } }),
  ).rejects.toMatchObject({ body: { code: 'EMAIL_PASSWORD_SIGN_UP_DISABLED' } })
})

it('an e-mail has one account, whatever its capitals', async () => {
  await newAccount('g@example.test')
  await expect(newAccount('G@Example.test')).rejects.toMatchObject({ code: 'conflict' })
})
