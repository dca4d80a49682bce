import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from './decode-message.ts'

const callback = readFileSync(new URL('../../e2e/vectors/nexus-example/provision-callback.json', import.meta.url), 'utf8')

describe('messages taken apart for looking at', () => {
  it('the vendor’s answer: outer signature, and the key’s own inside it', () => {
    const { pretty, signed } = decodeMessage(callback)
    expect(pretty).toContain('"commandId": "18092"')
    expect(signed.map((part) => part.path)).toEqual(['provResponse.result.data'])
    expect(signed[0]?.header).toMatchObject({ alg: 'RS256', nonce: '123456789' })
    expect(signed[0]?.nested[0]?.header).toMatchObject({ alg: 'RS256', kid: 'signer' })
    expect(signed[0]?.signatureLength).toBe(256)
  })

  it.each(['', '{', '<html></html>', '\u0000'])('%j is no JSON: shown as it came', (body) => {
    expect(decodeMessage(body)).toEqual({ pretty: null, signed: [] })
  })

  it('what only looks signed stays text', () => {
    expect(decodeMessage('{"a":"aaaa.bbbb.cccc","b":"www.example.com"}').signed).toEqual([])
  })

  it('signed parts nested without end are followed to a depth only', () => {
    const encode = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    let inner = 'x'
    for (let n = 0; n < 8; n += 1) inner = `${encode({ alg: 'none' })}.${encode({ inner })}.AA`
    let depth = 0
    for (let at = decodeMessage(JSON.stringify({ inner })).signed; at.length > 0; at = at[0]?.nested ?? []) depth += 1
    expect(depth).toBeLessThanOrEqual(6)
  })

  it('a wide message is read to a number of nodes only', () => {
    expect(decodeMessage(JSON.stringify(Array.from({ length: 100_000 }, () => 0))).signed).toEqual([])
  })
})
