/** Live streams against a real database: what a browser hears, and when it no longer does. */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { closeListener, subscribe } from '#lib/db-listen.ts'
import { MAX_STREAMS, streamCount } from './hub.ts'
import { changeStream } from './stream.ts'

let database: TestDatabase
let owner: pg.Client
const abort: AbortController[] = []

beforeAll(async () => {
  vi.stubEnv('LOG_LEVEL', 'silent')
  // All streams of a process share one timer, made with the first: it ticks when a test says so.
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  database = await createTestDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.webUrl)
  // The listening connection stands before the first test, so that its own "changed" surprises none.
  await new Promise<void>((done) => {
    subscribe({ onChange: () => undefined, onGap: done })
  })
})
afterEach(() => {
  for (const controller of abort.splice(0)) controller.abort()
})
afterAll(async () => {
  await closeListener()
  await closeDb()
  await owner.end()
  await database.drop()
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const notify = (topic: string) => owner.query(`SELECT pg_notify('certdesk', $1)`, [topic])

function open(topic: string, { streamOwner = 'account:1', mayStill = async () => true } = {}) {
  const controller = new AbortController()
  abort.push(controller)
  const response = changeStream({ topic, owner: streamOwner, signal: controller.signal, mayStill })
  const reader = response.body?.getReader()
  const next = async (): Promise<string | null> => {
    const piece = await reader?.read()
    return piece?.value ? new TextDecoder().decode(piece.value) : null
  }
  return { response, next, abort: () => controller.abort() }
}

/** Resolves when the stream has ended; what still comes before is not looked at. */
async function toEnd(stream: { next: () => Promise<string | null> }): Promise<void> {
  while ((await stream.next()) !== null);
}

describe('a stream', () => {
  it('says how to reconnect, then "changed" at once, with nothing in it', async () => {
    const stream = open('enrollment:a')
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(stream.response.headers.get('cache-control')).toContain('no-store')
    expect(await stream.next()).toBe('retry: 1000\n\nevent: changed\ndata: changed\n\n')
  })

  it('hears of its own topic only', async () => {
    const [mine, other] = [open('enrollment:b'), open('enrollment:c')]
    await Promise.all([mine.next(), other.next()])
    await notify('enrollment:b')
    expect(await mine.next()).toBe('event: changed\ndata: changed\n\n')
    await notify('enrollment:c')
    expect(await other.next()).toBe('event: changed\ndata: changed\n\n')
  })

  it('is gone from the process when the browser goes', async () => {
    const before = streamCount()
    const stream = open('enrollment:d')
    expect(streamCount()).toBe(before + 1)
    stream.abort()
    expect(streamCount()).toBe(before)
    await toEnd(stream)
  })

  it('ends within a minute of the right to it being gone, not before (F-W31)', async () => {
    let allowed = true
    const asked = vi.fn(async () => allowed)
    const stream = open('enrollment:e', { mayStill: asked })
    vi.advanceTimersByTime(59_000)
    expect(asked).toHaveBeenCalledTimes(1)
    allowed = false
    vi.advanceTimersByTime(60_000)
    await toEnd(stream)
  })

  it('survives a database that cannot be asked for a moment', async () => {
    const before = streamCount()
    open('enrollment:f', { mayStill: () => Promise.reject(new Error('away')) })
    vi.advanceTimersByTime(60_000)
    await Promise.resolve()
    expect(streamCount()).toBe(before + 1)
  })

  it('is refused when one person has too many, and there is room again when one closes', async () => {
    const streams = Array.from({ length: MAX_STREAMS.perPerson }, () => open('enrollment:g', { streamOwner: 'account:many' }))
    expect(open('enrollment:g', { streamOwner: 'account:many' }).response.status).toBe(429)
    expect(open('enrollment:g', { streamOwner: 'account:other' }).response.status).toBe(200)
    streams[0]?.abort()
    expect(open('enrollment:g', { streamOwner: 'account:many' }).response.status).toBe(200)
  })

  it('lets go of a reader that does not read', async () => {
    const before = streamCount()
    open('enrollment:h', { streamOwner: 'account:slow' })
    const quick = open('enrollment:h', { streamOwner: 'account:quick' })
    await quick.next()
    for (let i = 0; i < 40; i++) {
      await notify('enrollment:h')
      await quick.next()
    }
    expect(streamCount()).toBe(before + 1)
  })
})
