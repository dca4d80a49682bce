import { sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { newRsaPair } from './rsa-fixtures.ts'

it('gives keys of the length asked for that sign, no two alike', () => {
  const seen = new Set<string>()
  for (const length of [2048, 2048, 2048, 2048, 2048, 2048, 3072])
    for (const pair of [newRsaPair(length)]) {
      expect(pair.publicKey.asymmetricKeyDetails).toEqual({ modulusLength: length, publicExponent: 65537n })
      const signature = sign('sha256', Buffer.from('said'), pair.privateKey)
      expect(verify('sha256', Buffer.from('said'), pair.publicKey, signature)).toBe(true)
      seen.add(pair.publicKey.export({ type: 'spki', format: 'der' }).toString('hex'))
    }
  expect(seen.size).toBe(7)
})
