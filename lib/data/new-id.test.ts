import { expect, it } from 'vitest'
import { isId, newId } from './new-id.ts'

it('is a UUID of version 7 that sorts by time', () => {
  const ids = [1_000, 2_000, 1_795_000_000_000].map((ms) => newId(ms))
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect([...ids].sort()).toEqual(ids)
  expect(newId(1)).not.toBe(newId(1))
  expect(ids.every(isId)).toBe(true)
  expect(isId("1' OR '1'='1")).toBe(false)
})
