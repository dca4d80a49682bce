import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { forSchema, JsonError, OddNumber, parseJson, parseJsonBytes } from './json.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'ok'
  } catch (error) {
    return error instanceof JsonError ? error.code : String(error)
  }
}

/** Plain copy, to compare with what JSON.parse gives. */
const plain = (value: unknown): unknown => {
  if (value instanceof OddNumber) return Number(value.source)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
  return value
}

describe('strict JSON', () => {
  it('agrees with JSON.parse on everything JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!/\\u0000|\\ud[89a-f]/i.test(text) && !text.includes('"__proto__"'))
        expect(plain(parseJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('accepts nothing that JSON.parse does not', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789eE+-.truefalsn\\u \n\t'), maxLength: 12 }), (text) => {
        if (codeOf(() => parseJson(text)) === 'ok') expect(() => JSON.parse(text)).not.toThrow()
        else if (!/^json_/.test(codeOf(() => parseJson(text)))) expect(() => JSON.parse(text)).toThrow()
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['{"a":1,"a":1}', 'json_dup'],
    ['{"a":1,"\\u0061":1}', 'json_dup'],
    ['{"__proto__":1,"__proto__":2}', 'json_dup'],
    ['[{"b":{"a":1,"a":2}}]', 'json_dup'],
    ['\ufeff{}', 'json_enc'],
    ['"\\u0000"', 'json_enc'],
    ['"a\0b"', 'json_enc'],
    ['{}\0', 'json_enc'],
    ['"\\ud800"', 'json_enc'],
    ['"\\udc00\\ud800"', 'json_enc'],
    [`${'['.repeat(17)}${']'.repeat(17)}`, 'json_depth'],
    [`${'['.repeat(16)}${']'.repeat(16)}`, 'ok'],
    [`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 'json_depth'],
    [`[${Array.from({ length: 1600 }, () => '0').join()}]`, 'json_depth'],
    ['', 'json'],
    [' ', 'json'],
    ['{', 'json'],
    ['{"a"}', 'json'],
    ['{a:1}', 'json'],
    ["{'a':1}", 'json'],
    ['[1,]', 'json'],
    ['{"a":1,}', 'json'],
    ['01', 'json'],
    ['+1', 'json'],
    ['.5', 'json'],
    ['1.', 'json'],
    ['1e', 'json'],
    ['NaN', 'json'],
    ['nul', 'json'],
    ['true false', 'json'],
    ['"a\nb"', 'json'],
    ['"\\x"', 'json'],
    ['"\\u12G4"', 'json'],
    ['// x\n1', 'json'],
    ['"\\ud83d\\ude00"', 'ok'],
  ])('%s → %s', (text, code) => expect(codeOf(() => parseJson(text))).toBe(code))

  it('bytes that are not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      expect(codeOf(() => parseJsonBytes(Uint8Array.from(bytes)))).toBe('json_enc')
    }
    expect(codeOf(() => parseJsonBytes(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])))).toBe('json_enc')
  })

  it('numbers that are not plain safe integers are kept as written and are no numbers', () => {
    expect(parseJson('[0, 17, -5, 9007199254740991]')).toEqual([0, 17, -5, 9007199254740991])
    for (const source of ['-0', '0.0', '1e0', '1.5', '9007199254740992', '18092000000000000001', '1E400']) {
      expect(parseJson(source)).toEqual(new OddNumber(source))
    }
  })

  it('such numbers are nothing that a schema takes for an object', () => {
    const schema = z.object({ list: z.array(z.object({ a: z.string().optional() })), n: z.number().optional() })
    const accepts = (text: string): boolean => schema.safeParse(forSchema(parseJson(text))).success
    expect(accepts('{"list":[{}],"n":1}')).toBe(true)
    for (const text of ['{"list":[1e0]}', '{"list":[{"a":-0}]}', '{"list":[],"n":1.0}', '{"list":0.5}'])
      expect([text, accepts(text)]).toEqual([text, false])
    expect(Object.entries(forSchema(parseJson('{"__proto__":[1.5],"x":null}')) as object)).toEqual([
      ['__proto__', [Number.NaN]],
      ['x', null],
    ])
  })

  it('__proto__ is a member like any other', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
