/** Keys for dummy requests of tests: each pair is handed out once, as by the real ones, but RSA keys cost next to nothing. */
import { generateKeyPairSync } from 'node:crypto'
import { newRsaPair } from '#lib/core/x509/rsa-fixtures.ts'
import type { DummyKeys } from './dummy-keys.ts'

export const cheapDummyKeys = (): DummyKeys => ({
  async take(keyType) {
    const [kind, size = ''] = keyType.split('-')
    return kind === 'RSA'
      ? newRsaPair(Number(size)).privateKey
      : generateKeyPairSync('ec', { namedCurve: size.replace('P', 'P-') }).privateKey
  },
  warm: () => undefined,
  close: () => undefined,
})
