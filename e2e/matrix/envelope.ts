/** F-S6 to F-S15 and F-C23, F-C24 as far as an answer shows them: the unsigned envelope, its addresses, and the user as he is now. */
import { encodeName } from '#lib/core/x509/name.ts'
import { HOST, MID, SUBJECT } from '../builders/answer.ts'
import { body, envelope, facts, payload, profile, responseHeader } from '../builders/answer-bends.ts'
import { type Row, toCases } from './case.ts'

const BOX = `https://${HOST}:20400/hermod/rest/ms/d07292df-f75c-4534-8567-642953b6d887`

const names: Row[] = [
  ['F-S6', 'another commandId', 'envelope', 'C4', envelope({ commandId: '18093' })],
  ['F-S6', 'commandId with a space', 'envelope', 'C4', envelope({ commandId: '18092 ' })],
  ['F-S6', 'commandId with a leading zero', 'envelope', 'C4', envelope({ commandId: '018092' })],
  ['F-S6', 'no commandId', 'schema', 'C3 | no envelope', envelope({ commandId: undefined })],
  ['F-S6', 'commandId empty', 'schema', 'C3 | no envelope', envelope({ commandId: '' })],
  ['F-S6', 'commandId null', 'schema', 'C3 | no envelope', envelope({ commandId: null })],
  ['F-S6', 'commandId an object', 'schema', 'C3 | no envelope', envelope({ commandId: { not: '' } })],
  ['F-S6', 'commandId of 10 kB', 'schema', 'C3 | no envelope', envelope({ commandId: '1'.repeat(10_000) })],
  ['F-S6', 'another externalId', 'envelope', 'C4', envelope({ externalId: 'order-43' })],
  ['F-S6', 'externalId in another case', 'envelope', 'C4', envelope({ externalId: 'Order-42' })],
  ['F-S6', 'no externalId', 'envelope', 'C4', envelope({ externalId: undefined })],
  ['F-S6', 'externalId an object', 'schema', 'C3 | no envelope', envelope({ externalId: { contains: '' } })],
  ['F-S7', 'commandType CERT', 'envelope', 'C4', envelope({ commandType: 'CERT' })],
  ['F-S7', 'commandType in lower case', 'envelope', 'C4', envelope({ commandType: 'prov' })],
  ['F-S7', 'no commandType', 'schema', 'C3 | no envelope', envelope({ commandType: undefined })],
  ['F-S7', 'both responses', 'schema', 'C3', envelope({ certResponse: { code: 0 } })],
  ['F-S7', 'a certResponse instead', 'schema', 'C3 | no data', envelope({ provResponse: undefined, certResponse: { code: 0 } })],
  ['F-S7', 'no response', 'schema', 'C3 C6 | no data', envelope({ provResponse: undefined })],
  ['F-S7', 'a provResponse that is a list', 'schema', 'C3 | no data, no envelope', envelope({ provResponse: [] })],
  ['F-S7', 'no responseHeader', 'schema', 'C3 C4 C6', envelope({ responseHeader: undefined })],
]

const outcomes: Row[] = [
  ...['TIMEOUT', 'completed', 'COMPLETED ', 'FAILED', 'REJECTED', 'DONE', '', 'IN_PROGRESS'].map(
    (state): Row => ['F-S8', `state “${state}”`, 'remote_state', 'C6', envelope({ state })],
  ),
  ['F-S8', 'no state', 'remote_state', 'C6', envelope({ state: undefined })],
  ['F-S8', 'state null', 'schema', 'C3 | no envelope', envelope({ state: null })],
  ['F-S8', 'a state of 1 kB', 'schema', 'C3 | no envelope', envelope({ state: 'x'.repeat(1000) })],
  ...[500, 404, 201, 0, -200, 2000].map(
    (status): Row => ['F-S9', `status ${status} with code 0`, 'remote_code', 'C6', responseHeader({ status })],
  ),
  ['F-S9', 'no status', 'schema', 'C3 | no envelope', responseHeader({ status: undefined })],
  ...[5, -1, 1, 2 ** 31, 9007199254740991].map(
    (code): Row => ['F-S9', `status 200 with code ${code}`, 'remote_code', 'C6', body('"code":0', `"code":${code}`)],
  ),
  ['F-S9', 'code 2^53', 'schema', 'C3 | no envelope', body('"code":0', '"code":9007199254740992')],
  ['F-S9', 'code “0”', 'schema', 'C3 | no envelope', body('"code":0', '"code":"0"')],
  ['F-S9', 'no code', 'schema', 'C3 | no envelope', body('"code":0,', '')],
  ['F-S12', 'without credentials', 'envelope', 'C1', facts({ authenticated: false })],
  [
    'F-S13',
    'one octet more than 64 KiB',
    'size',
    'C1 C2 | no JSON',
    { body: (good) => Buffer.concat([Buffer.from(good), Buffer.alloc(65_537 - Buffer.byteLength(good), ' ')]) },
  ],
  [
    'F-S13',
    'exactly 64 KiB: still read',
    null,
    '',
    { body: (good) => Buffer.concat([Buffer.from(good), Buffer.alloc(65_536 - Buffer.byteLength(good), ' ')]) },
  ],
  ['F-S13', 'an empty body', 'json', 'C2 | no JSON', { body: () => '' }],
  ['F-S13', 'a form', 'json', 'C2 | no JSON', { body: () => 'commandId=18092&state=COMPLETED' }],
  [
    'F-S13',
    'gzip',
    'json_enc',
    'C2 | no JSON',
    { body: () => Buffer.from('1f8b08000000000000ffab562a4e2d2a4bcc53b252502a492d2e51aa0500a8d0a6b614000000', 'hex') },
  ],
  [
    'F-S13',
    'XML',
    'json',
    'C2 | no JSON',
    { body: () => '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>' },
  ],
]

const HOSTILE_URLS = [
  'http://169.254.169.254/',
  'http://0x7f000001/',
  'http://2130706433/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::1]/',
  `https://${HOST}@evil.example/`,
  `https://user:pw@${HOST}/`,
  `https://evil.example/${HOST}`,
  `https://${HOST}.evil.example/`,
  `https://evil.example#${HOST}`,
  `https://evil.example\\@${HOST}/`,
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'x',
  '',
  BOX.replace('https', 'http'),
  BOX.replace('https', 'ftp'),
  `//${HOST}/`,
]

const addresses: Row[] = [
  ...HOSTILE_URLS.map((boxurl): Row => ['F-S15', `mailbox “${boxurl}”`, 'fqdn', 'C15', profile({ boxurl })]),
  ['F-S15', 'mailbox of 10 kB', 'schema', 'C15', profile({ boxurl: `${BOX}${'x'.repeat(10_000)}` })],
  ['F-S15', 'mailbox missing', 'schema', 'C15', profile({ boxurl: undefined })],
  ['F-S15', 'mailbox a list', 'schema', 'C15', profile({ boxurl: [BOX] })],
  // What the envelope says of destinations is text that moves nothing.
  ...[
    'http://169.254.169.254/',
    'http://[::ffff:a9fe:a9fe]/',
    'https://hermod@evil/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    `https://h/${'x'.repeat(10_000)}`,
  ].map(
    (url): Row => [
      'F-S15',
      `destination “${url.slice(0, 30)}”: inert`,
      null,
      '',
      envelope({ destinations: [{ to: '@tmp', bid: url, uri: url, mid: MID, location: url }] }),
    ],
  ),
  [
    'F-S15',
    'seventeen destinations',
    'schema',
    'C3 | no envelope',
    envelope({ destinations: Array.from({ length: 17 }, () => ({})) }),
  ],
  [
    'F-S15',
    'a destination that is a text',
    'schema',
    'C3 | no envelope',
    envelope({ destinations: ['http://169.254.169.254/'] }),
  ],
  ['P-5', 'a device name of 257 letters', 'schema', 'C15', payload({ deviceinfo: { name: 'x'.repeat(257) } })],
  ['P-5', 'a device name that is no text', 'schema', 'C15', payload({ deviceinfo: { name: ['x'] } })],
]

const users: Row[] = [
  [
    'F-C23',
    'the user’s subject has changed',
    'stale_user',
    'C25',
    facts({ user: { active: true, subjectDer: encodeName([{ type: 'CN', value: 'Åsa Berg' }]) } }),
  ],
  [
    'F-C23',
    'only the e-mail address in it has changed',
    'stale_user',
    'C25',
    facts({
      user: {
        active: true,
        subjectDer: Buffer.from(Buffer.from(SUBJECT).toString('latin1').replace('asa.oberg@', 'asa.obert@'), 'latin1'),
      },
    }),
  ],
  ['F-C23', 'the user’s subject no longer renders', 'stale_user', 'C25', facts({ user: { active: true, subjectDer: null } })],
  ['F-C24', 'the user is disabled', 'user_inactive', 'C25', facts({ user: { active: false, subjectDer: SUBJECT } })],
  ['F-C24', 'the user is gone', 'user_inactive', 'C25', facts({ user: { active: false, subjectDer: null } })],
]

export const envelopeCases = toCases([...names, ...outcomes, ...addresses, ...users])
