/** F-O5 to F-O10: the key and the signature of the outer JWS. */

import { sharedPrimePair } from '#lib/core/x509/rsa-fixtures.ts'
import { encodeSpki, readJwk, spkiSha256 } from '#lib/core/x509/spki.ts'
import { appJwk, attestation, type Bends, b64u, ecKey, type KeyPair, rsaKey } from '../builders/answer.ts'
import {
  alg,
  facts,
  header,
  headerOf,
  jwk,
  listedWeak,
  modulus,
  parts,
  policy,
  rawSignature,
  segment,
} from '../builders/answer-bends.ts'
import {
  closeFactors,
  debianWeak,
  divisibleBy,
  even,
  forgeForExponentOne,
  ones,
  primeModulus,
  rocaFingerprint,
  rocaModulus,
  zeros,
} from '../builders/weak-keys.ts'
import { WRONG_PADDINGS } from '../builders/wrong-padding.ts'
import { type Row, toCases } from './case.ts'

const stranger = rsaKey('stranger')
const octetsOfModulus = ({ publicKey }: KeyPair): Buffer =>
  Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url')
const ownModulus = octetsOfModulus(attestation())

/** A header's key with an exponent of one: everybody's signature is good under it. */
const forged = (key: object): Bends => ({
  header: (h) => ({ ...h, jwk: { ...key, e: 'AQ' } }),
  outer: (good) => {
    const input = parts(good).slice(0, 2).join('.')
    return `${input}.${b64u(forgeForExponentOne(Buffer.from(input)))}`
  },
})

/** A real key pair, in the header and signing. */
const ownKey = (pair: ReturnType<typeof rsaKey>): Bends => ({
  header: (h) => ({ ...h, jwk: appJwk(pair.publicKey, { kid: 'attestation', use: 'sig', leadingZero: true }) }),
  signer: () => pair.privateKey,
})

const plusOne = (octets: Buffer): Buffer => Buffer.from((BigInt(`0x${octets.toString('hex')}`) + 2n).toString(16), 'hex')
const prime = primeModulus()
const blocked = (n: Uint8Array, reason: string): Bends => {
  const parts = readJwk({ kty: 'RSA', n: b64u(n), e: 'AQAB' })
  if ('code' in parts) throw new Error(parts.detail)
  return { ...modulus(n), ...facts({ knownKeys: new Map([[spkiSha256(encodeSpki(parts)), { kind: 'blocked', reason }]]) }) }
}

const exponents: Row[] = [
  [
    'F-O5',
    'exponent 1, forged, a stranger’s modulus',
    'weak_key',
    'C10 C11',
    forged(appJwk(stranger.publicKey, { kid: 'attestation', use: 'sig' })),
  ],
  [
    'F-O5',
    'exponent 1, forged, the trusted key’s modulus',
    'weak_key',
    'C10 C11',
    forged(appJwk(attestation().publicKey, { kid: 'attestation', use: 'sig', leadingZero: true })),
  ],
  ['F-O5', 'exponent 1, signed by the trusted key', 'weak_key', 'C10', jwk({ e: 'AQ' })],
  ['F-O6', 'exponent 3', 'weak_key', 'C10', jwk({ e: 'Aw' })],
  ['F-O6', 'a real key of exponent 3, its own signature', 'weak_key', 'C10 C11', ownKey(rsaKey('exponent three', 2048, 3))],
  ['F-O6', 'exponent 0', 'weak_key', 'C10 | C24(C10)', jwk({ e: 'AA' })],
  ['F-O6', 'exponent 2', 'weak_key', 'C10', jwk({ e: 'Ag' })],
  ['F-O6', 'exponent 65536', 'weak_key', 'C10', jwk({ e: 'AQAA' })],
  ['F-O6', 'exponent 65538', 'weak_key', 'C10', jwk({ e: 'AQAC' })],
  ['F-O6', 'exponent 2^32 + 1', 'weak_key', 'C10', jwk({ e: 'AQAAAAE' })],
  ['F-O6', 'exponent with a leading zero', 'weak_key', 'C10 | C24(C10)', jwk({ e: 'AAEAAQ' })],
  ['F-O6', 'exponent equal to the modulus', 'weak_key', 'C10', jwk({ e: b64u(ownModulus) })],
  ['F-O6', 'exponent above the modulus', 'weak_key', 'C10', jwk({ e: b64u(plusOne(ownModulus)) })],
  ['F-O6', 'exponent of 2048 bits', 'weak_key', 'C10', jwk({ e: b64u(ones(256)) })],
  ['F-O6', 'exponent of 40 kB', 'weak_key', 'C10 | C24(C10)', jwk({ e: b64u(ones(30_000)) })],
  ['F-O6', 'exponent empty', 'weak_key', 'C10 | C24(C10)', jwk({ e: '' })],
  ['F-O6', 'exponent as a number', 'schema', 'C10 | C24(C10)', jwk({ e: 65537 })],
]

const sizes: Row[] = [
  ...[1024, 1536, 2040, 2047, 2056].map(
    (bits): Row => [
      'F-O7',
      `a real key of ${bits} bits, its own signature`,
      'weak_key',
      'C10 C11',
      ownKey(rsaKey('odd size', bits)),
    ],
  ),
  ['F-O7', '512 bits', 'weak_key', 'C10', modulus(ones(64))],
  ['F-O7', '1024 bits', 'weak_key', 'C10', modulus(ones(128))],
  ['F-O7', '1536 bits', 'weak_key', 'C10', modulus(ones(192))],
  ['F-O7', '2040 bits', 'weak_key', 'C10', modulus(ones(255))],
  ['F-O7', '2047 bits', 'weak_key', 'C10', modulus(Buffer.concat([Uint8Array.of(0x7f), ones(255)]))],
  ['F-O7', '4104 bits', 'weak_key', 'C10', modulus(ones(513))],
  ['F-O7', '16384 bits', 'weak_key', 'C10 | C24(C10)', modulus(ones(2048))],
  ['F-O7', '16392 bits', 'weak_key', 'C10 | C24(C10)', modulus(ones(2049))],
  ['F-O7', '100 000 bits', 'weak_key', 'C10 | C24(C10)', modulus(ones(12_500))],
  ['F-O7', '160 000 bits', 'weak_key', 'C10 | C24(C10)', modulus(ones(20_000))],
  ['F-O7', '524 288 bits: more than a body holds', 'size', 'C1 C2 | no JSON', modulus(ones(65_536))],
  ['F-O7', 'one octet', 'weak_key', 'C10 | C24(C10)', modulus(Uint8Array.of(0xff))],
  ['F-O7', 'no modulus', 'schema', 'C10 | C24(C10)', jwk({ n: undefined })],
  ['F-O7', 'modulus empty', 'weak_key', 'C10 | C24(C10)', jwk({ n: '' })],
  ['F-O7', 'modulus in the other alphabet', 'schema', 'C10 | C24(C10)', jwk({ n: ones(256).toString('base64') })],
  ['F-O7', 'no key in the header', 'schema', 'C10 | C24(C10)', header({ jwk: undefined })],
  ['F-O7', 'a text as key', 'schema', 'C10 | C24(C10)', header({ jwk: 'x' })],
  ['F-O7', 'a list of keys', 'schema', 'C10 | C24(C10)', { header: (h) => ({ ...h, jwk: [h.jwk] }) }],
  ['F-O7', 'an EC key', 'attestation_key', 'C10', header({ jwk: ecKey('stranger').publicKey.export({ format: 'jwk' }) })],
  ['F-O7', 'an OKP key', 'schema', 'C10 | C24(C10)', header({ jwk: { kty: 'OKP', crv: 'Ed25519', x: b64u(ones(32)) } })],
]

const structures: Row[] = [
  ['F-O8', 'ROCA (published key)', 'weak_key', 'C10', modulus(rocaModulus())],
  ['F-O8', 'ROCA fingerprint, 2048 bits', 'weak_key', 'C10', modulus(rocaFingerprint())],
  ['F-O8', 'close factors', 'weak_key', 'C10', modulus(closeFactors())],
  ...[3n, 5n, 251n, 509n, 743n, 751n].map(
    (factor): Row => ['F-O8', `divisible by ${factor}`, 'weak_key', 'C10', modulus(divisibleBy(factor))],
  ),
  ['F-O8', 'even', 'weak_key', 'C10', modulus(even())],
  ['F-O8', 'zero', 'weak_key', 'C10 | C24(C10)', modulus(zeros())],
  ['F-O8', 'all ones', 'weak_key', 'C10', modulus(ones(256))],
  ['F-O8', 'prime, known so', 'weak_key', 'C10', blocked(prime, 'the modulus is prime')],
  ['F-O8', 'prime, not known so: still nobody’s', 'attestation_key', 'C10', modulus(prime)],
  [
    'F-O8',
    'a Debian weak key, of a list of such',
    'weak_key',
    'C10',
    { ...modulus(debianWeak().n), ...listedWeak(debianWeak().name) },
  ],
  ['F-O8', 'a Debian weak key, no list of such: still nobody’s', 'attestation_key', 'C10', modulus(debianWeak().n)],
  [
    'F-O8',
    'a key that shares a prime, of the block list',
    'weak_key',
    'C10',
    blocked(octetsOfModulus(sharedPrimePair()[0]), 'shares a prime with another key'),
  ],
  ['F-O8', 'two leading zero octets', 'weak_key', 'C10 | C24(C10)', modulus(Buffer.concat([Buffer.alloc(2), ownModulus]))],
  [
    'F-O8',
    'a thousand leading zero octets',
    'weak_key',
    'C10 | C24(C10)',
    modulus(Buffer.concat([Buffer.alloc(1000), ownModulus])),
  ],
  [
    'F-O8',
    'no key set configured: nothing is trusted, nothing verified',
    'attestation_key',
    'C10 | C11(C10)',
    policy({ trustedKeys: [] }),
  ],
]

const flip =
  (at: number, mask: number) =>
  (s: string): string =>
    b64u(Buffer.from(s, 'base64url').map((octet, i) => (i === at ? octet ^ mask : octet)))
const octets = (change: (good: Buffer) => Uint8Array): Bends => segment(2, (s) => b64u(change(Buffer.from(s, 'base64url'))))
const modulusMinus = (good: Buffer): Buffer =>
  Buffer.from(
    (BigInt(`0x${ownModulus.toString('hex')}`) - BigInt(`0x${good.toString('hex')}`)).toString(16).padStart(512, '0'),
    'hex',
  )
const modulusPlus = (good: Buffer): Buffer =>
  Buffer.from(
    (BigInt(`0x${ownModulus.toString('hex')}`) + BigInt(`0x${good.toString('hex')}`)).toString(16).padStart(514, '0'),
    'hex',
  )

const signatures: Row[] = [
  ...[
    [0, 0x80],
    [0, 1],
    [100, 1],
    [255, 1],
    [255, 0x80],
  ].map(
    ([at, mask]): Row => [
      'F-O9',
      `bit ${mask} of octet ${at} of the signature`,
      'jws_sig',
      'C11',
      segment(2, flip(at as number, mask as number)),
    ],
  ),
  ['F-O9', 'signature cut short', 'jws_sig', 'C11', octets((s) => s.subarray(0, 255))],
  ['F-O9', 'signature of one octet', 'jws_sig', 'C11', octets((s) => s.subarray(0, 1))],
  ['F-O9', 'a zero after the signature', 'jws_sig', 'C11', octets((s) => Buffer.concat([s, Uint8Array.of(0)]))],
  ['F-O9', 'a zero before the signature', 'jws_sig', 'C11', octets((s) => Buffer.concat([Uint8Array.of(0), s]))],
  ['F-O9', 'the signature twice', 'jws_sig', 'C11', octets((s) => Buffer.concat([s, s]))],
  ['F-O9', 'signature of 20 kB', 'jws_sig', 'C11', octets(() => Buffer.alloc(20_000, 1))],
  ['F-O9', 'signature empty', 'jws_sig', 'C11', segment(2, () => '')],
  ['F-O9', 'the signature plus the modulus', 'jws_sig', 'C11', octets(modulusPlus)],
  ['F-O9', 'the modulus less the signature', 'jws_sig', 'C11', octets(modulusMinus)],
  [
    'F-O9',
    'another payload',
    'jws_sig',
    'C11',
    segment(1, (p) => b64u(Buffer.from(p, 'base64url').toString('utf8').replace('iPhone', 'iPhony'))),
  ],
  [
    'F-O9',
    'the same payload, spelled otherwise',
    'jws_sig',
    'C11',
    segment(1, (p) => b64u(Buffer.from(p, 'base64url').toString('utf8').replace('{', '{ '))),
  ],
  [
    'F-O9',
    'the same header, spelled otherwise',
    'jws_sig',
    'C11',
    segment(0, (h) => b64u(Buffer.from(h, 'base64url').toString('utf8').replace('{', '{ '))),
  ],
  [
    'F-O9',
    'the same header, members in another order',
    'jws_sig',
    'C11',
    {
      outer: (good) =>
        [b64u(JSON.stringify(Object.fromEntries(Object.entries(headerOf(good)).reverse()))), ...parts(good).slice(1)].join('.'),
    },
  ],
  [
    'F-O9',
    'header and payload exchanged in what was signed',
    'jws_sig',
    'C11',
    {
      outer: (good) => {
        const [h, p] = parts(good)
        return `${h}.${p}.${b64u(rawSignature(WRONG_PADDINGS['digest of other bytes']?.(`${p}.${h}`) ?? Buffer.alloc(0), attestation()))}`
      },
    },
  ],
  ['F-O9', 'a stranger’s signature, the trusted key in the header', 'jws_sig', 'C11', { signer: () => stranger.privateKey }],
  ['F-O9', 'a stranger’s signature and key', 'attestation_key', 'C10 C11', ownKey(stranger)],
  [
    'F-O9',
    'the trusted key’s signature, a stranger’s key in the header',
    'attestation_key',
    'C10',
    { header: (h) => ({ ...h, jwk: appJwk(stranger.publicKey, { kid: 'attestation', use: 'sig' }) }) },
  ],
  ...Object.entries(WRONG_PADDINGS).map(
    ([name, block]): Row => ['F-O10', name, 'jws_sig', 'C11', alg('RS256', (input) => rawSignature(block(input), attestation()))],
  ),
]

const leaked: Row[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member) => [
  'F-N8',
  `private member ${member} in the header’s key`,
  'private_key_leaked',
  'C10',
  jwk({ [member]: 'AQAB' }),
])

export const outerKey = toCases([...exponents, ...sizes, ...structures, ...signatures, ...leaked])
