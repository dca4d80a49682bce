import { describe, expect, it } from 'vitest'
import { basicAuthMatches } from './basic-auth.ts'

const expected = { user: 'hermod', password: 'pass:wörd' }
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('callbacks need exactly the configured credentials (F-S12)', () => {
  it('takes them, whatever the case of the scheme', () => {
    expect(basicAuthMatches(basic('hermod:pass:wörd'), expected)).toBe(true)
    expect(basicAuthMatches(basic('hermod:pass:wörd').replace('Basic', 'basic'), expected)).toBe(true)
  })
  it.each([
    null,
    '',
    'Basic',
    'Basic ',
    basic(''),
    basic('hermod'),
    basic('hermod:'),
    basic('hermod:wrong'),
    basic('other:pass:wörd'),
    basic('hermod:pass:wörd '),
    'Bearer abc',
    `Basic ${'A'.repeat(100_000)}`,
  ])('refuses %j', (header) => {
    expect(basicAuthMatches(header, expected)).toBe(false)
  })
  it('lets nobody in when nothing is configured', () => {
    expect(basicAuthMatches(basic(''), null)).toBe(false)
    expect(basicAuthMatches(basic(':'), null)).toBe(false)
    expect(basicAuthMatches(null, null)).toBe(false)
  })
})
