/** The REST interface, route by route, with the rights of the web's role: who may call what, and what odd calls are told. */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { commandLineGrant } from '#lib/auth/accounts.ts'
import type { RouteHandler } from '#lib/auth/api-route.ts'
import { createToken, type TokenRole } from '#lib/data/tokens.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { CALLS } from './openapi.ts'

let database: TestDatabase
const tokens = new Map<TokenRole, string>()
const routes = new Map<string, Record<string, RouteHandler>>()

beforeAll(async () => {
  vi.stubEnv('LOG_LEVEL', 'silent')
  database = await createTestDatabase()
  chooseDatabase(database.webUrl)
  for (const role of ['admin', 'helpdesk', 'auditor'] as const) {
    tokens.set(role, (await createToken(commandLineGrant('test'), { name: role, role })).token)
  }
  for (const file of globSync('**/route.ts', { cwd: import.meta.dirname })) {
    const path = `/${file
      .replace(/\/route\.ts$/, '')
      .replaceAll('[', '{')
      .replaceAll(']', '}')}`
    routes.set(path, (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as Record<string, RouteHandler>)
  }
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await closeDb()
  await database.drop()
})

interface Sent {
  role?: TokenRole | null
  authorization?: string
  params?: Record<string, string>
  query?: string
  body?: unknown
  raw?: BodyInit
  type?: string
  headers?: Record<string, string>
}

async function call(method: string, path: string, sent: Sent = {}) {
  const { role = 'helpdesk', params = {}, query = '', body, raw, type = 'application/json' } = sent
  const headers = new Headers(sent.headers)
  if (role) headers.set('authorization', `Bearer ${tokens.get(role)}`)
  if (sent.authorization) headers.set('authorization', sent.authorization)
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  if (content !== undefined) headers.set('content-type', type)
  const request = new Request(`https://certdesk.example/api/v1${path}${query}`, {
    method,
    headers,
    ...(content === undefined ? {} : { body: content }),
  })
  const handler = routes.get(path)?.[method]
  if (!handler) throw new Error(`no ${method} ${path}`)
  const response = await handler(request, { params: Promise.resolve(params) })
  const value = (await response.json()) as Record<string, unknown>
  return { status: response.status, value, headers: response.headers }
}

const NOWHERE = { id: '0199b000-0000-7000-8000-000000000000', userid: 'nobody' }
const newUser = async (userid: string) =>
  call('POST', '/users', {
    body: {
      userid,
      name: 'Åsa Öberg',
      email: `${userid}@example.test`,
      attributes: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Test' },
    },
  })

describe.each(CALLS.map((c) => [`${c.method.toUpperCase()} ${c.path}`, c] as const))('%s', (_name, { method, path, body }) => {
  const verb = method.toUpperCase()
  const sent = { params: NOWHERE, ...(body ? { body: {} } : {}) }

  it('is closed without a token, and with one that is not ours', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer cdk_${'A'.repeat(43)}`, 'Basic eDp5']) {
      const { status, value, headers } = await call(verb, path, { ...sent, role: null, authorization })
      expect([status, value.code, headers.get('content-type')]).toEqual([401, 'not_signed_in', 'application/problem+json'])
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })

  it('lets an auditor read and change nothing', async () => {
    const { status } = await call(verb, path, { ...sent, role: 'auditor' })
    if (verb === 'POST') expect(status).toBe(403)
    else expect([200, 404]).toContain(status)
  })

  it('is never kept by a cache', async () => {
    for (const role of ['helpdesk', 'auditor'] as const) {
      const { headers } = await call(verb, path, { ...sent, role })
      expect(headers.get('cache-control')).toContain('no-store')
    }
  })
})

/** A body that the call takes. */
const bodyFor = (path: string): object => {
  if (path.endsWith('/release')) return {}
  return path.endsWith('/confirmation') ? { theirs: true } : { reason: 'unspecified' }
}

describe('what does not exist', () => {
  it('is a 404 problem, whether the id is unknown or none at all', async () => {
    for (const { method, path, body } of CALLS.filter((c) => c.params)) {
      for (const id of [NOWHERE.id, 'x', '', "'; DROP TABLE", '../users', '__proto__']) {
        const params = { id, userid: id === NOWHERE.id ? 'nobody' : id || ' ' }
        const sent = { params, ...(body ? { body: bodyFor(path) } : {}) }
        const { status, value } = await call(method.toUpperCase(), path, sent)
        expect([path, id, status, value.code]).toEqual([path, id, 404, 'not_found'])
      }
    }
  })
  it('methods that an address does not have are told with Allow', async () => {
    const { status, value, headers } = await call('DELETE', '/users')
    expect([status, value.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET, POST'])
  })
})

describe('bodies', () => {
  it.each([
    ['text/plain', '{}', 415],
    ['application/x-www-form-urlencoded', 'userid=a', 415],
    ['application/json', '{', 422],
    ['application/json', '', 422],
    ['application/json', 'null', 422],
    ['application/json', '[]', 422],
    ['application/json', '"x"', 422],
    ['application/json', JSON.stringify({ userid: 'a', name: 'x'.repeat(100_000) }), 413],
    ['application/json', Buffer.from([0x7b, 0xff, 0x7d]), 422],
  ] as [string, BodyInit, number][])('%s %s', async (type, raw, expected) => {
    const { status, value, headers } = await call('POST', '/users', { raw, type })
    expect([status, typeof value.code, headers.get('content-type')]).toEqual([expected, 'string', 'application/problem+json'])
  })

  it.each([{ not: '' }, { contains: '' }, { gt: '' }, { in: [] }, ['a'], null, 1, true])(
    '%j is no text anywhere (F-W10)',
    async (odd) => {
      for (const body of [
        { userid: odd, name: 'x' },
        { userid: 'odd.one', name: odd },
        { userid: 'odd.one', name: 'x', email: odd },
        { userid: 'odd.one', name: 'x', attributes: { O: odd } },
      ]) {
        expect((await call('POST', '/users', { body })).status).toBe(422)
      }
      expect((await call('POST', '/enrollments', { body: { userid: odd, profile: odd } })).status).toBe(422)
    },
  )
})

describe('users', () => {
  it('are made, found and read; a second one by the same name is a conflict', async () => {
    const made = await newUser('made.one')
    expect([made.status, made.headers.get('location')]).toEqual([201, '/api/v1/users/made.one'])
    expect((await call('GET', '/users/{userid}', { params: { userid: 'made.one' } })).value).toMatchObject({
      userid: 'made.one',
      name: 'Åsa Öberg',
      attributes: { C: 'SE', OU: 'Test' },
      phoneList: [],
      certificates: [],
    })
    expect((await call('GET', '/users', { query: '?q=made.one' })).value).toMatchObject({ total: 1, nextCursor: null })
    const again = await newUser('made.one')
    expect([again.status, again.value.code]).toEqual([409, 'userid_taken'])
  })

  it('are listed page by page to the end, each once', async () => {
    for (let i = 0; i < 5; i++) await newUser(`page.${i}`)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const { value } = await call('GET', '/users', {
        query: `?q=page&limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      })
      seen.push(...(value.items as { userid: string }[]).map((user) => user.userid))
      cursor = value.nextCursor as string | null
    } while (cursor)
    expect(seen).toEqual(['page.0', 'page.1', 'page.2', 'page.3', 'page.4'])
  })

  it.each(['limit=0', 'limit=201', 'limit=x', 'status=gone', 'sort=name', 'q=a&q=b', 'cursor=x', `q=${'x'.repeat(201)}`])(
    'a list asked for with ?%s is refused',
    async (query) => {
      expect((await call('GET', '/users', { query: `?${query}` })).status).toBe(422)
    },
  )
})

describe('enrolments', () => {
  const profile = 'Employee mobile ID'
  const start = (userid: string, key?: string, role: TokenRole = 'helpdesk') =>
    call('POST', '/enrollments', { role, body: { userid, profile }, headers: key ? { 'idempotency-key': key } : {} })

  it('an Idempotency-Key starts one, however often and at once it is sent', async () => {
    await newUser('idem.one')
    const answers = await Promise.all(Array.from({ length: 8 }, () => start('idem.one', 'key-1')))
    expect(answers.map((a) => a.status)).toEqual(Array(8).fill(201))
    expect(new Set(answers.map((a) => a.value.id)).size).toBe(1)
    expect((await call('GET', '/enrollments', { query: '?userid=idem.one' })).value.total).toBe(1)
  })

  it('the same key with another body is refused; another caller’s same key is another key', async () => {
    await newUser('idem.two')
    await newUser('idem.three')
    const first = await start('idem.two', 'key-2')
    const other = await start('idem.three', 'key-2')
    expect([other.status, other.value.code]).toEqual([422, 'idempotency_mismatch'])
    expect((await start('idem.two', 'key-2', 'admin')).value.id).not.toBe(first.value.id)
  })

  it('a key that is none is refused', async () => {
    await newUser('idem.four')
    for (const key of ['', 'x'.repeat(201), 'å']) {
      const { status } = await call('POST', '/enrollments', {
        body: { userid: 'idem.four', profile },
        headers: { 'idempotency-key': key },
      })
      expect([key, status]).toEqual([key, 422])
    }
  })

  it('begin as requesting, can be cancelled once, and are seen by the auditor without the offer', async () => {
    await newUser('cancel.one')
    const { value } = await start('cancel.one')
    expect(value).toMatchObject({ state: 'requesting', userid: 'cancel.one', profile, offer: null, device: null, failure: null })
    const params = { id: String(value.id) }
    expect((await call('POST', '/enrollments/{id}/cancel', { params })).value).toMatchObject({
      state: 'cancelled',
      failure: { code: 'cancelled' },
    })
    const again = await call('POST', '/enrollments/{id}/cancel', { params })
    expect([again.status, again.value.code]).toEqual([409, 'wrong_state'])
    const confirmed = await call('POST', '/enrollments/{id}/confirmation', { params, body: { theirs: true } })
    expect([confirmed.status, confirmed.value.code]).toEqual([409, 'wrong_state'])
    expect((await call('GET', '/enrollments/{id}', { params, role: 'auditor' })).value).toMatchObject({
      state: 'cancelled',
      offer: null,
    })
    expect((await call('GET', '/enrollments/{id}/evidence', { params, role: 'auditor' })).value).toEqual({
      verdict: null,
      policyVersion: null,
      checks: [],
    })
  })

  it('what failed at the CA is asked for again, once; what failed elsewhere is not', async () => {
    await newUser('again.one')
    const { id } = (await start('again.one')).value
    const owner = new pg.Client({ connectionString: database.ownerUrl })
    await owner.connect()
    const askFor = async (failureCode: string) => {
      const { rows } = await owner.query<{ id: string }>(
        `INSERT INTO enrollment (id, user_id, profile_version_id, started_by_name, state, failure_code)
         SELECT gen_random_uuid(), user_id, profile_version_id, started_by_name, 'failed', $2 FROM enrollment WHERE id = $1 RETURNING id`,
        [id, failureCode],
      )
      const params = { id: String(rows[0]?.id) }
      return (role: TokenRole) => call('POST', '/enrollments/{id}/issuance', { params, role })
    }
    try {
      const elsewhere = await (await askFor('hermod_error'))('helpdesk')
      expect([elsewhere.status, elsewhere.value.code]).toEqual([409, 'wrong_state'])
      const ask = await askFor('ca_refused')
      expect((await ask('auditor')).status).toBe(403)
      expect((await ask('helpdesk')).value).toMatchObject({ state: 'issuing', failure: null })
      const again = await ask('helpdesk')
      expect([again.status, again.value.code]).toEqual([409, 'wrong_state'])
    } finally {
      await owner.end()
    }
  })

  it('an unknown user or profile is said by its field', async () => {
    await newUser('known.one')
    const user = await call('POST', '/enrollments', { body: { userid: 'unknown.one', profile } })
    const other = await call('POST', '/enrollments', { body: { userid: 'known.one', profile: 'No such profile' } })
    expect([user.status, Object.keys(user.value.fields as object)]).toEqual([404, ['userid']])
    expect([other.status, Object.keys(other.value.fields as object)]).toEqual([404, ['profile']])
  })
})
