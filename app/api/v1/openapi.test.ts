import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CALLS, openApiDocument } from './openapi.ts'

const HERE = import.meta.dirname
const fileOf = (path: string) => join(HERE, path.replaceAll('{', '[').replaceAll('}', ']'), 'route.ts')

describe('the OpenAPI document says what there is', () => {
  it('is of version 3.1 and protected by the token', () => {
    const document = openApiDocument()
    expect(document.openapi).toBe('3.1.0')
    expect(document.security).toEqual([{ token: [] }])
  })

  it.each(CALLS.map((call) => [`${call.method} ${call.path}`, call] as const))('%s has a route', (_name, call) => {
    const file = fileOf(call.path)
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(`${call.method.toUpperCase()}: defineRoute`)
  })

  it('no route is left out', () => {
    const told = new Set(CALLS.map((call) => fileOf(call.path)))
    const others = ['openapi.json', '[...path]'].map((folder) => join(HERE, folder, 'route.ts'))
    const files = globSync('**/route.ts', { cwd: HERE }).map((file) => join(HERE, file))
    expect(files.filter((file) => !told.has(file)).sort()).toEqual(others.sort())
  })

  it('every reference leads somewhere and every operation has an id of its own', () => {
    const text = JSON.stringify(openApiDocument())
    const { components } = openApiDocument()
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(components?.schemas).toHaveProperty([name ?? ''])
    expect(new Set(CALLS.map((call) => call.id)).size).toBe(CALLS.length)
  })
})
