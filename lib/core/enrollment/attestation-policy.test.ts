import { describe, expect, it } from 'vitest'
import { appJwk, rsaKey, SCH } from '#e2e/builders/answer.ts'
import {
  type AttestationPolicy,
  diffPolicies,
  EMPTY_POLICY,
  fileKeySetsOf,
  policyDraftSchema,
  readAttestationPolicy,
  readSchPin,
  readVendorJwk,
  trustedKeysAt,
} from './attestation-policy.ts'

/** The form the vendor's documentation shows, of a key of the test's own. */
const vendorLine = (name: string, change: Record<string, unknown> = {}): string => {
  const { n, e } = appJwk(rsaKey(name).publicKey, { kid: name, use: 'sig' })
  return JSON.stringify({ alg: 'RS256', e, keystate: 'active', kid: `attestation_${name}`, kty: 'RSA', n, use: 'sig', ...change })
}
const imported = (name: string, validFrom: string | null = null, validUntil: string | null = null) => {
  const { jwk, kid } = readVendorJwk(vendorLine(name))
  return { jwk, kid, note: '', validFrom, validUntil }
}
const ready = (change: Partial<AttestationPolicy>) => readAttestationPolicy({ ...EMPTY_POLICY, ...change })
const file = (...names: string[]) => fileKeySetsOf({ ATTESTATION: names.map((name) => JSON.parse(vendorLine(name))) })
const at = (time: string) => new Date(time)

describe('the vendor’s one-line JWK', () => {
  it('is read, with spaces around it, into a canonical key with its names', () => {
    const { jwk, kid, bits, thumbprint } = readVendorJwk(`  ${vendorLine('one')}\n`)
    expect({ kid, bits, members: Object.keys(jwk) }).toEqual({ kid: 'attestation_one', bits: 2048, members: ['kty', 'n', 'e'] })
    expect(thumbprint).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('with the app’s leading zero octet is the same key', () => {
    const jwk = appJwk(rsaKey('one').publicKey, { kid: 'one', use: 'sig', leadingZero: true })
    expect(readVendorJwk(JSON.stringify(jwk)).thumbprint).toBe(readVendorJwk(vendorLine('one')).thumbprint)
  })

  it.each([
    ['nothing', ' ', /Paste the key/],
    ['PEM', '-----BEGIN PUBLIC KEY-----', /This is PEM/],
    ['no JSON', '{"kty":', /not one JWK/],
    ['two keys', `${vendorLine('one')}\n${vendorLine('one')}`, /not one JWK/],
    ['a list', `[${vendorLine('one')}]`, /must be a JSON object/],
    ['a member twice', '{"kty":"RSA","kty":"RSA"}', /not one JWK/],
    ['a private key', vendorLine('one', { d: 'AQAB' }), /private key \(it has the member “d”\)/],
    ['a stray private member', vendorLine('one', { qi: 'AQAB' }), /private key/],
    ['a member of another meaning', vendorLine('one', { x5u: 'https://a.example' }), /member “x5u”/],
    ['switched off', vendorLine('one', { keystate: 'revoked' }), /switched off/],
    ['for encryption', vendorLine('one', { use: 'enc' }), /not a key for signatures/],
    ['an exponent of one', vendorLine('one', { e: 'AQ' }), /too weak/],
    ['another algorithm', vendorLine('one', { alg: 'PS256' }), /not an RSA key for RS256/],
    ['too long', `{"n":"${'A'.repeat(4_000)}"}`, /longer than any key/],
  ])('refused with a sentence: %s', (_name, text, sentence) => {
    expect(() => readVendorJwk(text)).toThrow(sentence)
  })
})

describe('which keys are trusted when', () => {
  it('several keys of a set, of the file and imported, each once', () => {
    const policy = ready({ fileKeySets: file('one'), keySets: { ATTESTATION: [imported('one'), imported('two')] } })
    expect(trustedKeysAt(policy, 'ATTESTATION', at('2026-01-01')).map((key) => key.kid)).toEqual([
      'attestation_one',
      'attestation_two',
    ])
  })

  it('a key counts from its beginning on and until its end, not at its end', () => {
    const policy = ready({ keySets: { A: [imported('one', '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z')] } })
    const count = (time: string) => trustedKeysAt(policy, 'A', at(time)).length
    expect(
      ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z'].map(count),
    ).toEqual([0, 1, 1, 0])
  })

  it('what stands in the file is trusted, whatever an imported copy says', () => {
    const policy = ready({
      fileKeySets: file('one'),
      keySets: { ATTESTATION: [imported('one', null, '2020-01-01T00:00:00.000Z')] },
    })
    expect(trustedKeysAt(policy, 'ATTESTATION', at('2026-01-01'))).toHaveLength(1)
  })

  it.each(['UNKNOWN', '__proto__', 'constructor', ''])('a set that nobody knows (%s) has no keys', (set) => {
    expect(trustedKeysAt(ready({ fileKeySets: file('one') }), set, at('2026-01-01'))).toEqual([])
  })

  it('what is stored is judged again when it is read', () => {
    const weak = { ...imported('one'), jwk: { ...imported('one').jwk, e: 'AQ' } }
    expect(() => ready({ keySets: { A: [weak] } })).toThrow(/too weak/)
    expect(() => readAttestationPolicy({ ...EMPTY_POLICY, extra: 1 })).toThrow()
  })
})

describe('what a page may ask for', () => {
  const draft = (change: object) => policyDraftSchema.safeParse({ keySets: {}, schPins: [], ...change }).success
  it.each([
    ['nothing', {}, true],
    ['two pins', { schPins: [SCH, Buffer.alloc(32).toString('base64')] }, true],
    ['three pins', { schPins: [1, 2, 3].map((n) => Buffer.alloc(32, n).toString('base64')) }, false],
    ['the same pin twice', { schPins: [SCH, SCH] }, false],
    ['a pin of 31 bytes', { schPins: [Buffer.alloc(31).toString('base64')] }, false],
    ['a set without keys', { keySets: { A: [] } }, false],
    ['a set called __proto__', { keySets: JSON.parse('{"__proto__":[]}') }, true],
    ['a set with a space in its name', { keySets: { 'A B': [imported('one')] } }, false],
    ['an end before the beginning', { keySets: { A: [imported('one', '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z')] } }, false],
    ['the file’s keys', { fileKeySets: {} }, false],
  ])('%s: %s', (_name, change, ok) => expect(draft(change)).toBe(ok))

  it('a pin in either alphabet is kept in one spelling', () => {
    const bytes = Buffer.alloc(32, 0xfb)
    expect(readSchPin(` ${bytes.toString('base64url')} `)).toBe(bytes.toString('base64'))
    expect(readSchPin(bytes.toString('base64'))).toBe(bytes.toString('base64'))
    expect(['', 'x', Buffer.alloc(33).toString('base64')].map(readSchPin)).toEqual([null, null, null])
  })
})

describe('what changed between two versions', () => {
  it('keys, validity, notes and pins, each as one change', () => {
    const before = ready({ fileKeySets: file('one'), keySets: { A: [imported('two'), imported('three')] }, schPins: [SCH] })
    const ended = { ...imported('two', null, '2026-02-01T00:00:00.000Z'), note: 'old app' }
    const after = ready({ fileKeySets: file('one', 'four'), keySets: { A: [ended] } })
    expect(
      diffPolicies(before, after).map((change) =>
        'kid' in change ? [change.kind, change.set, change.kid] : [change.kind, change.pin],
      ),
    ).toEqual([
      ['key_added', 'ATTESTATION', 'attestation_four'],
      ['key_valid', 'A', 'attestation_two'],
      ['key_note', 'A', 'attestation_two'],
      ['key_removed', 'A', 'attestation_three'],
      ['pin_removed', SCH],
    ])
    expect(diffPolicies(after, after)).toEqual([])
  })
})
