import { expect, it } from 'vitest'
import { cursorAfter, pageOfCursor } from './page-cursor.ts'

it('leads from page to page to the end', () => {
  expect(pageOfCursor(undefined)).toBe(1)
  const second = cursorAfter(1, 50, 101)
  expect(pageOfCursor(second ?? '')).toBe(2)
  expect(pageOfCursor(cursorAfter(2, 50, 101) ?? '')).toBe(3)
  expect(cursorAfter(3, 50, 101)).toBeNull()
  expect(cursorAfter(1, 50, 50)).toBeNull()
})

it.each([
  '',
  'x',
  Buffer.from('page:0').toString('base64url'),
  Buffer.from('page:-1').toString('base64url'),
  Buffer.from('page:999999').toString('base64url'),
])('refuses %j', (cursor) => {
  expect(() => pageOfCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})
