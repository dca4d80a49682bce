/** What is read of answers that must be accepted; that they are is said by the matrix. */
import { describe, expect, it } from 'vitest'
import { appJwk, attestation, buildAnswer, trustedKeys } from '#e2e/builders/answer.ts'
import { vectorFile, vendorExample } from '#e2e/builders/vendor-example.ts'
import { parseCallback } from '../../hermod/messages.ts'
import { checkAnswer } from './check-answer.ts'

const PAIR = [
  { keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] },
  { keyid: 'second', usage: 'ENC', keyTypes: ['RSA-2048'] },
]

describe('what is read of a good answer', () => {
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
    'Anders’s iPhone',
    '📱 mobil',
    'هاتف \u202eabc',
    'x',
    '𝒳'.repeat(256),
    'Åsa'.normalize('NFD'),
    '<script>alert(1)</script>',
  ])('P-5 the device name %s as it was sent', (name) => {
    const { read } = checkAnswer(
      buildAnswer({ payload: (p) => ({ ...p, deviceinfo: { name, model: 'm', operatingsystem: 'o' } }) }),
    )
    expect(read.device?.name).toBe(name)
  })

  it.each([false, true])('P-7 two keys, order reversed: %s', (reversed) => {
    const { verdict, read } = checkAnswer(
      buildAnswer({ signedkeys: (keys) => (reversed ? [...keys].reverse() : keys) }, { keys: PAIR }),
    )
    expect([verdict, read.keys.map((key) => key.keyid).sort()]).toEqual(['passed', ['second', 'signer']])
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
})
