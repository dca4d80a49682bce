/** The rows of O that ask the same of the key and the JWS inside. */
import type { KnownKey } from '#lib/core/enrollment/checks/index.ts'
import { spkiSha256 } from '#lib/core/x509/spki.ts'
import { type Bends, b64u, type KeyPair, rsaKey, spkiOf } from '../builders/answer.ts'
import { facts, listedWeak, parts } from '../builders/answer-bends.ts'
import { closeFactors, debianWeak, divisibleBy, even, forgeForExponentOne, ones, rocaFingerprint } from '../builders/weak-keys.ts'
import { type Row, toCases } from './case.ts'

type Json = Record<string, unknown>

const phone = rsaKey('phone signer')
const payload = (change: Json): Bends => ({ innerPayload: (p) => ({ ...p, ...change }) })
const key = (pair: KeyPair): Bends => ({ key: () => pair })
const modulus = (n: Uint8Array): Bends => payload({ n: b64u(n) })
const known = (what: KnownKey): Bends => facts({ knownKeys: new Map([[spkiSha256(spkiOf(phone.publicKey)), what]]) })
const n = String(phone.publicKey.export({ format: 'jwk' }).n)
const forged = (good: string): string => {
  const input = parts(good).slice(0, 2).join('.')
  return `${input}.${b64u(forgeForExponentOne(Buffer.from(input)))}`
}

const asOutside: Row[] = [
  [
    'F-O5',
    'exponent 1 inside, forged',
    'weak_key',
    'C18 C21 | C19(C18)',
    { innerPayload: (p) => ({ ...p, n, e: 'AQ' }), inner: forged },
  ],
  ['F-O6', 'a real key of exponent 3 inside', 'weak_key', 'C18 | C19(C18) C22(C18)', key(rsaKey('phone', 2048, 3))],
  ['F-O6', 'exponent of 2048 bits inside', 'weak_key', 'C18 C21 | C19(C18)', payload({ e: b64u(ones(256)) })],
  ['F-O7', 'a real key of 1024 bits inside', 'weak_key', 'C18 | C19(C18) C22(C18)', key(rsaKey('phone', 1024))],
  ['F-O7', '2040 bits inside', 'weak_key', 'C18 C21 | C19(C18)', modulus(ones(255))],
  ['F-O7', '16384 bits inside', 'weak_key', 'C18 | C19(C18) C21(C18)', modulus(ones(2048))],
  ['F-O8', 'ROCA inside', 'weak_key', 'C18 C21 | C19(C18)', modulus(rocaFingerprint())],
  ['F-O8', 'close factors inside', 'weak_key', 'C18 C21 | C19(C18)', modulus(closeFactors())],
  ['F-O8', 'divisible by 7 inside', 'weak_key', 'C18 C21 | C19(C18)', modulus(divisibleBy(7n))],
  ['F-O8', 'even inside', 'weak_key', 'C18 C21 | C19(C18)', modulus(even())],
  [
    'F-O8',
    'a Debian weak key inside',
    'weak_key',
    'C18 C19 C21',
    { ...modulus(debianWeak().n), ...listedWeak(debianWeak().name) },
  ],
  ['F-O8', 'a blocked key inside', 'weak_key', 'C18', known({ kind: 'blocked', reason: 'the modulus is prime' })],
  ['F-O11', 'padding inside', 'jws_syntax', 'C17 | no key message', { inner: (good) => `${good}=` }],
  ['F-O11', 'a line break inside', 'jws_syntax', 'C17 | no key message', { inner: (good) => `${good}\n` }],
  ['F-O12', 'two segments inside', 'jws_syntax', 'C17 | no key message', { inner: (good) => parts(good).slice(0, 2).join('.') }],
  ['F-O12', 'an empty text inside', 'jws_syntax', 'C17 | no key message', { inner: () => '' }],
  [
    'F-O13',
    'inner header with two nonces',
    'json_dup',
    'C17 | no kid, C16(C17)',
    { innerHeader: (h) => JSON.stringify(h).replace('{', '{"nonce":"0",') },
  ],
  [
    'F-O13',
    'inner key with two n',
    'json_dup',
    'C17 | no key message',
    { innerPayload: (p) => JSON.stringify(p).replace('{', '{"n":"0",') },
  ],
  [
    'F-O13',
    'inner key with two certreq',
    'json_dup',
    'C17 | no key message',
    { innerPayload: (p) => JSON.stringify(p).replace('{', '{"certreq":"AAAA",') },
  ],
  ['F-O16', 'inner header a list', 'jws_syntax', 'C17 | no kid, C16(C17)', { innerHeader: () => '[]' }],
  [
    'F-O17',
    'inner key with a byte order mark',
    'json_enc',
    'C17 | no key message',
    { innerPayload: (p) => `\ufeff${JSON.stringify(p)}` },
  ],
  [
    'F-O17',
    'inner header with a lone surrogate',
    'json_enc',
    'C17 | no kid, C16(C17)',
    { innerHeader: (h) => JSON.stringify(h).replace('{', '{"\\ud800":1,') },
  ],
  [
    'F-O18',
    'inner key nested 5 000 deep',
    'json_depth',
    'C17 | no key message',
    { innerPayload: (p) => JSON.stringify(p).replace('{', `{"x":${'['.repeat(5_000)}`) },
  ],
]

export const nestedForm = toCases(asOutside)
