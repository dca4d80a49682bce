import { describe, expect, it } from 'vitest'
import { fixedRsa } from '#e2e/fuzz/keys.ts'
import { type RsaPair, sharedPrimePair } from './rsa-fixtures.ts'
import { sharesPrime } from './shared-prime.ts'

const modulusOf = ({ publicKey }: Pick<RsaPair, 'publicKey'>): Buffer<ArrayBuffer> =>
  Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url')

describe('F-O8 a shared prime', () => {
  const [one, two] = sharedPrimePair().map(modulusOf) as [Buffer<ArrayBuffer>, Buffer<ArrayBuffer>]
  const strangers = (['phone signer', 'ca', 'root'] as const).map((role) => modulusOf(fixedRsa(role)))

  it('is found beside the other key, wherever that stands among good ones', () => {
    expect(one).toHaveLength(256)
    expect(sharesPrime(one, [two])).toBe(true)
    expect(sharesPrime(two, [...strangers, one])).toBe(true)
    expect(sharesPrime(one, [two, ...strangers, two])).toBe(true)
  })

  it('is not found where there is none: alone, beside itself, beside good ones', () => {
    expect(sharesPrime(one, [])).toBe(false)
    expect(sharesPrime(one, [one, one])).toBe(false)
    expect(sharesPrime(one, strangers)).toBe(false)
    for (const n of strangers) expect(sharesPrime(n, strangers)).toBe(false)
  })
})
