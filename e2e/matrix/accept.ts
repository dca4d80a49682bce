/** P-1 to P-10: what must be accepted, quirks of the app and of the messaging server included. P-11 is about a certificate callback. */
import * as der from '#lib/core/asn1/der.ts'
import { appJwk, attestation, b64u, MID } from '../builders/answer.ts'
import { envelope, expectation, header, jwk, payload } from '../builders/answer-bends.ts'
import { csr } from '../builders/csr-bends.ts'
import { vendorExample } from '../builders/vendor-example.ts'
import { type AnswerCase, type Row, toCases } from './case.ts'

const inner = (change: Record<string, unknown>): Row[4] => ({ innerPayload: (p) => ({ ...p, ...change }) })
const device = (name: string): Row[4] => payload({ deviceinfo: { name, model: 'm', operatingsystem: 'o' } })
const outerKey = (leadingZero: boolean): Row[4] =>
  header({ jwk: appJwk(attestation().publicKey, { kid: 'attestation', use: 'sig', leadingZero }) })
const asked = (keyType: string) => ({ keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: [keyType] }] })
const PAIR = {
  keys: [
    { keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] },
    { keyid: 'second', usage: 'ENC', keyTypes: ['RSA-2048'] },
  ],
}
const MORE = { extra: { deep: [1, 2.5, -0, 1e300, 'x'] } }
const zero = (n: unknown): string => b64u(Buffer.concat([Uint8Array.of(0), Buffer.from(String(n), 'base64url')]))

const vendor: AnswerCase[] = [
  {
    id: 'P-1',
    title: 'the vendor’s published answer, byte for byte',
    code: null,
    outcome: ' |  | C14(sch_unpinned)',
    bends: {},
    options: {},
    input: vendorExample,
  },
  {
    id: 'P-1',
    title: 'the vendor’s published answer, its server certificate digest pinned',
    code: null,
    outcome: '',
    bends: {},
    options: {},
    input: () => {
      const example = vendorExample()
      return {
        ...example,
        policy: {
          ...example.policy,
          schPins: [Buffer.alloc(32).toString('base64'), 'kjTlSzk22Qbeip3QbK3iX+/b1+VqZnBj8l5QwF/znhU='],
        },
      }
    },
  },
]

const rows: Row[] = [
  ['P-1', 'a built answer in the same form', null, '', {}],
  ['P-2', 'the attestation key with one leading zero octet', null, '', outerKey(true)],
  ['P-2', 'the attestation key without it', null, '', outerKey(false)],
  ['P-2', 'a new key with one leading zero octet', null, '', { innerPayload: (p) => ({ ...p, n: zero(p.n) }) }],
  ...['2056', '2048', undefined, 2048].map(
    (length): Row => ['P-3', `n#len ${JSON.stringify(length) ?? 'absent'} on the new key`, null, '', inner({ 'n#len': length })],
  ),
  ...['2056', '2048', undefined].map(
    (length): Row => [
      'P-3',
      `n#len ${JSON.stringify(length) ?? 'absent'} on the header’s key`,
      null,
      '',
      jwk({ 'n#len': length }),
    ],
  ),
  ...['active', 'ACTIVE', 'Active'].map(
    (keystate): Row => ['P-3', `keystate ${keystate} on the new key`, null, '', inner({ keystate })],
  ),
  ['P-3', 'keystate ACTIVE on the header’s key', null, '', jwk({ keystate: 'ACTIVE' })],
  ...['SIG', 'sig', 'Sig'].map((use): Row => ['P-3', `use ${use} on the new key`, null, '', inner({ use })]),
  ['P-3', 'use SIG on the header’s key', null, '', jwk({ use: 'SIG' })],
  ['P-3', 'no alg in the new key', null, '', inner({ alg: undefined })],
  ['P-3', 'a member nobody knows in the new key', null, '', inner({ made: 'up', list: [1.5, { a: null }] })],
  ['P-4', 'certreq in padded standard base64', null, '', { certreq: paddedStandard }],
  ...[
    'Anders’s iPhone',
    '📱 mobil',
    'هاتف \u202eabc',
    'x',
    '𝒳'.repeat(256),
    'å'.repeat(256),
    'Åsa'.normalize('NFD'),
    'Åsa'.normalize('NFC'),
    '=cmd|calc',
    '<script>alert(1)</script>',
    '',
  ].map((name): Row => ['P-5', `device name “${name.slice(0, 20)}”`, null, '', device(name)]),
  ['P-5', 'a device without a name', null, '', payload({ deviceinfo: {} })],
  ['P-5', 'no device', null, '', payload({ deviceinfo: undefined })],
  [
    'P-6',
    'the destination @tmp',
    null,
    '',
    envelope({ destinations: [{ to: '@tmp', bid: 'b', uri: 'u', mid: MID, location: 'l' }] }),
  ],
  ['P-6', 'unknown members in the envelope', null, '', envelope(MORE)],
  ['P-6', 'unknown members in a destination', null, '', envelope({ destinations: [{ to: '@tmp', ...MORE }] })],
  [
    'P-6',
    'unknown members in payload and profile',
    null,
    '',
    { payload: (p) => ({ ...p, ...MORE }), profile: (p) => ({ ...p, ...MORE }) },
  ],
  ['P-6', 'unknown members in the header’s key', null, '', jwk(MORE)],
  [
    'P-6',
    'white space around and inside the envelope',
    null,
    '',
    { body: (text) => `\n ${JSON.stringify(JSON.parse(text), null, 2)}\r\n` },
  ],
  ['P-7', 'two keys, SIG and ENC', null, '', {}, PAIR],
  ['P-7', 'two keys in the other order', null, '', { signedkeys: (keys) => [...keys].reverse() }, PAIR],
  ...['EC-P256', 'EC-P384', 'RSA-3072', 'RSA-4096'].map(
    (keyType): Row => ['P-8', `a key of type ${keyType} when that was asked for`, null, '', {}, asked(keyType)],
  ),
  [
    'P-8',
    'one of two kinds asked for',
    null,
    '',
    {},
    { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P256', 'RSA-2048'] }] },
  ],
  ['P-9', 'attributes present and empty, as A0 00', null, '', csr({ attributes: Buffer.from('a000', 'hex') })],
  [
    'P-9',
    'a request signed with SHA-512',
    null,
    '',
    csr({ algorithm: der.seq(der.oid('1.2.840.113549.1.1.13'), der.nul()), hash: 'sha512' }),
  ],
  [
    'P-10',
    'an answer that beats the reply to our command',
    null,
    '',
    expectation({ hermodCommandId: null, mid: null, expiresAt: null }),
  ],
  ['P-10', 'an answer whose reply has come', null, '', expectation({ hermodCommandId: '18092', mid: MID })],
]

/** Says no more than it is asked: the certificate request of the builder is in this form already. */
function paddedStandard(good: string): string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(good) || good.length % 4 !== 0) throw new Error('the builder writes another base64')
  return good
}

/** A test's own messaging server: plain http on a loopback address, where that host is accepted. */
const loopback: Row = [
  'P-6',
  'a messaging server on a loopback address may be plain http',
  null,
  '',
  {
    header: (h) => ({ ...h, fqdn: '127.0.0.1' }),
    envelope: (e) => ({
      ...e,
      fqdn: '127.0.0.1',
      responseHeader: { inReplyTo: `http://127.0.0.1:20499/hermod/rest/ms/x/${MID}`, status: 200 },
    }),
    profile: (p) => ({ ...p, boxurl: 'http://127.0.0.1:20499/hermod/rest/ms/x' }),
    input: (i) => ({ ...i, policy: { ...i.policy, acceptedHosts: ['127.0.0.1'] } }),
  },
]

export const accept = [...vendor, ...toCases([...rows, loopback])]
