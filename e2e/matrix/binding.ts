/** F-B1 to F-B13 as far as an answer shows them: nonce, identity, host names, what is on record. */
import { attestation, HOST, MID, NONCE, rsaKey, SCH, trustedKeys } from '../builders/answer.ts'
import { envelope, expectation, facts, header, policy, profile, responseHeader, segment } from '../builders/answer-bends.ts'
import { type Row, toCases } from './case.ts'

const inReplyTo = (url: unknown) => responseHeader({ inReplyTo: url })
const PROFILE_ID = '3051e9f3-0e4d-436b-a512-2e18d8afe134'
const VICTIM = 'a5'.repeat(16)

const nonces: Row[] = [
  ...[
    '',
    NONCE.toUpperCase(),
    `${NONCE} `,
    ` ${NONCE}`,
    `${NONCE}\n`,
    NONCE.slice(0, 16),
    NONCE.slice(0, 31),
    `${NONCE}00`,
    'ff'.repeat(16),
    '0'.repeat(32),
    123456789,
    0,
    null,
    [NONCE],
    { a: NONCE },
    true,
  ].map((nonce): Row => ['F-B1', `nonce ${JSON.stringify(nonce)}`, 'nonce', 'C12', header({ nonce })]),
  ['F-B1', 'no nonce', 'nonce', 'C12', header({ nonce: undefined })],
  ['F-B1', 'the nonce in digits of another script', 'nonce', 'C12', header({ nonce: NONCE.replaceAll('0', '０') })],
  ['F-B1', 'a nonce of 30 kB', 'nonce', 'C12', header({ nonce: 'a'.repeat(30_000) })],
  [
    'F-B2',
    'the nonce of another user’s open offer',
    'nonce',
    'C12 C17',
    { header: (h) => ({ ...h, nonce: VICTIM }), innerHeader: (h) => ({ ...h, nonce: VICTIM }) },
  ],
  ['F-B2', 'the nonce of another user’s open offer, outside only', 'nonce', 'C12', header({ nonce: VICTIM })],
  [
    'F-B2',
    'an answer of the victim’s offer, for the attacker’s user',
    'nonce',
    'C12 C15 C17',
    expectation({ nonce: VICTIM, userid: 'mallory' }),
  ],
  ['F-B3', 'nobody waits any more', 'envelope', 'C5', expectation({ live: false })],
  ['F-B3', 'received after the end', 'envelope', 'C5', facts({ receivedAt: new Date('2026-03-01T12:05:00.001Z') })],
  ['F-B3', 'received a day after the end', 'envelope', 'C5', facts({ receivedAt: new Date('2026-03-02T12:00:00Z') })],
  ['F-B5', 'the good answer with a space in it, again', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `${s} `)],
  ['F-B5', 'the good answer padded, again', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `${s}==`)],
]

const users: [string, string][] = [
  ['another user', 'someone.else'],
  ['another case', 'Asa.Oberg'],
  ['a trailing space', 'asa.oberg '],
  ['a leading space', ' asa.oberg'],
  ['a look-alike letter', 'аsa.oberg'],
  ['an invisible letter', 'asa.oberg\u200b'],
  ['a soft hyphen', 'asa\u00ad.oberg'],
  ['digits of full width', 'asa．oberg'],
  ['only the beginning', 'asa'],
  ['nothing', ''],
]

const identities: Row[] = [
  ...users.map(([what, userid]): Row => ['F-B6', what, 'userid', 'C15', profile({ userid })]),
  [
    'F-B6',
    'the same letters decomposed (NFD for NFC)',
    'userid',
    'C15',
    { ...profile({ userid: 'åsa'.normalize('NFD') }), ...expectation({ userid: 'åsa'.normalize('NFC') }) },
  ],
  [
    'F-B6',
    'the same letters composed (NFC for NFD)',
    'userid',
    'C15',
    { ...profile({ userid: 'åsa'.normalize('NFC') }), ...expectation({ userid: 'åsa'.normalize('NFD') }) },
  ],
  ['F-B6', 'no user', 'schema', 'C15', profile({ userid: undefined })],
  ['F-B6', 'a list of users', 'schema', 'C15', profile({ userid: ['asa.oberg'] })],
  ['F-B7', 'another server', 'profile', 'C15', profile({ servername: 'demo-server2' })],
  ['F-B7', 'the server in another case', 'profile', 'C15', profile({ servername: 'Demo-Server' })],
  ['F-B7', 'no server', 'schema', 'C15', profile({ servername: undefined })],
  ['F-B7', 'another profile', 'profile', 'C15', profile({ name: 'Other profile' })],
  ['F-B7', 'a profile with a space more', 'profile', 'C15', profile({ name: 'Demo profile ' })],
  ['F-B7', 'a profile with an accent', 'profile', 'C15', profile({ name: 'Demo profilé' })],
  ['F-B7', 'no profile name', 'schema', 'C15', profile({ name: undefined })],
  ['F-B7', 'profile id no uuid', 'schema', 'C15', profile({ id: '../../x' })],
  ['F-B7', 'profile id missing', 'schema', 'C15', profile({ id: undefined })],
  ['F-B7', 'profile id of another phone', 'profile', 'C15', facts({ knownProfileRefs: new Set([PROFILE_ID]) })],
]

const HOSTS: unknown[] = [
  `sub.${HOST}`,
  'example.test',
  'test',
  `${HOST}.`,
  `${HOST}:20400`,
  `${HOST}:443`,
  '127.0.0.1',
  '[::1]',
  'hermоd.example.test',
  'xn--hermd-fye.example.test',
  `${HOST}%00`,
  `${HOST}\u00ad`,
  ` ${HOST}`,
  `${HOST} `,
  `${HOST}/`,
  `https://${HOST}`,
  `evil@${HOST}`,
  'HERMOD.EXAMPLE.ORG',
  'hermod.example.teſt',
  'hermod。example.test',
  `evil-${HOST}`,
  `${HOST}.evil.example`,
  '*',
  '',
  7,
  null,
  [HOST],
  { host: HOST },
]

const hosts: Row[] = [
  ...HOSTS.map((fqdn): Row => ['F-B8', `fqdn ${JSON.stringify(fqdn)}`, 'fqdn', 'C13', header({ fqdn })]),
  ['F-B8', 'no fqdn', 'fqdn', 'C13', header({ fqdn: undefined })],
  ['F-B8', 'the configured host in capitals is the same host', null, '', header({ fqdn: HOST.toUpperCase() })],
  ['F-B10', 'another fqdn in the envelope', 'fqdn', 'C13', envelope({ fqdn: 'other.example.test' })],
  [
    'F-B10',
    'another configured fqdn in the envelope',
    'fqdn',
    'C13',
    { ...envelope({ fqdn: 'other.example.test' }), ...policy({ acceptedHosts: [HOST, 'other.example.test'] }) },
  ],
  ['F-B10', 'a trailing dot in the envelope', 'fqdn', 'C13', envelope({ fqdn: `${HOST}.` })],
  ['F-B10', 'fqdn of the envelope empty', 'fqdn', 'C13', envelope({ fqdn: '' })],
  ['F-B10', 'fqdn of the envelope a list', 'schema', 'C3 | no envelope', envelope({ fqdn: [HOST] })],
  ['F-B10', 'no fqdn in the envelope: the signed one counts', null, '', envelope({ fqdn: undefined })],
  ...[
    `https://evil.example/hermod/rest/ms/x/${MID}`,
    `https://${HOST}@evil.example/${MID}`,
    `https://${HOST}.evil.example/${MID}`,
    `https://sub.${HOST}/${MID}`,
    `http://127.0.0.1/${MID}`,
    `https://hermоd.example.test/${MID}`,
    `https://${HOST}./${MID}`,
    'x',
    '',
    `//${HOST}/${MID}`,
    `file:///${MID}`,
    `data:,${MID}`,
  ].map((url): Row => ['F-B11', `in reply to “${url}”`, 'envelope', 'C4', inReplyTo(url)]),
  [
    'F-B11',
    'in reply to another message',
    'envelope',
    'C4',
    inReplyTo(`https://${HOST}/hermod/rest/ms/x/00000000-0000-0000-0000-000000000000`),
  ],
  ['F-B11', 'in reply to our message, and on', 'envelope', 'C4', inReplyTo(`https://${HOST}/hermod/rest/ms/x/${MID}/`)],
  ['F-B11', 'in reply to our message, in a query', 'envelope', 'C4', inReplyTo(`https://${HOST}/hermod/rest/ms/x?${MID}`)],
  ['F-B11', 'in reply to nothing', 'envelope', 'C4', inReplyTo(undefined)],
  ['F-B11', 'in reply to a number', 'schema', 'C3 | no envelope', inReplyTo(7)],
]

const digests: [string, unknown][] = [
  ['of another certificate', Buffer.alloc(32, 8).toString('base64')],
  ['of 31 octets', Buffer.alloc(31, 7).toString('base64')],
  ['of 33 octets', Buffer.alloc(33, 7).toString('base64')],
  ['of SHA-1’s length', Buffer.alloc(20, 7).toString('base64')],
  ['of SHA-512’s length', Buffer.alloc(64, 7).toString('base64')],
  ['in base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
  ['without padding', SCH.replace('=', '')],
  ['in hexadecimal', Buffer.alloc(32, 7).toString('hex')],
  ['with a space', `${SCH} `],
  ['empty', ''],
  ['a number', 7],
  ['null', null],
  ['a list', [SCH]],
]

const certificates: Row[] = [
  ...digests.map(([what, sch]): Row => ['F-B9', `sch ${what}`, 'sch', 'C14', header({ sch })]),
  ['F-B9', 'no sch', 'sch', 'C14', header({ sch: undefined })],
  [
    'F-B9',
    'none of two pins',
    'sch',
    'C14',
    policy({ schPins: [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')] }),
  ],
  [
    'F-B9',
    'the second of two pins, as after a change of certificate',
    null,
    '',
    policy({ schPins: [Buffer.alloc(32, 1).toString('base64'), SCH] }),
  ],
  ['F-B9', 'no pin configured: recorded and flagged', null, ' |  | C14(sch_unpinned)', policy({ schPins: [] })],
  ...digests
    .filter(([what]) => !what.startsWith('of another'))
    .map(
      ([what, sch]): Row => [
        'F-B9',
        `no pin configured, sch ${what}: recorded and flagged`,
        null,
        ' |  | C14(sch_unusable)',
        { ...header({ sch }), ...policy({ schPins: [] }) },
      ],
    ),
]

const own = trustedKeys().ATTESTATION?.[0]?.thumbprint ?? ''
const records: Row[] = [
  [
    'F-B12',
    'the app’s key, used by other people’s phones before: first use of this user',
    null,
    '',
    facts({ earlierAttestation: [] }),
  ],
  ['F-B12', 'the attestation key itself as the user’s key', 'key_reuse', 'C18', { key: () => attestation() }],
  ['F-B13', 'the same attestation key as before', null, '', facts({ earlierAttestation: [own] })],
  ['F-B13', 'one of those used before', null, '', facts({ earlierAttestation: ['another', own] })],
  [
    'F-B13',
    'the successor in the same key set: flagged',
    null,
    ' |  | C24(attestation_changed)',
    {
      input: (i) => ({
        ...i,
        policy: { ...i.policy, formerKeys: ['the one before'] },
        facts: { ...i.facts, earlierAttestation: ['the one before'] },
      }),
    },
  ],
  ['F-B13', 'the key of another set than before', 'attestation_changed', 'C24', facts({ earlierAttestation: ['another'] })],
  [
    'F-B13',
    'the key of another set than before, where the profile only monitors it',
    null,
    ' |  | C24(attestation_changed)',
    {
      input: (i) => ({
        ...i,
        policy: { ...i.policy, monitored: ['C24'] },
        facts: { ...i.facts, earlierAttestation: ['another'] },
      }),
    },
  ],
  [
    'F-B13',
    'another attestation key than before, and not a trusted one',
    'attestation_key',
    'C10 C11 C24',
    {
      input: (i) => ({
        ...i,
        policy: { ...i.policy, trustedKeys: trustedKeys(rsaKey('stranger')).ATTESTATION ?? [] },
        facts: { ...i.facts, earlierAttestation: ['another'] },
      }),
    },
  ],
]

export const binding = toCases([...nonces, ...identities, ...hosts, ...certificates, ...records])
