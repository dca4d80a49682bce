import { describe, expect, it } from 'vitest'
import { isJson, readBody } from './read-body.ts'

const limits = { maxBytes: 10, timeoutMs: 50 }
const streamed = (
  pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  headers: Record<string, string> = {},
) => {
  const body = new ReadableStream<Uint8Array>({ pull })
  return new Request('http://portal.invalid/', { method: 'POST', body, duplex: 'half', headers } as RequestInit)
}
const posted = (body: string, headers: Record<string, string> = {}) =>
  new Request('http://portal.invalid/', { method: 'POST', body, headers })

describe('bodies are bounded in size and time (F-S13)', () => {
  it('takes exactly the limit', async () => {
    expect(await readBody(posted('0123456789'), limits)).toEqual({ status: 'ok', body: Buffer.from('0123456789') })
  })
  it('refuses one byte more', async () => {
    expect(await readBody(posted('0123456789x'), limits)).toEqual({ status: 'too_large' })
  })
  it('refuses by the promised length without reading', async () => {
    let pulls = 0
    const request = streamed(
      (c) => {
        pulls += 1
        c.enqueue(new Uint8Array(1))
      },
      { 'content-length': '11' },
    )
    expect(await readBody(request, limits)).toEqual({ status: 'too_large' })
    expect(pulls).toBeLessThanOrEqual(1)
  })
  it('stops a body without end, holding no more than the limit', async () => {
    let sent = 0
    const request = streamed((c) => {
      sent += 4
      c.enqueue(new Uint8Array(4))
    })
    expect(await readBody(request, limits)).toEqual({ status: 'too_large' })
    expect(sent).toBeLessThanOrEqual(20)
  })
  it('gives up on a body that trickles', async () => {
    expect(
      await readBody(
        streamed(() => undefined),
        limits,
      ),
    ).toEqual({ status: 'too_slow' })
  })
  it('does not unpack anything', async () => {
    expect(await readBody(posted('x', { 'content-encoding': 'gzip' }), limits)).toEqual({ status: 'encoded' })
  })
  it('survives a broken transfer', async () => {
    expect(
      await readBody(
        streamed((c) => c.error(new Error('reset'))),
        limits,
      ),
    ).toEqual({ status: 'broken' })
  })
})

describe('only JSON counts as JSON', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])('%s', (type) => {
    expect(isJson(posted('{}', { 'content-type': type }))).toBe(true)
  })
  it.each([
    'text/plain',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
  ])('not %s', (type) => {
    expect(isJson(posted('{}', { 'content-type': type }))).toBe(false)
  })
})
