import { describe, expect, it } from 'vitest'
import { certificateQuerySchema, newEnrollmentSchema, newUserSchema, revocationSchema } from './schemas.ts'

const user = { userid: 'anders.wallbom', name: 'Anders Wallbom' }
const ok = (over: Record<string, unknown>) => newUserSchema.safeParse({ ...user, ...over }).success

describe('a new user', () => {
  it('needs a userid and a name; the rest may be left out', () => {
    expect(newUserSchema.parse(user)).toEqual(user)
    expect(ok({ email: 'a@example.test', department: 'IT', attributes: { C: 'SE', L: 'Malmö' } })).toBe(true)
  })
  it.each(['', 'a b', 'å', 'a/b', "a'b", 'a'.repeat(65), '../x', 'a\u0000', ' a', ['a'], { not: '' }, null, 1])(
    'userid %j is refused',
    (userid) => {
      expect(ok({ userid })).toBe(false)
    },
  )
  it.each(['', '   ', 'x'.repeat(201), 'a\nb', 'a\u0000', 'a\u202eb', '\ud800', ['x'], {}])('name %j is refused', (name) => {
    expect(ok({ name })).toBe(false)
  })
  it.each(['Anders’s', 'Åsa Öberg', '李 明', 'O’Brien-Smith', '🙂'])('name %j is taken', (name) => {
    expect(ok({ name })).toBe(true)
  })
  it('keeps one spelling of a name', () => {
    expect(newUserSchema.parse({ ...user, name: ' A\u030asa ' }).name).toBe('Åsa')
  })
  it.each(['x', 'a@b', 'å@example.test', 'a@example.test\n', `${'a'.repeat(250)}@example.test`])(
    'e-mail %j is refused',
    (email) => {
      expect(ok({ email })).toBe(false)
    },
  )
  it.each([{ C: 'Sweden' }, { C: 'se' }, { O: '' }, { O: 1 }, { 'a b': 'x' }, { '': 'x' }, 'x', []])(
    'attributes %j are refused',
    (attributes) => {
      expect(ok({ attributes })).toBe(false)
    },
  )
  it.each(['role', 'id', 'status', 'createdAt', 'constructor'])('member %s is refused (F-W26)', (member) => {
    expect(ok({ [member]: 'x' })).toBe(false)
  })
})

describe('other input', () => {
  it('an enrolment names a user and a profile, nothing else', () => {
    expect(newEnrollmentSchema.safeParse({ userid: 'a', profile: 'P' }).success).toBe(true)
    expect(newEnrollmentSchema.safeParse({ userid: 'a', profile: { not: '' } }).success).toBe(false)
    expect(newEnrollmentSchema.safeParse({ userid: 'a', profile: 'P', state: 'completed' }).success).toBe(false)
  })
  it('a revocation has a reason of RFC 5280', () => {
    expect(revocationSchema.safeParse({ reason: 'keyCompromise', note: 'lost' }).success).toBe(true)
    expect(revocationSchema.safeParse({ reason: 'key_compromise' }).success).toBe(false)
    expect(revocationSchema.safeParse({}).success).toBe(false)
  })
  it('a list has a bounded size', () => {
    expect(certificateQuerySchema.parse({ limit: '200' }).limit).toBe(200)
    for (const limit of ['0', '201', '-1', '1e2', '5.5', '', ['1', '2']])
      expect(certificateQuerySchema.safeParse({ limit }).success).toBe(false)
  })
})
