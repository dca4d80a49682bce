import { describe, expect, it } from 'vitest'
import { appJwk, attestation, type Bends, b64u, buildAnswer, ecKey, jws, NONCE, rsaKey, spkiOf } from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { closeFactors, divisibleBy, forgeForExponentOne, ones, primeModulus, rocaFingerprint } from '#e2e/builders/weak-keys.ts'
import { spkiSha256 } from '../../x509/spki.ts'
import { checkAnswer } from './check-answer.ts'
import { findPrimeKeys } from './read-answer.ts'
import type { KnownKey } from './types.ts'

type Row = [id: string, name: string, code: string, failed: string, bends: Bends]

const other = rsaKey('other phone')
const stranger = rsaKey('stranger')
const header = (change: Record<string, unknown>): Bends => ({ innerHeader: (h) => ({ ...h, ...change }) })
const payload = (change: Record<string, unknown>): Bends => ({ innerPayload: (p) => ({ ...p, ...change }) })
const EC = [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P256'] }]
const known = (key: KnownKey): Bends => ({
  input: (i) => ({
    ...i,
    facts: { ...i.facts, knownKeys: new Map([[spkiSha256(spkiOf(rsaKey('phone signer').publicKey)), key]]) },
  }),
})
const both = (pair: ReturnType<typeof rsaKey>): Bends => ({ key: () => pair })
const ecPoint = (x: bigint | Buffer, y: bigint | Buffer): Bends => {
  const text = (n: bigint | Buffer) => b64u(typeof n === 'bigint' ? Buffer.from(n.toString(16).padStart(64, '0'), 'hex') : n)
  return payload({ x: text(x), y: text(y) })
}
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n

const rows: Row[] = [
  ['F-N1', 'signed by the attestation key', 'inner_sig', 'C19', { innerSigner: () => attestation().privateKey }],
  ['F-N2', 'key of A, signed by B', 'inner_sig', 'C19', { innerSigner: () => other.privateKey }],
  [
    'F-N2',
    'key of A, request of B',
    'csr_key',
    'C21',
    { csrParts: (p) => ({ ...p, spki: spkiOf(other.publicKey), signer: other.privateKey }) },
  ],
  [
    'F-N2',
    'key of B, signed by A, request of A',
    'inner_sig',
    'C19 C21',
    { innerPayload: (p) => ({ ...appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }), certreq: p.certreq }) },
  ],
  [
    'F-N2',
    'key and signature of B, request of A',
    'csr_key',
    'C21',
    {
      innerPayload: (p) => ({ ...appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }), certreq: p.certreq }),
      innerSigner: () => other.privateKey,
    },
  ],
  ['F-N3', 'no nonce', 'nonce', 'C17', header({ nonce: undefined })],
  ['F-N3', 'another nonce', 'nonce', 'C17', header({ nonce: 'ff'.repeat(16) })],
  ['F-N3', 'a list', 'nonce', 'C17', header({ nonce: [NONCE] })],
  [
    'F-N4',
    'another kid in both',
    'keyid',
    'C16 C17',
    { innerHeader: (h) => ({ ...h, kid: 'other' }), innerPayload: (p) => ({ ...p, kid: 'other' }) },
  ],
  ['F-N4', 'another kid in the header', 'keyid', 'C16 C17', header({ kid: 'other' })],
  ['F-N4', 'another kid in the key', 'keyid', 'C17', payload({ kid: 'other' })],
  ['F-N4', 'no kid in the header', 'keyid', 'C16 C17', header({ kid: undefined })],
  ['F-N4', 'no kid in the key', 'keyid', 'C17', payload({ kid: undefined })],
  ['F-N4', 'kid in another case', 'keyid', 'C16 C17', header({ kid: 'Signer' })],
  ...['constructor', '../', '__proto__', 'toString', ''].map(
    (kid): Row => [
      'F-N4',
      `kid ${kid}`,
      'keyid',
      'C16 C17',
      { innerHeader: (h) => ({ ...h, kid }), innerPayload: (p) => ({ ...p, kid }) },
    ],
  ),
  ['F-N4', 'a number as kid', 'keyid', 'C16 C17', header({ kid: 1 })],
  [
    'F-N5',
    'a key in the inner header',
    'jws_header',
    'C17',
    { innerHeader: (h) => ({ ...h, jwk: appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }) }) },
  ],
  ['F-N5', 'crit in the inner header', 'jws_header', 'C17', header({ crit: ['b64'], b64: false })],
  ['F-N5', 'jku in the inner header', 'jws_header', 'C17', header({ jku: 'https://evil.example/' })],
  ['F-N6', 'alg none', 'key_type', 'C18', header({ alg: 'none' })],
  ['F-N6', 'alg HS256', 'key_type', 'C18', header({ alg: 'HS256' })],
  ['F-N6', 'alg RS512', 'key_type', 'C18', header({ alg: 'RS512' })],
  ['F-N6', 'alg PS256 in the key', 'key_type', 'C18', payload({ alg: 'PS256' })],
  ['F-N6', 'EC for RSA', 'key_type', 'C18', both(ecKey('phone'))],
  ['F-N6', '3072 bits for 2048', 'key_type', 'C18', both(rsaKey('phone', 3072))],
  ['F-N7', 'the attestation key', 'key_reuse', 'C18', both(attestation())],
  ['F-N7', 'the throw-away key', 'key_reuse', 'C18 C21', both(rsaKey('dummy signer'))],
  ['F-N7', 'a key of another user', 'key_reuse', 'C18', known({ kind: 'certified', userid: 'somebody.else' })],
  ['F-C22', 'a key this user has already', 'key_reuse', 'C18', known({ kind: 'certified', userid: 'asa.oberg' })],
  ['F-N7', 'the CA’s key', 'key_reuse', 'C18', known({ kind: 'ca' })],
  ['F-O8', 'a blocked key', 'weak_key', 'C18', known({ kind: 'blocked', reason: 'Debian weak key' })],
  [
    'F-N8',
    'a key blocked because it leaked',
    'private_key_leaked',
    'C18',
    known({ kind: 'blocked', reason: 'seen in an answer', code: 'private_key_leaked' }),
  ],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map(
    (member): Row => ['F-N8', `private member ${member}`, 'private_key_leaked', 'C18', payload({ [member]: 'AQAB' })],
  ),
  [
    'F-N11',
    'the payload is another JWS',
    'schema',
    'C17',
    { innerPayload: (p) => jws({ alg: 'RS256', nonce: NONCE, kid: 'signer' }, p, other.privateKey) },
  ],
  ['F-N11', 'the payload is a JSON text', 'schema', 'C17', { innerPayload: () => '"x"' }],
  [
    'F-N11',
    'the inner one is a whole outer one',
    'schema',
    'C17',
    { inner: () => JSON.parse(Buffer.from(buildAnswer().body).toString('utf8')).provResponse.result.data },
  ],
  ['F-N12', 'keystate inactive', 'key_use', 'C18', payload({ keystate: 'inactive' })],
  ['F-N12', 'no keystate', 'key_use', 'C18', payload({ keystate: undefined })],
  ['F-N12', 'use ENC', 'key_use', 'C18', payload({ use: 'ENC' })],
  ['F-N12', 'no use', 'key_use', 'C18', payload({ use: undefined })],
  ['F-O7', '1024 bits', 'weak_key', 'C18', both(rsaKey('phone', 1024))],
  ['F-O7', '2040 bits', 'weak_key', 'C18 C21', payload({ n: b64u(ones(255)) })],
  ['F-O6', 'exponent 3', 'weak_key', 'C18', both(rsaKey('phone', 2048, 3))],
  ['F-O8', 'ROCA', 'weak_key', 'C18 C21', payload({ n: b64u(rocaFingerprint()) })],
  ['F-O8', 'close factors', 'weak_key', 'C18 C21', payload({ n: b64u(closeFactors()) })],
  ['F-O8', 'divisible by 7', 'weak_key', 'C18 C21', payload({ n: b64u(divisibleBy(7n)) })],
  ['F-O11', 'inner padding', 'jws_syntax', 'C17', { inner: (good) => `${good}=` }],
  ['F-O12', 'inner of two segments', 'jws_syntax', 'C17', { inner: (good) => good.split('.').slice(0, 2).join('.') }],
  [
    'F-O13',
    'inner header with two nonces',
    'json_dup',
    'C17',
    { innerHeader: (h) => JSON.stringify(h).replace('{', '{"nonce":"0",') },
  ],
  ['F-O13', 'inner key with two n', 'json_dup', 'C17', { innerPayload: (p) => JSON.stringify(p).replace('{', '{"n":"0",') }],
  ['F-O17', 'inner key with a byte order mark', 'json_enc', 'C17', { innerPayload: (p) => `\ufeff${JSON.stringify(p)}` }],
  ['F-C21', 'no certreq', 'schema', 'C17', payload({ certreq: undefined })],
  ['F-C21', 'certreq empty', 'schema', 'C17', payload({ certreq: '' })],
  ['F-C21', 'certreq a list', 'schema', 'C17', payload({ certreq: ['AAAA'] })],
  ['F-C21', 'certreq an object', 'schema', 'C17', payload({ certreq: {} })],
]

const ecRows: Row[] = [
  ['F-N9', 'off the curve', 'weak_key', 'C18 C21', ecPoint(1n, 1n)],
  ['F-N9', '(0,0)', 'weak_key', 'C18 C21', ecPoint(0n, 0n)],
  ['F-N9', 'x ≥ p', 'weak_key', 'C18 C21', ecPoint(P256, 5n)],
  [
    'F-N9',
    'leading zero',
    'weak_key',
    'C18',
    { innerPayload: (p) => ({ ...p, x: b64u(Buffer.concat([Uint8Array.of(0), Buffer.from(String(p.x), 'base64url')])) }) },
  ],
  ['F-N9', 'zero length', 'weak_key', 'C18', payload({ y: '' })],
  [
    'F-N9',
    'trailing octet',
    'weak_key',
    'C18',
    { innerPayload: (p) => ({ ...p, y: b64u(Buffer.concat([Buffer.from(String(p.y), 'base64url'), Uint8Array.of(0)])) }) },
  ],
  ['F-N9', 'a curve name nobody knows', 'weak_key', 'C18', payload({ crv: 'P-999' })],
  ['F-N9', 'P-384 named for a P-256 point', 'weak_key', 'C18', payload({ crv: 'P-384' })],
  ['F-N9', 'P-384 for P-256', 'key_type', 'C18', { key: () => ecKey('phone', 'P-384') }],
  [
    'F-N9',
    'an all-zero signature',
    'inner_sig',
    'C19',
    { inner: (good) => `${good.split('.').slice(0, 2).join('.')}.${b64u(Buffer.alloc(64))}` },
  ],
  [
    'F-N9',
    'a DER signature',
    'inner_sig',
    'C19',
    {
      inner: (good) =>
        `${good.split('.').slice(0, 2).join('.')}.${b64u(Buffer.concat([Buffer.from('3044022000', 'hex'), ones(66)]))}`,
    },
  ],
  ['F-N6', 'RSA for EC', 'key_type', 'C18', { key: () => rsaKey('phone signer') }],
]

describe('inner JWS and new keys', () => {
  it.each(rows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed })
  })

  it.each(ecRows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends, { keys: EC }))).toEqual({ code, failed })
  })

  it('F-C9 F-O5 an exponent of one in key and request, both signatures forged', () => {
    const n = String(rsaKey('phone signer').publicKey.export({ format: 'jwk' }).n)
    const forgedJws = (good: string): string => {
      const input = good.split('.').slice(0, 2).join('.')
      return `${input}.${b64u(forgeForExponentOne(Buffer.from(input)))}`
    }
    expect(judge(buildAnswer({ innerPayload: (p) => ({ ...p, n, e: 'AQ' }), inner: forgedJws }))).toEqual({
      code: 'weak_key',
      failed: 'C18 C21',
    })
  })

  it('F-O8 a prime modulus is found apart from the checks and blocked', async () => {
    const n = b64u(primeModulus())
    const input = buildAnswer({ innerPayload: (p) => ({ ...p, n }) })
    const [prime] = await findPrimeKeys(input.body)
    expect(prime).toMatch(/^[0-9a-f]{64}$/)
    const blocked = new Map<string, KnownKey>([[prime ?? '', { kind: 'blocked', reason: 'the modulus is prime' }]])
    expect(judge({ ...input, facts: { ...input.facts, knownKeys: blocked } }).code).toBe('weak_key')
    expect(await findPrimeKeys(buildAnswer().body)).toEqual([])
  })

  it('F-N8 a leaked key is named, to be blocked for ever', () => {
    const { leakedKeys } = checkAnswer(buildAnswer(payload({ p: 'AQAB' })))
    expect(leakedKeys).toEqual([spkiSha256(spkiOf(rsaKey('phone signer').publicKey))])
  })

  const two = { keys: ['signer', 'second'].map((keyid) => ({ keyid, usage: 'SIG', keyTypes: ['RSA-2048'] })) }
  it.each<[string, string, string, string, Bends, typeof two | undefined]>([
    ['F-N10', 'an extra key', 'keyid', 'C16', { signedkeys: (keys) => [...keys, ...keys] }, undefined],
    ['F-N10', 'no key', 'schema', 'C15 C16', { signedkeys: () => [] }, undefined],
    ['F-N10', 'one of two missing', 'keyid', 'C16', { signedkeys: (keys) => keys.slice(0, 1) }, two],
    ['F-N4', 'the same key under one kid twice', 'keyid', 'C16 C18', { signedkeys: (keys) => [keys[0], keys[0]] }, two],
    ['F-N7', 'one key under two kids', 'key_reuse', 'C18', { key: () => stranger }, two],
    ['F-N10', 'one of two bad', 'nonce', 'C17', { innerHeader: (h) => (h.kid === 'second' ? { ...h, nonce: '0' } : h) }, two],
  ])('%s %s → %s', (_id, _name, code, failed, bends, options) => {
    expect(judge(buildAnswer(bends, options))).toEqual({ code, failed })
  })

  it('the evidence names the key a finding is about', () => {
    const { checks } = checkAnswer(buildAnswer({ innerHeader: (h) => (h.kid === 'second' ? { ...h, nonce: '0' } : h) }, two))
    expect(checks.find((check) => check.id === 'C17')).toMatchObject({ outcome: 'fail', keyid: 'second' })
  })
})
