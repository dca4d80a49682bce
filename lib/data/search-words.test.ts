import { describe, expect, it } from 'vitest'
import { serialPrefix, wordsOf } from './search-words.ts'

describe('wordsOf', () => {
  it('splits at any space and keeps at most six', () => {
    expect(wordsOf('  Åsa\tÖberg\u00a0x ')).toEqual(['Åsa', 'Öberg', 'x'])
    expect(wordsOf('a b c d e f g h')).toHaveLength(6)
    expect(wordsOf('')).toEqual([])
  })

  it('what PostgreSQL cannot take is a space', () => {
    expect(wordsOf('a\u0000b \ud800c')).toEqual(['a', 'b', 'c'])
  })
})

describe('serialPrefix', () => {
  it.each([
    ['1F:2A:3b', '1f2a3b'],
    ['0x1F2A', '1f2a'],
    ['serial number: 00 1f 2a', '1f2a'],
    ['4b2c8b0135210f511bc250a3faa9d79a', '4b2c8b0135210f511bc250a3faa9d79a'],
  ])('%s', (text, hex) => expect(serialPrefix(text)).toBe(hex))

  it.each(['abc', 'xyz1', '', 'Åsa', '%%%%', '1'.repeat(41)])('%j is none', (text) => expect(serialPrefix(text)).toBeNull())
})
