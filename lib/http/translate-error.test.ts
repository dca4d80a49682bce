import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldErrors, isDatabaseAway } from './translate-error.ts'

describe('findings about input', () => {
  const schema = z.strictObject({
    name: z.string(),
    attributes: z.record(z.string(), z.string().min(2, 'Too short.')).optional(),
  })
  const errors = (input: unknown) => {
    const parsed = schema.safeParse(input)
    return parsed.success ? {} : fieldErrors(parsed.error)
  }
  it('are sentences at the path of their field', () => {
    expect(errors({ attributes: { C: 'x' } })).toEqual({ name: 'This is missing.', 'attributes.C': 'Too short.' })
  })
  it('name members that are not known', () => {
    expect(errors({ name: 'x', role: 'admin' })).toEqual({ role: 'This is not a member that is understood here.' })
  })
  it('tell when the whole is of the wrong kind', () => {
    expect(Object.keys(errors('x'))).toEqual([''])
  })
})

describe('a database that is away is not a fault of ours', () => {
  it.each([
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    Object.assign(new Error('too many'), { code: '53300' }),
    Object.assign(new Error('Raw query failed'), {
      code: 'P2010',
      meta: { driverAdapterError: { cause: { originalCode: '57P03' } } },
    }),
    new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNRESET' }) }),
    new Error('timeout exceeded when trying to connect'),
  ])('%s', (error) => {
    expect(isDatabaseAway(error)).toBe(true)
  })
  it.each([new Error('x is not a function'), Object.assign(new Error('duplicate key'), { code: '23505' }), 'away', null])(
    'not %s',
    (error) => {
      expect(isDatabaseAway(error)).toBe(false)
    },
  )
})
