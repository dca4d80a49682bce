/** F-N1 to F-N12, and the rows of O that a nested JWS repeats: the messages inside the answer and the keys they bring. */
import { createHmac } from 'node:crypto'
import type { KnownKey } from '#lib/core/enrollment/checks/index.ts'
import { spkiSha256 } from '#lib/core/x509/spki.ts'
import {
  appJwk,
  attestation,
  type Bends,
  b64u,
  buildAnswer,
  ecKey,
  jws,
  type KeyPair,
  NONCE,
  rsaKey,
  signInput,
  spkiOf,
  trustedKeys,
} from '../builders/answer.ts'
import { facts, parts, rawSignature } from '../builders/answer-bends.ts'
import { ones } from '../builders/weak-keys.ts'
import { WRONG_PADDINGS } from '../builders/wrong-padding.ts'
import { type Row, toCases } from './case.ts'

type Json = Record<string, unknown>

const phone = rsaKey('phone signer')
const other = rsaKey('other phone')
const header = (change: Json): Bends => ({ innerHeader: (h) => ({ ...h, ...change }) })
const payload = (change: Json): Bends => ({ innerPayload: (p) => ({ ...p, ...change }) })
const key = (pair: KeyPair): Bends => ({ key: () => pair })
const kid = (value: string): Bends => ({
  innerHeader: (h) => ({ ...h, kid: value }),
  innerPayload: (p) => ({ ...p, kid: value }),
})
const known = (what: KnownKey): Bends => facts({ knownKeys: new Map([[spkiSha256(spkiOf(phone.publicKey)), what]]) })
const otherJwk = (p: Json): Json => ({ ...appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }), certreq: p.certreq })
const requestOf = (pair: KeyPair): Bends => ({
  csrParts: (p) => ({ ...p, spki: spkiOf(pair.publicKey), signer: pair.privateKey }),
})
const signature = (change: (good: Buffer) => Uint8Array): Bends => ({
  inner: (good) => [...parts(good).slice(0, 2), b64u(change(Buffer.from(parts(good)[2], 'base64url')))].join('.'),
})
const wholeOuter = (): string => JSON.parse(Buffer.from(buildAnswer().body).toString('utf8')).provResponse.result.data

const possession: Row[] = [
  ['F-N1', 'signed by the attestation key', 'inner_sig', 'C19', { innerSigner: () => attestation().privateKey }],
  ['F-N1', 'signature empty', 'inner_sig', 'C19', signature(() => new Uint8Array())],
  ['F-N1', 'a bit of the signature', 'inner_sig', 'C19', signature((s) => s.map((octet, i) => (i === 7 ? octet ^ 2 : octet)))],
  [
    'F-N1',
    'the outer signature in its place',
    'inner_sig',
    'C19',
    signature(() => Buffer.from(parts(wholeOuter())[2], 'base64url')),
  ],
  ...['NULL missing', 'rubbish after the digest', 'DigestInfo of SHA-512', 'all zeros'].map(
    (name): Row => [
      'F-N1',
      `padding: ${name}`,
      'inner_sig',
      'C19',
      {
        inner: (good) => {
          const input = parts(good).slice(0, 2).join('.')
          return `${input}.${b64u(rawSignature(WRONG_PADDINGS[name]?.(input) ?? Buffer.alloc(0), phone))}`
        },
      },
    ],
  ),
  ['F-N2', 'key of A, signed by B', 'inner_sig', 'C19', { innerSigner: () => other.privateKey }],
  ['F-N2', 'key of A, request of B', 'csr_key', 'C21', requestOf(other)],
  ['F-N2', 'key of B, signed by A, request of A', 'inner_sig', 'C19 C21', { innerPayload: otherJwk }],
  [
    'F-N2',
    'key and signature of B, request of A',
    'csr_key',
    'C21',
    { innerPayload: otherJwk, innerSigner: () => other.privateKey },
  ],
  [
    'F-N2',
    'key of A, signature and request of B',
    'inner_sig',
    'C19 C21',
    { ...requestOf(other), innerSigner: () => other.privateKey },
  ],
  ['F-N2', 'key and request of B, signature of A', 'inner_sig', 'C19', { ...requestOf(other), innerPayload: otherJwk }],
]

const binding: Row[] = [
  ['F-N3', 'no nonce', 'nonce', 'C17', header({ nonce: undefined })],
  ...['ff'.repeat(16), '', NONCE.toUpperCase(), `${NONCE} `, NONCE.slice(0, 31), 7, null, [NONCE], { a: NONCE }].map(
    (nonce): Row => ['F-N3', `nonce ${JSON.stringify(nonce)}`, 'nonce', 'C17', header({ nonce })],
  ),
  ['F-N4', 'another kid in both', 'keyid', 'C16 C17 | no kid', kid('other')],
  ['F-N4', 'another kid in the header', 'keyid', 'C16 C17 | no kid', header({ kid: 'other' })],
  ['F-N4', 'another kid in the key', 'keyid', 'C17', payload({ kid: 'other' })],
  ['F-N4', 'no kid in the header', 'keyid', 'C16 C17 | no kid', header({ kid: undefined })],
  ['F-N4', 'no kid in the key', 'keyid', 'C17', payload({ kid: undefined })],
  [
    'F-N4',
    'no kid at all',
    'keyid',
    'C16 C17 | no kid',
    { innerHeader: (h) => ({ ...h, kid: undefined }), innerPayload: (p) => ({ ...p, kid: undefined }) },
  ],
  ...['Signer', 'signer ', 'constructor', '../', '../../signer', '__proto__', 'toString', '', 'x'.repeat(1000)].map(
    (value): Row => ['F-N4', `kid “${value.slice(0, 20)}”`, 'keyid', 'C16 C17 | no kid', kid(value)],
  ),
  ['F-N4', 'a number as kid', 'keyid', 'C16 C17 | no kid', header({ kid: 1 })],
  ['F-N4', 'a list as kid', 'keyid', 'C16 C17 | no kid', header({ kid: ['signer'] })],
  [
    'F-N5',
    'another key in the inner header',
    'jws_header',
    'C17',
    { innerHeader: (h) => ({ ...h, jwk: appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }) }) },
  ],
  [
    'F-N5',
    'another key in the inner header, which signed',
    'jws_header',
    'C17 C19',
    {
      innerHeader: (h) => ({ ...h, jwk: appJwk(other.publicKey, { kid: 'signer', use: 'SIG' }) }),
      innerSigner: () => other.privateKey,
    },
  ],
  [
    'F-N5',
    'the same key in the inner header',
    'jws_header',
    'C17',
    { innerHeader: (h) => ({ ...h, jwk: appJwk(phone.publicKey, { kid: 'signer', use: 'SIG' }) }) },
  ],
  ...['jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'typ', '__proto__'].map(
    (name): Row => [
      'F-N5',
      `${name} in the inner header`,
      'jws_header',
      'C17',
      { innerHeader: (h) => JSON.stringify(h).replace('{', `{"${name}":"http://127.0.0.1:9/",`) },
    ],
  ),
]

const kinds: Row[] = [
  ...['none', 'HS256', 'RS384', 'RS512', 'PS256', 'ES256', 'rs256', ''].map(
    (alg): Row => ['F-N6', `alg “${alg}” in the inner header`, 'key_type', 'C18 | C19(C18)', header({ alg })],
  ),
  ['F-N6', 'no alg in the inner header', 'key_type', 'C18 | C19(C18)', header({ alg: undefined })],
  [
    'F-N6',
    'HS256 keyed with the modulus',
    'key_type',
    'C18 | C19(C18)',
    {
      inner: (good) => {
        const input = `${b64u(JSON.stringify({ alg: 'HS256', nonce: NONCE, kid: 'signer' }))}.${parts(good)[1]}`
        return `${input}.${b64u(
          createHmac('sha256', String(phone.publicKey.export({ format: 'jwk' }).n))
            .update(input)
            .digest(),
        )}`
      },
    },
  ],
  [
    'F-N6',
    'a good RS512 signature',
    'key_type',
    'C18 | C19(C18)',
    {
      inner: (good) => {
        const input = `${b64u(JSON.stringify({ alg: 'RS512', nonce: NONCE, kid: 'signer' }))}.${parts(good)[1]}`
        return `${input}.${b64u(signInput(input, phone.privateKey, 'sha512'))}`
      },
    },
  ],
  ...['PS256', 'RS512', 'ES256'].map((alg): Row => ['F-N6', `alg ${alg} in the key`, 'key_type', 'C18', payload({ alg })]),
  ['F-N6', 'EC for RSA', 'key_type', 'C18 | C19(C18) C22(C18)', key(ecKey('phone'))],
  ['F-N6', '3072 bits for 2048', 'key_type', 'C18', key(rsaKey('phone', 3072))],
  ['F-N6', '4096 bits for 2048', 'key_type', 'C18', key(rsaKey('phone', 4096))],
  [
    'F-N6',
    '2048 bits for 3072',
    'key_type',
    'C18',
    key(phone),
    { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-3072'] }] },
  ],
  [
    'F-N6',
    'a symmetric key',
    'private_key_leaked',
    'C18 | C19(C18) C21(C18)',
    { innerPayload: (p) => ({ kty: 'oct', k: 'AAAA', kid: p.kid, use: p.use, keystate: p.keystate, certreq: p.certreq }) },
  ],
  [
    'F-N6',
    'an OKP key',
    'key_type',
    'C18 | C19(C18) C21(C18)',
    {
      innerPayload: (p) => ({
        kty: 'OKP',
        crv: 'Ed25519',
        x: b64u(ones(32)),
        kid: p.kid,
        use: p.use,
        keystate: p.keystate,
        certreq: p.certreq,
      }),
    },
  ],
  [
    'F-N6',
    'a kind of key nobody knows was asked for',
    'key_type',
    'C18 | C19(C18) C22(C18)',
    {},
    { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['ML-DSA-65'] }] },
  ],
  ['F-N7', 'the attestation key', 'key_reuse', 'C18', key(attestation())],
  [
    'F-N7',
    'another trusted attestation key than the one that signed',
    'key_reuse',
    'C18',
    {
      key: () => other,
      input: (i) => ({
        ...i,
        policy: { ...i.policy, trustedKeys: [...i.policy.trustedKeys, ...(trustedKeys(other).ATTESTATION ?? [])] },
      }),
    },
  ],
  ['F-N7', 'the throw-away key', 'key_reuse', 'C18 C21', key(rsaKey('dummy signer'))],
  ['F-N7', 'a key of another user', 'key_reuse', 'C18', known({ kind: 'certified', userid: 'somebody.else' })],
  ['F-N7', 'the CA’s key', 'key_reuse', 'C18', known({ kind: 'ca' })],
  ['F-N7', 'a blocked key', 'weak_key', 'C18', known({ kind: 'blocked', reason: 'Debian weak key' })],
  ['F-C22', 'a key this user has already', 'key_reuse', 'C18', known({ kind: 'certified', userid: 'asa.oberg' })],
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
  ['F-N8', 'the whole private key', 'private_key_leaked', 'C18', payload(phone.privateKey.export({ format: 'jwk' }) as Json)],
  ['F-N8', 'a private member that is null', 'private_key_leaked', 'C18', payload({ d: null })],
  [
    'F-N11',
    'the payload is another JWS',
    'schema',
    'C17 | no key message',
    { innerPayload: (p) => jws({ alg: 'RS256', nonce: NONCE, kid: 'signer' }, p, other.privateKey) },
  ],
  [
    'F-N11',
    'the payload is a JWS in a JWS',
    'schema',
    'C17 | no key message',
    {
      innerPayload: (p) =>
        jws({ alg: 'RS256', nonce: NONCE, kid: 'signer' }, jws({ alg: 'RS256' }, p, other.privateKey), other.privateKey),
    },
  ],
  ['F-N11', 'the payload is a JSON text', 'schema', 'C17 | no key message', { innerPayload: () => '"x"' }],
  ['F-N11', 'the payload is a list', 'schema', 'C17 | no key message', { innerPayload: (p) => JSON.stringify([p]) }],
  ['F-N11', 'the inner one is a whole outer one', 'schema', 'C17 | no key message', { inner: wholeOuter }],
  [
    'F-N11',
    'a JWK set for a JWK',
    'schema',
    'C17 | no key message',
    { innerPayload: (p) => ({ keys: [p], certreq: p.certreq }) },
  ],
  ...['inactive', 'REVOKED', 'active ', '', undefined, null, 1].map(
    (keystate): Row => ['F-N12', `keystate ${JSON.stringify(keystate) ?? 'missing'}`, 'key_use', 'C18', payload({ keystate })],
  ),
  ...['ENC', 'enc', 'AUTH', 'SIG ', '', undefined, null, ['SIG']].map(
    (use): Row => ['F-N12', `use ${JSON.stringify(use) ?? 'missing'}`, 'key_use', 'C18', payload({ use })],
  ),
  [
    'F-N12',
    'use SIG for an ENC request',
    'key_use',
    'C18',
    payload({ use: 'SIG' }),
    { keys: [{ keyid: 'signer', usage: 'ENC', keyTypes: ['RSA-2048'] }] },
  ],
]

export const nested = toCases([...possession, ...binding, ...kinds])
