import { describe, expect, it } from 'vitest'
import { isSameOrigin, ownOrigins } from './same-origin.ts'

const origins = ownOrigins('http://127.0.0.1:3000')
const ask = (headers: Record<string, string>) => isSameOrigin(new Headers(headers), origins)

describe('only our own pages may act (F-W1, F-W2)', () => {
  it.each([
    [{ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'http://127.0.0.1:3000' }],
    [{ origin: 'http://localhost:3000' }],
    [{ origin: 'http://[::1]:3000' }],
    [{ 'sec-fetch-site': 'same-origin' }],
  ])('%j may', (headers) => {
    expect(ask(headers as Record<string, string>)).toBe(true)
  })

  it.each([
    [{}],
    [{ origin: 'null' }],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'http://127.0.0.1:3001' }],
    [{ origin: 'https://127.0.0.1:3000' }],
    [{ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'x-forwarded-host': '127.0.0.1:3000', host: '127.0.0.1:3000' }],
  ])('%j may not', (headers) => {
    expect(ask(headers as Record<string, string>)).toBe(false)
  })

  it('a public address has no other names', () => {
    expect(ownOrigins('https://certdesk.example/')).toEqual(['https://certdesk.example'])
  })
})
