import { constants, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { appJwk, attestation, type Bends, b64u, buildAnswer, jws, rsaKey, signInput } from '#e2e/builders/answer.ts'
import { idsOf, judge } from '#e2e/builders/judge.ts'
import {
  closeFactors,
  divisibleBy,
  even,
  forgeForExponentOne,
  ones,
  primeModulus,
  rocaFingerprint,
  rocaModulus,
  zeros,
} from '#e2e/builders/weak-keys.ts'
import { checkAnswer } from './check-answer.ts'

const stranger = rsaKey('stranger')
type Row = [id: string, name: string, code: string, failed: string, bends: Bends]

const parts = (text: string): [string, string, string] => text.split('.') as [string, string, string]
const headerOf = (text: string) => JSON.parse(Buffer.from(parts(text)[0], 'base64url').toString('utf8'))
/** Replaces one segment and leaves the others. */
const segment = (index: 0 | 1 | 2, change: (good: string) => string): Bends => ({
  outer: (good) => {
    const all = parts(good)
    all[index] = change(all[index])
    return all.join('.')
  },
})
const alg = (name: unknown, signer = (input: string): Uint8Array => signInput(input, attestation().privateKey)): Bends => ({
  outer: (good) => {
    const input = `${b64u(JSON.stringify({ ...headerOf(good), alg: name }))}.${parts(good)[1]}`
    return `${input}.${b64u(signer(input))}`
  },
})
const jwk = (change: Record<string, unknown>): Bends => ({ header: (h) => ({ ...h, jwk: { ...(h.jwk as object), ...change } }) })
const modulus = (n: Uint8Array): Bends => jwk({ n: b64u(n) })
const header = (change: Record<string, unknown>): Bends => ({ header: (h) => ({ ...h, ...change }) })
const headerText = (change: (good: string) => string): Bends => ({ header: (h) => change(JSON.stringify(h)) })
const payloadText = (change: (good: string) => string): Bends => ({ payload: (p) => change(JSON.stringify(p)) })
const result = (change: Record<string, unknown>): Bends => ({ result: (r) => ({ ...r, ...change }) })
const signedkeys = (value: unknown): Bends => ({ signedkeys: () => value })

/** With the stranger's key in the header and an exponent of one, everybody's signature is good. */
const forged: Bends = {
  header: (h) => ({ ...h, jwk: { ...appJwk(stranger.publicKey, { kid: 'attestation', use: 'sig' }), e: 'AQ' } }),
  outer: (good) => {
    const input = parts(good).slice(0, 2).join('.')
    return `${input}.${b64u(forgeForExponentOne(Buffer.from(input)))}`
  },
}

const rows: Row[] = [
  [
    'F-O1',
    'alg none, no signature',
    'jws_alg',
    'C9',
    { outer: (good) => `${b64u(JSON.stringify({ ...headerOf(good), alg: 'none' }))}.${parts(good)[1]}.` },
  ],
  [
    'F-O1',
    'a header of {"alg":"none"} only',
    'jws_alg',
    'C9 C10 C12 C13 C14',
    { outer: (good) => `${b64u('{"alg":"none"}')}.${parts(good)[1]}.` },
  ],
  ['F-O1', 'no alg', 'jws_alg', 'C9', alg(undefined)],
  ['F-O2', 'HS256', 'jws_alg', 'C9', alg('HS256')],
  [
    'F-O2',
    'HS256 with a symmetric key in the header',
    'jws_alg',
    'C9 C10',
    { header: (h) => ({ ...h, alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }) },
  ],
  ['F-O3', 'rs256', 'jws_alg', 'C9', alg('rs256')],
  ['F-O3', 'RS256 with a space', 'jws_alg', 'C9', alg(' RS256')],
  ['F-O3', 'alg as a list', 'jws_alg', 'C9', alg(['RS256'])],
  [
    'F-O4',
    'a good RS512 signature',
    'jws_alg',
    'C9',
    alg('RS512', (input) => signInput(input, attestation().privateKey, 'sha512')),
  ],
  [
    'F-O4',
    'a good PS256 signature',
    'jws_alg',
    'C9',
    alg('PS256', (input) =>
      sign('sha256', Buffer.from(input), {
        key: attestation().privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      }),
    ),
  ],
  ['F-O5', 'exponent 1, forged', 'weak_key', 'C10 C11', forged],
  ['F-O6', 'exponent 3', 'weak_key', 'C10', jwk({ e: 'Aw' })],
  ['F-O6', 'exponent 65536', 'weak_key', 'C10', jwk({ e: 'AQAA' })],
  ['F-O6', 'exponent with a leading zero', 'weak_key', 'C10', jwk({ e: 'AAEAAQ' })],
  ['F-O6', 'exponent of 2048 bits', 'weak_key', 'C10', jwk({ e: b64u(ones(256)) })],
  ['F-O6', 'exponent empty', 'weak_key', 'C10', jwk({ e: '' })],
  ['F-O7', '1024 bits', 'weak_key', 'C10', modulus(ones(128))],
  ['F-O7', '1536 bits', 'weak_key', 'C10', modulus(ones(192))],
  ['F-O7', '2040 bits', 'weak_key', 'C10', modulus(ones(255))],
  ['F-O7', '2047 bits', 'weak_key', 'C10', modulus(Buffer.concat([Uint8Array.of(0x7f), ones(255)]))],
  ['F-O7', '16384 bits', 'weak_key', 'C10', modulus(ones(2048))],
  ['F-O7', '100 000 bits', 'weak_key', 'C10', modulus(ones(12_500))],
  ['F-O8', 'ROCA (published key)', 'weak_key', 'C10', modulus(rocaModulus())],
  ['F-O8', 'ROCA fingerprint, 2048 bits', 'weak_key', 'C10', modulus(rocaFingerprint())],
  ['F-O8', 'close factors', 'weak_key', 'C10', modulus(closeFactors())],
  ['F-O8', 'divisible by 751', 'weak_key', 'C10', modulus(divisibleBy(751n))],
  ['F-O8', 'divisible by 3', 'weak_key', 'C10', modulus(divisibleBy(3n))],
  ['F-O8', 'even', 'weak_key', 'C10', modulus(even())],
  ['F-O8', 'zero', 'weak_key', 'C10', modulus(zeros())],
  ['F-O8', 'prime', 'attestation_key', 'C10', modulus(primeModulus())],
  [
    'F-O8',
    'two leading zero octets',
    'weak_key',
    'C10',
    jwk({
      n: b64u(
        Buffer.concat([Buffer.alloc(2), Buffer.from(String(attestation().publicKey.export({ format: 'jwk' }).n), 'base64url')]),
      ),
    }),
  ],
  [
    'F-O9',
    'a bit of the signature',
    'jws_sig',
    'C11',
    segment(2, (s) => b64u(Buffer.from(s, 'base64url').map((octet, i) => (i === 100 ? octet ^ 1 : octet)))),
  ],
  ['F-O9', 'signature cut short', 'jws_sig', 'C11', segment(2, (s) => b64u(Buffer.from(s, 'base64url').subarray(0, 255)))],
  [
    'F-O9',
    'signature made longer',
    'jws_sig',
    'C11',
    segment(2, (s) => b64u(Buffer.concat([Buffer.from(s, 'base64url'), Uint8Array.of(0)]))),
  ],
  ['F-O9', 'signature empty', 'jws_sig', 'C11', segment(2, () => '')],
  [
    'F-O9',
    'another payload',
    'jws_sig',
    'C11',
    segment(1, (p) => b64u(Buffer.from(p, 'base64url').toString('utf8').replace('iPhone', 'iPhony'))),
  ],
  [
    'F-O9',
    'another header',
    'jws_sig',
    'C11',
    segment(0, (h) => b64u(Buffer.from(h, 'base64url').toString('utf8').replace('{', '{ '))),
  ],
  ['F-O9', 'a stranger’s signature, the trusted key in the header', 'jws_sig', 'C11', { signer: () => stranger.privateKey }],
  [
    'F-O9',
    'a stranger’s signature and key',
    'attestation_key',
    'C10 C11',
    {
      signer: () => stranger.privateKey,
      header: (h) => ({ ...h, jwk: appJwk(stranger.publicKey, { kid: 'attestation', use: 'sig', leadingZero: true }) }),
    },
  ],
  [
    'F-O9',
    'the trusted key’s signature, a stranger’s key in the header',
    'attestation_key',
    'C10',
    { header: (h) => ({ ...h, jwk: appJwk(stranger.publicKey, { kid: 'attestation', use: 'sig' }) }) },
  ],
  ['F-O11', 'padding', 'jws_syntax', 'C7', segment(2, (s) => `${s}==`)],
  ['F-O11', 'the other alphabet', 'jws_syntax', 'C7', segment(2, (s) => `+/${s.slice(2)}`)],
  ['F-O11', 'a space', 'jws_syntax', 'C7', segment(1, (p) => `${p.slice(0, 40)} ${p.slice(40)}`)],
  ['F-O11', 'a line break', 'jws_syntax', 'C7', segment(0, (h) => `${h}\n`)],
  [
    'F-O11',
    'trailing bits',
    'jws_syntax',
    'C7',
    segment(2, (s) => `${s.slice(0, -1)}${({ Q: 'R', A: 'B', g: 'h', w: 'x' } as Record<string, string>)[s.slice(-1)] ?? '?'}`),
  ],
  ['F-O12', 'one segment', 'jws_syntax', 'C7', { outer: (good) => parts(good)[1] }],
  ['F-O12', 'two segments', 'jws_syntax', 'C7', { outer: (good) => parts(good).slice(0, 2).join('.') }],
  ['F-O12', 'four segments', 'jws_syntax', 'C7', { outer: (good) => `${good}.AAAA` }],
  ['F-O12', 'five segments (JWE)', 'jws_syntax', 'C7', { outer: (good) => `${good}.AAAA.AAAA` }],
  [
    'F-O12',
    'JSON serialisation as text',
    'jws_syntax',
    'C7',
    { outer: (good) => JSON.stringify({ protected: parts(good)[0], payload: parts(good)[1], signature: parts(good)[2] }) },
  ],
  [
    'F-O12',
    'JSON serialisation as object',
    'schema',
    'C3',
    { outer: (good) => ({ protected: parts(good)[0], payload: parts(good)[1], signature: parts(good)[2] }) },
  ],
  ['F-O13', 'nonce twice in the header', 'json_dup', 'C7', headerText((h) => h.replace('"nonce"', '"nonce":"0","nonce"'))],
  ['F-O13', 'jwk twice in the header', 'json_dup', 'C7', headerText((h) => h.replace('"jwk"', '"jwk":{},"jwk"'))],
  ['F-O13', 'nonce twice, once escaped', 'json_dup', 'C7', headerText((h) => h.replace('"nonce"', '"n\\u006fnce":"0","nonce"'))],
  ['F-O13', 'userid twice in the payload', 'json_dup', 'C7', payloadText((p) => p.replace('"userid"', '"userid":"x","userid"'))],
  ['F-O14', 'crit with an unknown name', 'jws_header', 'C8', header({ crit: ['made-up'], 'made-up': 1 })],
  ['F-O14', 'crit b64', 'jws_header', 'C8', header({ crit: ['b64'], b64: false })],
  ...['jku', 'x5u', 'x5c', 'kid', 'zip', 'typ', '__proto__', 'constructor'].map(
    (name): Row => [
      'F-O15',
      `header member ${name}`,
      'jws_header',
      'C8',
      headerText((h) => h.replace('{', `{"${name}":"http://127.0.0.1:9/",`)),
    ],
  ),
  ['F-O16', 'header null', 'jws_syntax', 'C7', headerText(() => 'null')],
  ['F-O16', 'header a list', 'jws_syntax', 'C7', headerText(() => '[]')],
  ['F-O16', 'header a number', 'jws_syntax', 'C7', headerText(() => '1')],
  ['F-O16', 'header no JSON', 'jws_syntax', 'C7', headerText((h) => h.slice(0, -1))],
  ['F-O16', 'header empty', 'jws_syntax', 'C7', headerText(() => '')],
  ['F-O16', 'payload no JSON', 'jws_syntax', 'C7', payloadText((p) => `${p},`)],
  ['F-O16', 'payload a text', 'jws_syntax', 'C7', payloadText(() => '"x"')],
  [
    'F-O17',
    'UTF-8 broken in the header',
    'json_enc',
    'C7',
    segment(0, (h) =>
      b64u(Buffer.concat([Buffer.from(h, 'base64url').subarray(0, -1), Buffer.from(',"x":"\xc0\x80"}', 'latin1')])),
    ),
  ],
  [
    'F-O17',
    'UTF-8 broken in the payload',
    'json_enc',
    'C7 C11',
    segment(1, (p) => b64u(Buffer.from(Buffer.from(p, 'base64url').toString('latin1').replace('iPhone', 'i\xffhone'), 'latin1'))),
  ],
  ['F-O17', 'byte order mark', 'json_enc', 'C7', headerText((h) => `\ufeff${h}`)],
  ['F-O17', 'NUL in a text', 'json_enc', 'C7', payloadText((p) => p.replace('iPhone', 'i\\u0000hone'))],
  ['F-O17', 'NUL after the header', 'json_enc', 'C7', headerText((h) => `${h}\0`)],
  ['F-O17', 'a lone surrogate', 'json_enc', 'C7', payloadText((p) => p.replace('iPhone', 'i\\ud800hone'))],
  [
    'F-O18',
    'header nested 17 deep',
    'json_depth',
    'C7',
    headerText((h) => h.replace('{', `{"x":${'['.repeat(17)}${']'.repeat(17)},`)),
  ],
  [
    'F-O18',
    'payload of 5 000 members',
    'json_depth',
    'C7',
    payloadText((p) => p.replace('{', `{${Array.from({ length: 5000 }, (_, i) => `"${i}":0,`).join('')}`)),
  ],
  ['F-O18', 'body nested 20 000 deep', 'json_depth', 'C2', { body: () => '['.repeat(20_000) }],
  ['F-O18', 'body larger than 64 KiB', 'size', 'C1 C2', { body: (good) => good + ' '.repeat(65_536) }],
  ...[undefined, null, 'x', {}, 7, [], [7], [null], Array.from({ length: 1000 }, () => 'x')].map((value): Row => {
    const failed = !Array.isArray(value) || value.length === 0 ? 'C15 C16' : value.length === 1 ? 'C15' : 'C15 C16 C17'
    return ['F-O19', `signedkeys ${JSON.stringify(value)?.slice(0, 20)}`, 'schema', failed, signedkeys(value)]
  }),
  ['F-O20', 'code as text', 'schema', 'C3', { body: (b) => b.replace('"code":0', '"code":"0"') }],
  ['F-O20', 'code -0', 'schema', 'C3', { body: (b) => b.replace('"code":0', '"code":-0') }],
  ['F-O20', 'code 0.0', 'schema', 'C3', { body: (b) => b.replace('"code":0', '"code":0.0') }],
  ['F-O20', 'status 2e2', 'schema', 'C3', { body: (b) => b.replace('"status":200', '"status":2e2') }],
  ['F-O20', 'status as text', 'schema', 'C3', { body: (b) => b.replace('"status":200', '"status":"200"') }],
  ['F-O20', 'commandId as a number', 'schema', 'C3', { body: (b) => b.replace('"18092"', '18092000000000000001') }],
  ['F-O21', 'contenttype jwe', 'schema', 'C3', result({ contenttype: 'jwe' })],
  ['F-O21', 'contenttype missing', 'schema', 'C3', result({ contenttype: undefined })],
  ['F-O21', 'data missing', 'schema', 'C3', result({ data: undefined })],
  ['F-O21', 'data null', 'schema', 'C3', result({ data: null })],
  ['F-O21', 'data empty', 'schema', 'C3 C7', result({ data: '' })],
  ['F-O21', 'data a list', 'schema', 'C3', { outer: (good) => [good] }],
  ['F-O21', 'result missing', 'schema', 'C3', { result: () => undefined }],
  [
    'F-O22',
    'the answer of another request',
    'nonce',
    'C12 C17',
    { input: (i) => ({ ...i, expectation: { ...i.expectation, nonce: 'ff'.repeat(16) } }) },
  ],
]

describe('outer JWS', () => {
  it.each(rows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed })
  })

  it('F-O8 no key set configured: nothing is trusted, nothing verified', () => {
    const { verdict, failureCode, checks } = checkAnswer(
      buildAnswer({ input: (i) => ({ ...i, policy: { ...i.policy, trustedKeys: [] } }) }),
    )
    expect([verdict, failureCode, idsOf(checks, 'skipped')]).toEqual(['failed', 'attestation_key', 'C11'])
  })

  it('N8 private members in the header’s key', () => {
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
      expect(judge(buildAnswer(jwk({ [member]: 'AQAB' })))).toEqual({ code: 'private_key_leaked', failed: 'C10' })
    }
  })

  it('a check without input says which checks it needed, and claims nothing', () => {
    const { checks } = checkAnswer(buildAnswer({ body: () => 'x' }))
    expect(idsOf(checks, 'fail')).toBe('C2')
    expect(idsOf(checks, 'pass')).toBe('C1 C5 C25')
    expect(checks.filter((check) => check.outcome === 'skipped').every((check) => (check.needs ?? []).length > 0)).toBe(true)
  })

  it('jws of the builder signs what it says', () => {
    expect(parts(jws({ alg: 'RS256' }, {}, stranger.privateKey))).toHaveLength(3)
  })
})
