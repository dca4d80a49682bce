/** The callback endpoint as Hermod and strangers meet it, with the rights of the web's role. */
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { TRANSPORT_CASES, type TransportCase } from '#e2e/matrix/transport.ts'
import { closeDb } from '#lib/db.ts'
import { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from './route.ts'

let database: TestDatabase
let owner: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  vi.stubEnv('DATABASE_URL', database.webUrl)
  vi.stubEnv('HERMOD_CALLBACK_USER', 'hermod')
  vi.stubEnv('HERMOD_CALLBACK_PASSWORD', 'callback-secret')
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
let source = 0
beforeEach(async () => {
  source += 1
  await owner.query('DELETE FROM callback')
})

const GOOD = `Basic ${Buffer.from('hermod:callback-secret').toString('base64')}`

async function post(body: BodyInit, { path = 'provision', auth = GOOD as string | null, type = 'application/json' } = {}) {
  const headers = new Headers({ 'x-forwarded-for': `192.0.2.${source}`, 'content-type': type })
  if (auth) headers.set('authorization', auth)
  const request = new Request(`https://certdesk.example/hermod/callback${path && `/${path}`}`, {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  } as RequestInit)
  return POST(request, { params: Promise.resolve(path ? { kind: path.split('/').map(decodeURIComponent) } : {}) })
}
const METHODS: Record<string, (request: Request, context: { params: Promise<{ kind?: string[] }> }) => Promise<Response>> = {
  POST,
  GET,
  PUT,
  PATCH,
  DELETE,
  HEAD,
  OPTIONS,
}

/** A body of this many KiB, or without an end, of which no length is told. */
const endless = (kibibytes = Number.POSITIVE_INFINITY): ReadableStream => {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ < kibibytes) controller.enqueue(new Uint8Array(1024).fill(120))
      else controller.close()
    },
  })
}

/** As Next calls the route: the path taken apart, each part decoded. */
async function send({ method, path, headers, auth, body }: TransportCase): Promise<Response> {
  const credentials = auth === 'good' ? GOOD : auth?.raw
  const request = new Request(`https://certdesk.example/hermod/callback${path}`, {
    method,
    headers: { 'x-forwarded-for': `192.0.2.${source}`, ...headers, ...(credentials ? { authorization: credentials } : {}) },
    body: body === 'never ends' ? endless() : typeof body === 'function' ? Buffer.from(body()) : undefined,
    duplex: 'half',
  } as RequestInit)
  const kind = path.split('/').slice(1).map(decodeURIComponent)
  const handler = METHODS[method]
  if (!handler) throw new Error(`no handler for ${method}`)
  return handler(request, { params: Promise.resolve({ kind }) })
}

const stored = async () =>
  (
    await owner.query<{ kind: string; body: Buffer; repeats: number; state: string }>(
      'SELECT kind, body, repeats, state::text FROM callback',
    )
  ).rows

describe('what Hermod says is kept byte for byte, then answered', () => {
  it('stores and answers {} with a job for the worker', async () => {
    const bytes = Buffer.from('{"commandId":"1",  "x":"\\u00e5"}\n')
    const answer = await post(bytes)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('{}')
    expect(await stored()).toEqual([{ kind: 'provision', body: bytes, repeats: 0, state: 'received' }])
    const { rows } = await owner.query(
      `SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE task_identifier = 'process-callback'`,
    )
    expect(rows[0].n).toBeGreaterThan(0)
  })
  it('takes the bare path too', async () => {
    expect((await post('{"a":1}', { path: '' })).status).toBe(200)
    expect(await stored()).toMatchObject([{ kind: '' }])
  })
  it('keeps what is no JSON at all: judging is the worker’s', async () => {
    for (const body of ['{', '[]', 'null', '']) expect((await post(body)).status).toBe(200)
    expect(await stored()).toHaveLength(4)
  })
  it('keeps equal bytes once, however often they come (F-S1)', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('{"same":true}')))
    expect(answers.every((answer) => answer.status === 200)).toBe(true)
    expect(await stored()).toMatchObject([{ repeats: 49 }])
  })
})

describe('what is refused leaves no trace', () => {
  it.each(TRANSPORT_CASES.map((one) => [`${one.id} ${one.title} → ${one.status}`, one] as const))('%s', async (_name, one) => {
    const answer = await send(one)
    expect(answer.status).toBe(one.status)
    if (one.status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    if (one.status === 405) expect(answer.headers.get('allow')).toBe('POST')
    expect(await answer.text()).toBe('')
    expect(await stored()).toEqual([])
  })
  it('takes 64 KiB and refuses one byte more, with and without a promised length (F-S13)', async () => {
    expect((await post('x'.repeat(65_536))).status).toBe(200)
    expect((await post('x'.repeat(65_537))).status).toBe(413)
    expect((await post(endless(65))).status).toBe(413)
    expect(await stored()).toHaveLength(1)
  })
  it.each(['provision/', '..', ''].map((path) => [path]))(
    'F-S14 404 for a path that only a router could bring: “%s”',
    async (path) => {
      const answer = await post('{}', { path })
      expect(answer.status).toBe(path === '' ? 200 : 404)
    },
  )
  it('a source that keeps failing is braked, others are not', async () => {
    for (let i = 0; i < 20; i++) await post('{}', { auth: null })
    expect((await post('{}', { auth: null })).status).toBe(429)
    source += 100
    expect((await post('{"other":1}')).status).toBe(200)
  })
})
