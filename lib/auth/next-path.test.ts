import { describe, expect, it } from 'vitest'
import { safeNextPath, signInPath } from './next-path.ts'

describe('the address after sign-in (F-W17)', () => {
  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    'https:evil.example',
    'https://evil.example/users',
    '/%2F/evil.example',
    '/%5Cevil',
    'javascript:alert(1)',
    ' /users',
    '/\tusers',
    '/\n/evil.example',
    '/users/../../api/v1/users',
    '/api/v1/users',
    '/hermod/callback',
    '/sign-in?next=/users',
    `/users?q=${'x'.repeat(3000)}`,
    '',
    null,
    undefined,
    ['/users'],
    { toString: () => '/users' },
  ])('%j becomes the home page', (next) => {
    expect(safeNextPath(next)).toBe('/')
  })

  it.each(['/users', '/users?q=anna', '/enrollments/0199-x/evidence?tab=keys', '/certificates?status=expiring&page=2'])(
    '%s is kept',
    (next) => {
      expect(safeNextPath(next)).toBe(next)
    },
  )

  it('drops the marker of a client-side navigation', () => {
    expect(safeNextPath('/users?_rsc=abc&q=anna')).toBe('/users?q=anna')
  })

  it('stays on our pages when dots climb', () => {
    expect(safeNextPath('/users/../phones')).toBe('/phones')
  })

  it('makes the sign-in address', () => {
    expect(signInPath('/users?q=a b')).toBe('/sign-in?next=%2Fusers%3Fq%3Da%2520b')
    expect(signInPath('//evil')).toBe('/sign-in')
  })
})
