import { expect, it } from 'vitest'
import { failureThrottle } from './failure-throttle.ts'

it('tires after so many failures of one source, tells so once, and rests with the window', () => {
  const throttle = failureThrottle({ max: 3, windowMs: 1000 })
  expect([throttle.failed('a', 0), throttle.failed('a', 1), throttle.isTired('a', 2)]).toEqual([false, false, false])
  expect([throttle.failed('a', 3), throttle.isTired('a', 4), throttle.isTired('b', 4)]).toEqual([true, true, false])
  expect(throttle.failed('a', 5)).toBe(false)
  expect(throttle.isTired('a', 1000)).toBe(false)
})

it('does not grow with the number of sources', () => {
  const throttle = failureThrottle({ max: 1, windowMs: 1e9 })
  for (let i = 0; i < 25_000; i++) throttle.failed(`source ${i}`, 0)
  expect(throttle.isTired('source 24999', 1)).toBe(true)
  expect(throttle.isTired('source 0', 1)).toBe(false)
})
