import { expect, it } from 'vitest'
import { listUrl } from './list-url.ts'

it('leaves out what is empty and the first page', () => {
  expect(listUrl('/users', { q: '', status: undefined, page: 1 })).toBe('/users')
  expect(listUrl('/users', { q: 'a b&c', sort: '-name' })).toBe('/users?q=a+b%26c&sort=-name')
})

it('a change goes back to the first page, a change of the page does not', () => {
  expect(listUrl('/users', { q: 'x', page: 3 }, { status: 'active' })).toBe('/users?q=x&status=active')
  expect(listUrl('/users', { q: 'x', page: 3 }, { page: 4 })).toBe('/users?q=x&page=4')
  expect(listUrl('/users', { q: 'x' }, { q: undefined })).toBe('/users')
})
