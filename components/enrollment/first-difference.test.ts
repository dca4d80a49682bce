import { describe, expect, it } from 'vitest'
import { splitAtDifference } from './first-difference.ts'

describe('the first difference between what was expected and what was seen', () => {
  it.each([
    ['one letter of a name', 'CN=Ada Gonçalvet, O=X', 'CN=Ada Gonçalves, O=X; no attributes', 'Gonçalvet'],
    ['the same, the other way round', 'CN=Ada Gonçalves, O=X; no attributes', 'CN=Ada Gonçalvet, O=X', 'Gonçalves'],
    ['one figure of a nonce', 'nonce 00ff', 'nonce 00fe', '00ff'],
    ['nothing in common', 'CN=Eve', 'UID=ada', ''],
    ['the same', 'state COMPLETED', 'state COMPLETED', ''],
    ['one goes on where the other ends', 'CN=Ada, O=X', 'CN=Ada, O=X; no attributes', ''],
  ])('%s', (_what, text, other, word) => {
    const split = splitAtDifference(text, other)
    expect(split.word).toBe(word)
    expect(split.before + split.word + split.after).toBe(text)
  })
})
