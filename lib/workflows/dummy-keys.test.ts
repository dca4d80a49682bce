import { createPublicKey } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { createDummyKeys } from './dummy-keys.ts'

it('hands out every throw-away key once, also when more are wanted at once than are ready', async () => {
  const keys = createDummyKeys(2, 0)
  keys.warm()
  const taken = await Promise.all(Array.from({ length: 6 }, () => keys.take('RSA-2048')))
  keys.close()
  const moduli = taken.map((key) => createPublicKey(key).export({ format: 'jwk' }).n)
  expect(new Set(moduli).size).toBe(6)
  expect(
    taken.every((key) => key.asymmetricKeyDetails?.modulusLength === 2048 && key.asymmetricKeyDetails.publicExponent === 65537n),
  ).toBe(true)
})

it('has keys ready before they are asked for', async () => {
  const keys = createDummyKeys(1, 0)
  keys.warm()
  // One that is ready comes in a microtask; one that must be made takes the thread pool's time.
  await vi.waitFor(async () => {
    const first = await Promise.race([keys.take('RSA-2048'), new Promise((made) => setImmediate(() => made(null)))])
    expect(first).not.toBeNull()
  }, 10_000)
  keys.close()
})
