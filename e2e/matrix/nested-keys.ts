/** F-N9, F-N10 and the rest of F-N4 and F-N7: elliptic curves, and answers of several keys. */

import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { type Bends, b64u, ecKey, rsaKey, spkiOf } from '../builders/answer.ts'
import { parts } from '../builders/answer-bends.ts'
import { cn, csr, subject } from '../builders/csr-bends.ts'
import { ones } from '../builders/weak-keys.ts'
import { type Row, toCases } from './case.ts'

/** Without what was asked for: it is one P-256 key in all of them. */
type ShortRow = [id: Row[0], title: Row[1], code: Row[2], outcome: Row[3], bends: Bends]

const EC = { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P256'] }] }
const EC384 = { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P384'] }] }
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const pair = ecKey('phone signer')
const own = pair.publicKey.export({ format: 'jwk' })
const y = BigInt(`0x${Buffer.from(String(own.y), 'base64url').toString('hex')}`)

const octets = (n: bigint, length = 32): Buffer => Buffer.from(n.toString(16).padStart(2 * length, '0'), 'hex')
const payload = (change: Record<string, unknown>): Bends => ({ innerPayload: (p) => ({ ...p, ...change }) })
const point = (px: bigint, py: bigint): Bends => payload({ x: b64u(octets(px)), y: b64u(octets(py)) })
const coordinate = (name: 'x' | 'y', change: (good: Buffer) => Uint8Array): Bends => ({
  innerPayload: (p) => ({ ...p, [name]: b64u(change(Buffer.from(String(p[name]), 'base64url'))) }),
})
const signature = (change: (good: Buffer) => Uint8Array): Bends => ({
  inner: (good) => [...parts(good).slice(0, 2), b64u(change(Buffer.from(parts(good)[2], 'base64url')))].join('.'),
})
const half = (s: Buffer, index: 0 | 1): bigint => BigInt(`0x${s.subarray(32 * index, 32 * index + 32).toString('hex')}`)
const asDer = (s: Buffer): Buffer => der.seq(der.integer(half(s, 0)), der.integer(half(s, 1)))

const curves: ShortRow[] = [
  ['F-N9', 'off the curve', 'weak_key', 'C18 C21 | C19(C18)', point(1n, 1n)],
  ['F-N9', '(0,0)', 'weak_key', 'C18 C21 | C19(C18)', point(0n, 0n)],
  ['F-N9', 'x ≥ p', 'weak_key', 'C18 C21 | C19(C18)', point(P, 5n)],
  ['F-N9', 'y ≥ p', 'weak_key', 'C18 C21 | C19(C18)', point(5n, 2n ** 256n - 1n)],
  ['F-N9', 'the point’s negative', 'inner_sig', 'C19 C21', payload({ y: b64u(octets(P - y)) })],
  [
    'F-N9',
    'a leading zero of x',
    'weak_key',
    'C18 | C19(C18) C21(C18)',
    coordinate('x', (x) => Buffer.concat([Uint8Array.of(0), x])),
  ],
  [
    'F-N9',
    'a trailing octet of y',
    'weak_key',
    'C18 | C19(C18) C21(C18)',
    coordinate('y', (good) => Buffer.concat([good, Uint8Array.of(0)])),
  ],
  ['F-N9', 'x one octet short', 'weak_key', 'C18 | C19(C18) C21(C18)', coordinate('x', (x) => x.subarray(1))],
  ['F-N9', 'y of zero length', 'weak_key', 'C18 | C19(C18) C21(C18)', payload({ y: '' })],
  ['F-N9', 'no y', 'schema', 'C18 | C19(C18) C21(C18)', payload({ y: undefined })],
  ['F-N9', 'coordinates of 5 kB', 'weak_key', 'C18 | C19(C18) C21(C18)', payload({ x: b64u(ones(5_000)), y: b64u(ones(5_000)) })],
  ...['P-999', 'P-384', 'P-521', 'p-256', 'secp256k1', ''].map(
    (crv): ShortRow => [
      'F-N9',
      `curve “${crv}” named for a P-256 point`,
      'weak_key',
      'C18 | C19(C18) C21(C18)',
      payload({ crv }),
    ],
  ),
  ['F-N9', 'no curve', 'schema', 'C18 | C19(C18) C21(C18)', payload({ crv: undefined })],
  [
    'F-N9',
    'P-521 with coordinates of 65 octets',
    'weak_key',
    'C18 | C19(C18) C21(C18)',
    payload({ crv: 'P-521', x: b64u(ones(65)), y: b64u(ones(65)) }),
  ],
  [
    'F-N9',
    'P-521 with coordinates of 66 octets',
    'weak_key',
    'C18 | C19(C18) C21(C18)',
    payload({ crv: 'P-521', x: b64u(ones(66)), y: b64u(ones(66)) }),
  ],
  ['F-N9', 'P-384 for P-256', 'key_type', 'C18 | C19(C18) C22(C18)', { key: () => ecKey('phone', 'P-384') }],
  ['F-N9', 'an all-zero signature', 'inner_sig', 'C19', signature(() => Buffer.alloc(64))],
  ['F-N9', 'r zero', 'inner_sig', 'C19', signature((s) => Buffer.concat([Buffer.alloc(32), s.subarray(32)]))],
  ['F-N9', 's zero', 'inner_sig', 'C19', signature((s) => Buffer.concat([s.subarray(0, 32), Buffer.alloc(32)]))],
  ['F-N9', 'r and s the order of the curve', 'inner_sig', 'C19', signature(() => Buffer.concat([octets(ORDER), octets(ORDER)]))],
  ['F-N9', 'a DER signature', 'inner_sig', 'C19', signature(asDer)],
  ['F-N9', 'a DER signature padded to 64 octets', 'inner_sig', 'C19', signature((s) => asDer(s).subarray(0, 64))],
  ['F-N9', 'a signature of 63 octets', 'inner_sig', 'C19', signature((s) => s.subarray(0, 63))],
  ['F-N9', 'a signature of 65 octets', 'inner_sig', 'C19', signature((s) => Buffer.concat([Uint8Array.of(0), s]))],
  ['F-N6', 'RSA for EC', 'key_type', 'C18 | C19(C18) C22(C18)', { key: () => rsaKey('phone signer') }],
  ['F-N6', 'ES384 named for ES256', 'key_type', 'C18 | C19(C18)', { innerHeader: (h) => ({ ...h, alg: 'ES384' }) }],
]

const requests: Row[] = [
  ['F-C6', 'explicit curve parameters', 'csr_key', 'C21 | C22(C21)', csr({ spki: explicitParameters() }), EC],
  ['F-C6', 'a compressed point', 'csr_key', 'C21 | C22(C21)', csr({ spki: compressed() }), EC],
  [
    'F-C6',
    'another EC key',
    'csr_key',
    'C21',
    { csrParts: (p) => ({ ...p, spki: spkiOf(ecKey('stranger').publicKey), signer: ecKey('stranger').privateKey }) },
    EC,
  ],
  [
    'F-C10',
    'an RSA algorithm over an EC key',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption), der.nul()) }),
    EC,
  ],
  [
    'F-C8',
    'an ECDSA signature of zeros',
    'csr_sig',
    'C22',
    {
      csrDer: (good) =>
        der.seq(
          ...der
            .readDer(good)
            .children.slice(0, 2)
            .map((node) => node.bytes),
          der.bitString(der.seq(der.integer(0), der.integer(0))),
        ),
    },
    EC,
  ],
  [
    'F-C8',
    'an ECDSA signature as R‖S',
    'csr_sig',
    'C22',
    {
      csrDer: (good) =>
        der.seq(
          ...der
            .readDer(good)
            .children.slice(0, 2)
            .map((node) => node.bytes),
          der.bitString(Buffer.alloc(64, 7)),
        ),
    },
    EC,
  ],
  ['F-N6', 'P-256 for P-384', 'key_type', 'C18 | C19(C18) C22(C18)', { key: () => ecKey('phone') }, EC384],
]

/** SEC 1 C.2: the curve spelt out instead of named. Only the shape matters here: it is not the canonical key. */
function explicitParameters(): Buffer<ArrayBuffer> {
  const [, keyBits] = der.readDer(spkiOf(pair.publicKey)).children as [der.DerNode, der.DerNode]
  const field = der.seq(der.oid('1.2.840.10045.1.1'), der.unsignedInteger(octets(P)))
  const curve = der.seq(
    der.octetString(octets(P - 3n)),
    der.octetString(octets(0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn)),
  )
  const generator = der.octetString(
    Buffer.concat([
      Uint8Array.of(4),
      octets(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n),
      octets(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n),
    ]),
  )
  const parameters = der.seq(der.integer(1), field, curve, generator, der.unsignedInteger(octets(ORDER)), der.integer(1))
  return der.seq(der.seq(der.oid(OID['id-ecPublicKey']), parameters), keyBits.bytes)
}

function compressed(): Buffer<ArrayBuffer> {
  const [algorithm] = der.readDer(spkiOf(pair.publicKey)).children as [der.DerNode]
  const x = Buffer.from(String(own.x), 'base64url')
  return der.seq(algorithm.bytes, der.bitString(Buffer.concat([Uint8Array.of(Number(2n + (y & 1n))), x])))
}

const TWO = { keys: ['signer', 'second'].map((keyid) => ({ keyid, usage: 'SIG', keyTypes: ['RSA-2048'] })) }
/** The change for the second key only. */
const onlySecond = ({ innerHeader, innerPayload, csrParts }: Bends): Bends => ({
  innerHeader: (h) => (innerHeader && h.kid === 'second' ? innerHeader(h) : h),
  innerPayload: (p, keyid) => (innerPayload && keyid === 'second' ? innerPayload(p, keyid) : p),
  csrParts: (p, keyid) => (csrParts && keyid === 'second' ? csrParts(p, keyid) : p),
})
const first = rsaKey('phone signer')
const swapped = (keyid: string) => rsaKey(keyid === 'signer' ? 'phone second' : 'phone signer')

const several: Row[] = [
  ['F-N10', 'the key twice', 'keyid', 'C16', { signedkeys: (keys) => [...keys, ...keys] }],
  ['F-N10', 'eight times the key', 'keyid', 'C16', { signedkeys: (keys) => Array.from({ length: 8 }, () => keys[0]) }],
  ['F-N10', 'no key', 'schema', 'C15 C16 | no keys', { signedkeys: () => [] }],
  [
    'F-N10',
    'an extra good key',
    'keyid',
    'C16',
    { input: (i) => ({ ...i, expectation: { ...i.expectation, keys: i.expectation.keys.slice(0, 1) } }) },
    TWO,
  ],
  ['F-N10', 'one of two missing', 'keyid', 'C16', { signedkeys: (keys) => keys.slice(0, 1) }, TWO],
  ['F-N10', 'both missing', 'schema', 'C15 C16 | no keys', { signedkeys: () => [] }, TWO],
  [
    'F-N10',
    'one of two with a wrong nonce: the whole answer',
    'nonce',
    'C17',
    onlySecond({ innerHeader: (h) => ({ ...h, nonce: '0' }) }),
    TWO,
  ],
  [
    'F-N10',
    'one of two weak: the whole answer',
    'weak_key',
    'C18 C21 | C19(C18)',
    onlySecond({ innerPayload: (p) => ({ ...p, n: b64u(ones(255)) }) }),
    TWO,
  ],
  [
    'F-N10',
    'one of two leaked: the whole answer',
    'private_key_leaked',
    'C18',
    onlySecond({ innerPayload: (p) => ({ ...p, d: 'AQAB' }) }),
    TWO,
  ],
  [
    'F-N10',
    'one of two weak, the other leaked: the leak is not hidden',
    'private_key_leaked',
    'C18 C21 | C19(C18)',
    { innerPayload: (p, keyid) => (keyid === 'second' ? { ...p, d: 'AQAB' } : { ...p, n: b64u(ones(255)) }) },
    TWO,
  ],
  [
    'F-N10',
    'the request of one of two changed: the whole answer',
    'csr_subject',
    'C23',
    onlySecond(subject(cn(der.utf8String('x')))),
    TWO,
  ],
  [
    'F-N10',
    'one of two no JWS at all: the whole answer',
    'jws_syntax',
    'C17 | no key message',
    { signedkeys: (keys) => [keys[0], 'x'] },
    TWO,
  ],
  ['F-N4', 'two entries of one kid', 'keyid', 'C16 C18', { signedkeys: (keys) => [keys[0], keys[0]] }, TWO],
  [
    'F-N7',
    'the throw-away key of the other request',
    'key_reuse',
    'C18 C21',
    { key: (good, keyid) => (keyid === 'second' ? rsaKey('dummy signer') : good) },
    TWO,
  ],
  ['F-N7', 'one key under two kids', 'key_reuse', 'C18', { key: () => rsaKey('stranger') }, TWO],
  [
    'F-C21',
    'the requests of two keys exchanged',
    'csr_key',
    'C21',
    { csrParts: (p, keyid) => ({ ...p, spki: spkiOf(swapped(keyid).publicKey), signer: swapped(keyid).privateKey }) },
    TWO,
  ],
  [
    'F-C21',
    'one request for both keys',
    'csr_key',
    'C21',
    { csrParts: (p) => ({ ...p, spki: spkiOf(first.publicKey), signer: first.privateKey }) },
    TWO,
  ],
]

export const nestedKeys = toCases([...curves.map((row): Row => [...row, EC]), ...requests, ...several])
