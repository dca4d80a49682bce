import { describe, expect, it } from 'vitest'
import { appJwk, attestation, b64u, buildAnswer, SCH, trustedKeys } from '#e2e/builders/answer.ts'
import { idsOf, judge } from '#e2e/builders/judge.ts'
import { vectorFile, vendorExample } from '#e2e/builders/vendor-example.ts'
import { parseCallback } from '../../hermod/messages.ts'
import { checkAnswer } from './check-answer.ts'

const accepted = { code: null, failed: '' }
const PAIR = [
  { keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] },
  { keyid: 'second', usage: 'ENC', keyTypes: ['RSA-2048'] },
]

/** A bend that changes nothing and notes what it was given. */
const note =
  <T>(seen: string[], show: (value: T) => string = String) =>
  (good: T): T => {
    seen.push(show(good))
    return good
  }

describe('what must be accepted', () => {
  it('P-1 the vendor’s published answer, byte for byte', () => {
    const { verdict, checks, read, failureCode } = checkAnswer(vendorExample())
    expect({ verdict, failureCode }).toEqual({ verdict: 'passed', failureCode: null })
    expect(checks).toHaveLength(25)
    // Only the undocumented server certificate digest is left open: no value is pinned.
    expect(checks.filter((check) => check.outcome !== 'pass').map((check) => [check.id, check.outcome, check.code])).toEqual([
      ['C14', 'warn', 'sch_unpinned'],
    ])
    expect(read.device).toEqual({ name: 'Anders’s iPhone', model: 'iPhone', operatingsystem: 'iOS (11.2.6)' })
    expect(read.keys[0]?.csrSubject).toMatch(/^CN=Anders Wallbom, /)
    expect(read.attestationThumbprint).toBe('PNBe0QlyVwES2jVS9QBy60FUj9QbWcOPUFd-zKmlvSQ')
    expect(read.profileId).toBe('3051e9f3-0e4d-436b-a512-2e18d8afe134')
  })

  it('P-1 the same with its server certificate digest pinned', () => {
    const example = vendorExample()
    example.policy.schPins = [Buffer.alloc(32).toString('base64'), 'kjTlSzk22Qbeip3QbK3iX+/b1+VqZnBj8l5QwF/znhU=']
    expect(idsOf(checkAnswer(example).checks, 'pass').split(' ')).toHaveLength(25)
  })

  it('a built answer passes every check', () => {
    expect(idsOf(checkAnswer(buildAnswer()).checks, 'pass').split(' ')).toHaveLength(25)
  })

  it('P-2 the attestation key with and without the leading zero octet is one key', () => {
    const [withZero, without] = [true, false].map((leadingZero) =>
      checkAnswer(
        buildAnswer({
          header: (h) => ({ ...h, jwk: appJwk(attestation().publicKey, { kid: 'attestation', use: 'sig', leadingZero }) }),
        }),
      ),
    )
    expect(withZero?.verdict).toBe('passed')
    expect(without?.verdict).toBe('passed')
    expect(withZero?.read.attestationThumbprint).toBe(without?.read.attestationThumbprint)
    expect(trustedKeys().ATTESTATION?.[0]?.thumbprint).toBe(without?.read.attestationThumbprint)
  })

  it.each([
    ['n#len 2056 on the inner key', { 'n#len': '2056' }],
    ['n#len absent', { 'n#len': undefined }],
    ['keystate ACTIVE', { keystate: 'ACTIVE' }],
    ['use sig', { use: 'sig' }],
    ['an unknown member', { made: 'up', list: [1.5, { a: null }] }],
  ])('P-3 %s', (_name, change) => {
    expect(judge(buildAnswer({ innerPayload: (p) => ({ ...p, ...change }) }))).toEqual(accepted)
  })

  it('P-3 an inner key with one leading zero octet', () => {
    const zero = (n: unknown): string => b64u(Buffer.concat([Uint8Array.of(0), Buffer.from(String(n), 'base64url')]))
    expect(judge(buildAnswer({ innerPayload: (p) => ({ ...p, n: zero(p.n) }) }))).toEqual(accepted)
  })

  it('P-4 certreq in padded standard base64', () => {
    const seen: string[] = []
    expect(judge(buildAnswer({ certreq: note(seen) }))).toEqual(accepted)
    expect(seen[0]).toMatch(/^[A-Za-z0-9+/]+={0,2}$/)
  })

  it.each(['Anders’s iPhone', '📱 mobil', 'هاتف \u202eabc', 'x', '𝒳'.repeat(256), '=cmd|calc', '<script>alert(1)</script>'])(
    'P-5 device name %s',
    (name) => {
      const { verdict, read } = checkAnswer(
        buildAnswer({ payload: (p) => ({ ...p, deviceinfo: { name, model: 'm', operatingsystem: 'o' } }) }),
      )
      expect([verdict, read.device?.name]).toEqual(['passed', name])
    },
  )

  it('P-6 unknown members in envelope, header’s key, payload and profile', () => {
    const more = { extra: { deep: [1, 2.5, -0, 1e300, 'x'] } }
    expect(
      judge(
        buildAnswer({
          envelope: (e) => ({ ...e, ...more }),
          payload: (p) => ({ ...p, ...more }),
          profile: (p) => ({ ...p, ...more }),
          header: (h) => ({ ...h, jwk: { ...(h.jwk as object), ...more } }),
        }),
      ),
    ).toEqual(accepted)
  })

  it.each([false, true])('P-7 two keys, order reversed: %s', (reversed) => {
    const { verdict, read } = checkAnswer(
      buildAnswer({ signedkeys: (keys) => (reversed ? [...keys].reverse() : keys) }, { keys: PAIR }),
    )
    expect([verdict, read.keys.map((key) => key.keyid).sort()]).toEqual(['passed', ['second', 'signer']])
  })

  it.each(['EC-P256', 'RSA-3072'])('P-8 a key of type %s when that was asked for', (keyType) => {
    expect(judge(buildAnswer({}, { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: [keyType] }] }))).toEqual(accepted)
  })

  it('P-9 attributes present and empty, as A0 00', () => {
    const seen: string[] = []
    buildAnswer({
      csrParts: (parts) => ({
        ...parts,
        attributes: note(seen, (bytes: Uint8Array) => Buffer.from(bytes).toString('hex'))(parts.attributes),
      }),
    })
    expect(seen).toEqual(['a000'])
  })

  it('P-10 an answer that beats the reply to our command', () => {
    const early = buildAnswer({
      input: (i) => ({ ...i, expectation: { ...i.expectation, hermodCommandId: null, mid: null, expiresAt: null } }),
    })
    expect(judge(early)).toEqual(accepted)
  })

  it('P-11 the documentation’s certificate callback is not JSON as printed, and read when mended', () => {
    const mended = vectorFile('nexus-example/certificate-callback.json').toString('utf8')
    expect(parseCallback(Buffer.from(mended))).toMatchObject({
      ok: true,
      value: { commandId: '18093', certResponse: { code: 0 } },
    })
    const printed = mended.replace(/"location": "([^"]*)"\s*\}/, '"location": $1')
    expect(printed).not.toBe(mended)
    expect(parseCallback(Buffer.from(printed))).toMatchObject({ ok: false, code: 'json' })
  })

  it('a host name in another case is the same host', () => {
    expect(judge(buildAnswer({ header: (h) => ({ ...h, fqdn: 'HERMOD.example.test' }) }))).toEqual(accepted)
  })

  it('without pins the server certificate digest is recorded and flagged, whatever it is', () => {
    for (const sch of [SCH, 'AAAA', undefined, 7]) {
      const { verdict, checks } = checkAnswer(
        buildAnswer({ header: (h) => ({ ...h, sch }), input: (i) => ({ ...i, policy: { ...i.policy, schPins: [] } }) }),
      )
      expect([verdict, idsOf(checks, 'warn')]).toEqual(['passed', 'C14'])
    }
  })
})
