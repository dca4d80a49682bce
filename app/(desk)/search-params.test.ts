import { expect, it } from 'vitest'
import { certificateListParams } from './certificates/schema.ts'
import { userListParams } from './users/schema.ts'

it('an address that is not understood is the plain list, never an error', () => {
  const plain = { q: '', status: undefined, sort: undefined, page: 1 }
  for (const odd of [
    {},
    { page: '0' },
    { page: '-1' },
    { page: '1e9' },
    { page: 'x' },
    { sort: 'id; DROP TABLE' },
    { status: '__proto__' },
    { q: { not: '' } },
    { page: { gt: '' } },
    { unknown: '1' },
  ])
    expect(userListParams.parse(odd)).toEqual(plain)
})

it('a search that is too long is cut', () => {
  expect(userListParams.parse({ q: 'x'.repeat(10_000) }).q).toHaveLength(200)
})

it('a name that stands twice counts once', () => {
  expect(userListParams.parse({ q: ['a', 'b'], page: ['2', '9'] })).toMatchObject({ q: 'a', page: 2 })
  expect(certificateListParams.parse({ status: ['expiring', 'x'], days: ['7'] })).toMatchObject({ status: 'expiring', days: 7 })
})
