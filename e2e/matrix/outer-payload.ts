/** F-O18 to F-O22: size, depth, shape and numbers of what the outer JWS and its envelope hold. */
import type { Bends } from '../builders/answer.ts'
import {
  body,
  expectation,
  header,
  headerText,
  payload,
  payloadText,
  profile,
  result,
  signedkeys,
} from '../builders/answer-bends.ts'
import { type Row, toCases } from './case.ts'

const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth)
const members = (count: number): string => Array.from({ length: count }, (_, i) => `"${i}":0,`).join('')
const inside =
  (text: string) =>
  (good: string): string =>
    good.replace('{', `{${text}`)

const limits: Row[] = [
  ['F-O18', 'header nested 17 deep', 'json_depth', 'C7 | no header', headerText(inside(`"x":${nested(17)},`))],
  [
    'F-O18',
    'header nested 15 deep in its object: still read, but a member too many',
    'jws_header',
    'C8',
    headerText(inside(`"x":${nested(15)},`)),
  ],
  ['F-O18', 'header nested 20 000 deep', 'json_depth', 'C7 | no header', headerText(inside(`"x":${nested(20_000)},`))],
  ['F-O18', 'header of nothing but brackets', 'json_depth', 'C7 | no header', headerText(() => '['.repeat(40_000))],
  [
    'F-O18',
    'payload nested 15 000 deep in objects',
    'json_depth',
    'C7 | no payload',
    payloadText(inside(`"x":${'{"a":'.repeat(8_000)}`)),
  ],
  ['F-O18', 'header of 1 MiB', 'size', 'C1 C2 | no JSON', header({ x: 'x'.repeat(1 << 20) })],
  ['F-O18', 'header of 1 600 members', 'json_depth', 'C7 | no header', headerText(inside(members(1_600)))],
  ['F-O18', 'payload of 5 000 members', 'json_depth', 'C7 | no payload', payloadText(inside(members(5_000)))],
  ['F-O18', 'payload of 1 000 members', 'schema', 'C15 C16 | no keys', { payload: () => `{${members(1_000).slice(0, -1)}}` }],
  ['F-O18', 'body nested 20 000 deep', 'json_depth', 'C2 | no JSON', { body: () => '['.repeat(20_000) }],
  ['F-O18', 'body nested 60 000 deep in objects', 'json_depth', 'C2 | no JSON', { body: () => '{"a":'.repeat(12_000) }],
  ['F-O18', 'body nested 200 000 deep', 'size', 'C1 C2 | no JSON', { body: () => nested(200_000) }],
  ['F-O18', 'body of 10^6 members', 'size', 'C1 C2 | no JSON', { body: () => `{${members(1_000_000).slice(0, -1)}}` }],
  ['F-O18', 'body of 6 000 members', 'json_depth', 'C2 | no JSON', { body: () => `{${members(6_000).slice(0, -1)}}` }],
  ['F-O18', 'body of 30 000 empty texts', 'json_depth', 'C2 | no JSON', { body: () => `[${'"",'.repeat(20_000)}0]` }],
  ['F-O18', 'body of escapes only', 'json', 'C2 | no JSON', { body: () => `{"x":"${'\\u0041'.repeat(10_000)}` }],
  [
    'F-O18',
    'body larger than 64 KiB by one octet',
    'size',
    'C1 C2 | no JSON',
    { body: (good) => good.padEnd(65_537 - (Buffer.byteLength(good) - good.length)) },
  ],
  ['F-O18', 'body of 5 MB', 'size', 'C1 C2 | no JSON', { body: (good) => good.padEnd(5_000_000) }],
]

const SHAPES: [value: unknown, outcome: string][] = [
  ...[undefined, null, 'x', {}, 7, true, []].map((value): [unknown, string] => [value, 'C15 C16 | no keys']),
  [[7], 'C15 | C16(C15), no keys'],
  [[null], 'C15 | C16(C15), no keys'],
  [[{}], 'C15 | C16(C15), no keys'],
  [[['x']], 'C15 | C16(C15), no keys'],
  [Array.from({ length: 9 }, () => 'x'), 'C15 C16 C17 | C18(C17) C19(C17) C20(C17), no request'],
  [Array.from({ length: 1000 }, () => 'x'), 'C15 C16 C17 | C18(C17) C19(C17) C20(C17), no request'],
]

const shapes: Row[] = [
  ...SHAPES.map(
    ([value, outcome]): Row => [
      'F-O19',
      `signedkeys ${JSON.stringify(value)?.slice(0, 20) ?? 'missing'}${Array.isArray(value) ? ` (${value.length})` : ''}`,
      'schema',
      outcome,
      signedkeys(value),
    ],
  ),
  ['F-O19', 'signedkeys of one JWS three times in itself', 'keyid', 'C16', { signedkeys: (keys) => [keys[0], keys[0], keys[0]] }],
  ['F-O19', 'profile missing', 'schema', 'C15 C16 | no keys', payload({ profile: undefined })],
  ['F-O19', 'profile a list', 'schema', 'C15 C16 | no keys', { payload: (p) => ({ ...p, profile: [p.profile] }) }],
  ['F-O19', 'deviceinfo a text', 'schema', 'C15', payload({ deviceinfo: 'iPhone' })],
  ['F-O19', 'servername a number', 'schema', 'C15', profile({ servername: 7 })],
]

const NUMBERS: [what: string, from: string, to: string][] = [
  ['code as text', '"code":0', '"code":"0"'],
  ['code −0', '"code":0', '"code":-0'],
  ['code 0.0', '"code":0', '"code":0.0'],
  ['code 0e0', '"code":0', '"code":0e0'],
  ['code 1e0', '"code":0', '"code":1e0'],
  ['code null', '"code":0', '"code":null'],
  ['code false', '"code":0', '"code":false'],
  ['code a list', '"code":0', '"code":[0]'],
  ['code of 400 digits', '"code":0', `"code":${'9'.repeat(400)}`],
  ['code 1e400', '"code":0', '"code":1e400'],
  ['status 2e2', '"status":200', '"status":2e2'],
  ['status 200.0', '"status":200', '"status":200.0'],
  ['status as text', '"status":200', '"status":"200"'],
  ['commandId as a number', '"18092"', '18092'],
  ['commandId as a number that loses digits', '"18092"', '18092000000000000001'],
  ['commandId as a list', '"18092"', '["18092"]'],
  ['externalId as a number', '"order-42"', '42'],
]

const numbers: Row[] = [
  ...NUMBERS.map(([what, from, to]): Row => ['F-O20', what, 'schema', 'C3 | no envelope', body(from, to)]),
  ['F-O20', 'code 00', 'json', 'C2 | no JSON', body('"code":0', '"code":00')],
  ['F-O20', 'code +0', 'json', 'C2 | no JSON', body('"code":0', '"code":+0')],
  ['F-O20', 'code NaN', 'json', 'C2 | no JSON', body('"code":0', '"code":NaN')],
  ['F-O20', 'code 0x0', 'json', 'C2 | no JSON', body('"code":0', '"code":0x0')],
]

const list: Bends = { outer: (good) => [good] }
const results: Row[] = [
  ...['jwe', 'JWS', 'jws ', 'application/jose', ''].map(
    (contenttype): Row => ['F-O21', `contenttype “${contenttype}”`, 'schema', 'C3', result({ contenttype })],
  ),
  ['F-O21', 'contenttype missing', 'schema', 'C3 | no envelope', result({ contenttype: undefined })],
  ['F-O21', 'contenttype a list', 'schema', 'C3 | no envelope', result({ contenttype: ['jws'] })],
  ['F-O21', 'data missing', 'schema', 'C3 | no data, no envelope', result({ data: undefined })],
  ['F-O21', 'data null', 'schema', 'C3 | no data, no envelope', result({ data: null })],
  ['F-O21', 'data empty', 'schema', 'C3 C7 | no JWS', result({ data: '' })],
  ['F-O21', 'data a list', 'schema', 'C3 | no data, no envelope', list],
  ['F-O21', 'data a number', 'schema', 'C3 | no data, no envelope', result({ data: 0 })],
  ['F-O21', 'result missing', 'schema', 'C3 | no data', { result: () => undefined }],
  ['F-O21', 'result null', 'schema', 'C3 | no data, no envelope', { result: () => null }],
  ['F-O21', 'result a text', 'schema', 'C3 | no data, no envelope', { result: () => 'jws' }],
  ['F-O22', 'the answer of another request', 'nonce', 'C12 C17', expectation({ nonce: 'ff'.repeat(16) })],
  [
    'F-O22',
    'the answer of another request, in an envelope of this one',
    'nonce',
    'C12 C17',
    { ...body('"order-42"', '"order-43"'), ...expectation({ nonce: 'ff'.repeat(16), externalId: 'order-43' }) },
  ],
]

export const outerPayload = toCases([...limits, ...shapes, ...numbers, ...results])
