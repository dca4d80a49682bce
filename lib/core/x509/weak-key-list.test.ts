import { describe, expect, it } from 'vitest'
import { ecKey, rsaKey, spkiOf } from '#e2e/builders/answer.ts'
import { debianWeak } from '#e2e/builders/weak-keys.ts'
import { readSpki } from './spki.ts'
import { parseWeakKeyList, WeakKeyListError, weakListName } from './weak-key-list.ts'

const E = Buffer.from([1, 0, 1])

describe('lists of weak keys', () => {
  it('F-O8 name a key of Debian’s as openssl-vulnkey does', () => {
    const { n, name } = debianWeak()
    expect(weakListName({ kty: 'RSA', n, e: E })).toBe(name)
    // A modulus is a number: zeros before it are none of it.
    expect(weakListName({ kty: 'RSA', n: Buffer.concat([Uint8Array.of(0), n]), e: E })).toBe(name)
    expect(weakListName(readSpki(spkiOf(rsaKey('stranger').publicKey)))).not.toBe(name)
    expect(weakListName(readSpki(spkiOf(ecKey('stranger').publicKey)))).toBeNull()
  })

  it('are read with comments, empty lines and either end of line', () => {
    expect(parseWeakKeyList('# a\n00006aa0ce2cd60e6660\r\n\n8df20e6961a16398b85a')).toEqual([
      '00006aa0ce2cd60e6660',
      '8df20e6961a16398b85a',
    ])
    expect(parseWeakKeyList('')).toEqual([])
  })

  it.each([
    'a3853d0c563765e504c18df20e6961a16398b85a',
    '8DF20E6961A16398B85A',
    '8df20e6961a16398b85',
    '8df20e6961a16398b85g',
    '8df20e6961a16398b85a RSA-2048',
  ])('“%s” is no key: the line is named', (line) => {
    expect(() => parseWeakKeyList(`# keys\n${line}\n`)).toThrow(new WeakKeyListError(2))
  })
})
