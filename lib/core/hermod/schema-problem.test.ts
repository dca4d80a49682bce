import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { forSchema, parseJson } from '../jws/json.ts'
import { describeSchemaProblem } from './schema-problem.ts'

const schema = z.object({
  code: z.number().int(),
  id: z.guid().optional(),
  names: z.array(z.string().min(1).max(4)).min(1).max(2).optional(),
  device: z.object({ name: z.string().refine((text) => text !== 'x', 'another name than x') }).optional(),
})

describe('what is wrong with a shape', () => {
  it.each([
    ['[]', 'message is a list, not an object'],
    ['{}', 'code is missing'],
    ['{"code":"0"}', 'code is a text, not a number'],
    ['{"code":null}', 'code is null, not a number'],
    ['{"code":1.0}', 'code is not a plain whole number'],
    ['{"code":9007199254740993}', 'code is not a plain whole number'],
    ['{"code":0,"id":"7"}', 'id is no GUID'],
    ['{"code":0,"names":[]}', 'names is empty'],
    ['{"code":0,"names":["a","b","c"]}', 'names has more than 2 entries'],
    ['{"code":0,"names":["a",""]}', 'names.1 is empty'],
    ['{"code":0,"names":["abcde"]}', 'names.0 has more than 4 characters'],
    ['{"code":0,"names":[true]}', 'names.0 is true or false, not a text'],
    ['{"code":0,"device":{"name":"x"}}', 'device.name: another name than x'],
  ])('%s', (text, said) => {
    const { error } = schema.safeParse(forSchema(parseJson(text)))
    expect(error && describeSchemaProblem(error, 'message')).toBe(said)
  })
})
