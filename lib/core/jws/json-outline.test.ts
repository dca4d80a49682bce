import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonNode, outlineJson } from './json-outline.ts'

const toValue = (node: JsonNode): unknown => {
  if (node.type === 'object') return Object.fromEntries(node.children.map((child) => [child.name ?? '', toValue(child)]))
  if (node.type === 'array') return node.children.map(toValue)
  return node.type === 'string' ? node.value : JSON.parse(node.value ?? 'null')
}
const paths = (text: string): string[] => {
  const walk = (node: JsonNode): string[] => [node.path, ...node.children.flatMap(walk)]
  const { root } = outlineJson(text)
  return root === null ? [] : walk(root)
}

describe('JSON as a tree with places', () => {
  it('says what JSON.parse says, and where each value stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, null, 1)
        const { root, problem } = outlineJson(text)
        expect(problem).toBeNull()
        const places = (node: JsonNode): void => {
          expect(JSON.parse(text.slice(node.start, node.end))).toEqual(JSON.parse(JSON.stringify(toValue(node))))
          node.children.forEach(places)
        }
        if (root) places(root)
        expect(JSON.stringify(root && toValue(root))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps a member that stands twice', () => expect(paths('{"a":1,"b":{"a":2},"a":3}')).toEqual(['', 'a', 'b', 'b.a', 'a']))

  it('keeps what comes before a break', () => {
    expect(paths('{"a":[1,{"b":"x"},"cut')).toEqual(['', 'a', 'a[0]', 'a[1]', 'a[1].b'])
    expect(outlineJson('{"a":1} x').problem).toBe('more text after the end, at character 9')
    expect(outlineJson('{"a" 1}').problem).toBe('no “:” at character 6')
  })

  it('never throws, and ends, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ u0e1-\u0000tn') }), (text) => void outlineJson(text)))
    expect(outlineJson('['.repeat(100_000)).problem).toBe('nested deeper than 32 levels')
    expect(outlineJson(`[${'1,'.repeat(10_000)}1]`).problem).toBe('more than 3000 values')
    expect(outlineJson(`"${'\\"'.repeat(50_000)}"`).problem).toBeNull()
  })
})
