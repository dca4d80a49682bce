import { describe, expect, it } from 'vitest'
import {
  type Bends,
  buildAnswer,
  type CsrParts,
  HOST,
  NONCE,
  rsaKey,
  SCH,
  SUBJECT,
  spkiOf,
  trustedKeys,
} from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { encodeName } from '../../x509/name.ts'
import { spkiSha256 } from '../../x509/spki.ts'
import { CHECK_IDS } from '../evidence.ts'
import { checkAnswer } from './check-answer.ts'
import type { AnswerFacts, KnownKey } from './types.ts'

type Row = [id: string, name: string, code: string, failed: string, bends: Bends]

const header = (change: Record<string, unknown>): Bends => ({ header: (h) => ({ ...h, ...change }) })
const profile = (change: Record<string, unknown>): Bends => ({ profile: (p) => ({ ...p, ...change }) })
const envelope = (change: Record<string, unknown>): Bends => ({ envelope: (e) => ({ ...e, ...change }) })
const inReplyTo = (url: unknown): Bends => envelope({ responseHeader: { inReplyTo: url, status: 200 } })
const facts = (change: Partial<AnswerFacts>): Bends => ({ input: (i) => ({ ...i, facts: { ...i.facts, ...change } }) })
const BOX = `https://${HOST}:20400/hermod/rest/ms/d07292df-f75c-4534-8567-642953b6d887`
const MID = '72aec710-9337-4903-8b2d-f756359b51c9'

const rows: Row[] = [
  ...[
    '',
    NONCE.toUpperCase(),
    `${NONCE} `,
    ` ${NONCE}`,
    NONCE.slice(0, 16),
    `${NONCE}00`,
    'ff'.repeat(16),
    123456789,
    null,
    [NONCE],
    { a: NONCE },
    true,
  ].map((nonce): Row => ['F-B1', `nonce ${JSON.stringify(nonce)}`, 'nonce', 'C12', header({ nonce })]),
  ['F-B1', 'no nonce', 'nonce', 'C12', header({ nonce: undefined })],
  ['F-B6', 'another user', 'userid', 'C15', profile({ userid: 'someone.else' })],
  ['F-B6', 'another case', 'userid', 'C15', profile({ userid: 'Asa.Oberg' })],
  ['F-B6', 'a trailing space', 'userid', 'C15', profile({ userid: 'asa.oberg ' })],
  ['F-B6', 'a look-alike letter', 'userid', 'C15', profile({ userid: 'аsa.oberg' })],
  ['F-B6', 'no user', 'schema', 'C15', profile({ userid: undefined })],
  ['F-B7', 'another server', 'profile', 'C15', profile({ servername: 'demo-server2' })],
  ['F-B7', 'another profile', 'profile', 'C15', profile({ name: 'Demo profile ' })],
  ['F-B7', 'decomposed letters', 'profile', 'C15', profile({ name: 'Demo profilé' })],
  ['F-B7', 'profile id no uuid', 'schema', 'C15', profile({ id: '../../x' })],
  [
    'F-B7',
    'profile id of another phone',
    'profile',
    'C15',
    facts({ knownProfileRefs: new Set(['3051e9f3-0e4d-436b-a512-2e18d8afe134']) }),
  ],
  ...[
    `sub.${HOST}`,
    'example.test',
    `${HOST}.`,
    `${HOST}:20400`,
    '127.0.0.1',
    'hermоd.example.test',
    `${HOST}\u0000`.replace('\u0000', '%00'),
    ` ${HOST}`,
    'HERMOD.EXAMPLE.ORG',
    'hermod.example.teſt',
    '',
    7,
    null,
    [HOST],
  ].map((fqdn): Row => ['F-B8', `fqdn ${JSON.stringify(fqdn)}`, 'fqdn', 'C13', header({ fqdn })]),
  ['F-B8', 'no fqdn', 'fqdn', 'C13', header({ fqdn: undefined })],
  ...[
    Buffer.alloc(32, 8).toString('base64'),
    Buffer.alloc(31, 7).toString('base64'),
    Buffer.alloc(32, 7).toString('base64url'),
    `${SCH} `,
    '',
    7,
    null,
  ].map((sch): Row => ['F-B9', `sch ${JSON.stringify(sch)}`, 'sch', 'C14', header({ sch })]),
  ['F-B9', 'no sch', 'sch', 'C14', header({ sch: undefined })],
  ['F-B10', 'another fqdn in the envelope', 'fqdn', 'C13', envelope({ fqdn: 'other.example.test' })],
  ['F-B11', 'in reply to another host', 'envelope', 'C4', inReplyTo(`https://evil.example/hermod/rest/ms/x/${MID}`)],
  ['F-B11', 'in reply to a look-alike host', 'envelope', 'C4', inReplyTo(`https://${HOST}@evil.example/${MID}`)],
  [
    'F-B11',
    'in reply to another message',
    'envelope',
    'C4',
    inReplyTo(`https://${HOST}/hermod/rest/ms/x/00000000-0000-0000-0000-000000000000`),
  ],
  ['F-B11', 'in reply to no URL', 'envelope', 'C4', inReplyTo('x')],
  ['F-B11', 'in reply to nothing', 'envelope', 'C4', inReplyTo(undefined)],
  ['F-B11', 'in reply to a number', 'schema', 'C3', inReplyTo(7)],
  ['F-S6', 'another commandId', 'envelope', 'C4', envelope({ commandId: '18093' })],
  ['F-S6', 'another externalId', 'envelope', 'C4', envelope({ externalId: 'order-43' })],
  ['F-S6', 'no externalId', 'envelope', 'C4', envelope({ externalId: undefined })],
  ['F-S7', 'commandType CERT', 'envelope', 'C4', envelope({ commandType: 'CERT' })],
  ['F-S7', 'both responses', 'schema', 'C3', envelope({ certResponse: { code: 0 } })],
  ['F-S7', 'no response', 'schema', 'C3 C6', envelope({ provResponse: undefined })],
  ['F-S8', 'state TIMEOUT', 'remote_state', 'C6', envelope({ state: 'TIMEOUT' })],
  ['F-S8', 'state in lower case', 'remote_state', 'C6', envelope({ state: 'completed' })],
  ['F-S8', 'no state', 'remote_state', 'C6', envelope({ state: undefined })],
  ['F-S8', 'state IN_PROGRESS', 'remote_state', 'C6', envelope({ state: 'IN_PROGRESS' })],
  [
    'F-S9',
    'status 500',
    'remote_code',
    'C6',
    { envelope: (e) => ({ ...e, responseHeader: { ...(e.responseHeader as object), status: 500 } }) },
  ],
  ['F-S9', 'code 5', 'remote_code', 'C6', { body: (b) => b.replace('"code":0', '"code":5') }],
  ['F-S9', 'code −1', 'remote_code', 'C6', { body: (b) => b.replace('"code":0', '"code":-1') }],
  ['F-S9', 'code 2^53', 'schema', 'C3', { body: (b) => b.replace('"code":0', '"code":9007199254740992') }],
  [
    'F-B3',
    'nobody waits any more',
    'envelope',
    'C5',
    { input: (i) => ({ ...i, expectation: { ...i.expectation, live: false } }) },
  ],
  ['F-B3', 'received after the end', 'envelope', 'C5', facts({ receivedAt: new Date('2026-03-01T12:05:00.001Z') })],
  ['F-S12', 'without credentials', 'envelope', 'C1', facts({ authenticated: false })],
  ...[
    'http://169.254.169.254/',
    'http://0x7f000001/',
    'http://[::ffff:a9fe:a9fe]/',
    `https://${HOST}@evil.example/`,
    `https://user:pw@${HOST}/`,
    `https://evil.example/${HOST}`,
    `https://${HOST}.evil.example/`,
    'file:///etc/passwd',
    'javascript:alert(1)',
    'x',
    '',
    BOX.replace('https', 'http'),
    BOX.replace('https', 'ftp'),
  ].map((boxurl): Row => ['F-S15', `mailbox ${boxurl}`, 'fqdn', 'C15', profile({ boxurl })]),
  ['F-S15', 'mailbox of 10 kB', 'schema', 'C15', profile({ boxurl: `${BOX}${'x'.repeat(10_000)}` })],
  ['F-S15', 'mailbox missing', 'schema', 'C15', profile({ boxurl: undefined })],
  ['P-5', 'a device name of 257 letters', 'schema', 'C15', { payload: (p) => ({ ...p, deviceinfo: { name: 'x'.repeat(257) } }) }],
  ['P-5', 'a device name that is no text', 'schema', 'C15', { payload: (p) => ({ ...p, deviceinfo: { name: ['x'] } }) }],
  [
    'F-C23',
    'the user’s subject has changed',
    'stale_user',
    'C25',
    facts({ user: { active: true, subjectDer: encodeName([{ type: 'CN', value: 'Åsa Berg' }]) } }),
  ],
  ['F-C23', 'the user’s subject no longer renders', 'stale_user', 'C25', facts({ user: { active: true, subjectDer: null } })],
  ['F-C24', 'the user is disabled', 'user_inactive', 'C25', facts({ user: { active: false, subjectDer: SUBJECT } })],
]

describe('checks that a profile only monitors', () => {
  const monitored = (bends: Bends): Bends => ({
    ...bends,
    input: (i) => {
      const given = bends.input?.(i) ?? i
      return { ...given, policy: { ...given.policy, monitored: ['C13', 'C14', 'C24'] } }
    },
  })
  const other = Buffer.alloc(32, 9).toString('base64')

  it.each([
    ['C13', 'fqdn', header({ fqdn: 'elsewhere.example.test' })],
    ['C14', 'sch', header({ sch: other })],
    ['C24', 'attestation_changed', facts({ earlierAttestation: ['another'] })],
  ] as const)('%s warns with the code it would have refused with, and says that it is monitored', (id, code, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed: id })
    const { verdict, failureCode, checks } = checkAnswer(buildAnswer(monitored(bends)))
    const found = checks.find((check) => check.id === id)
    expect({ verdict, failureCode }).toEqual({ verdict: 'passed', failureCode: null })
    expect(found).toMatchObject({ outcome: 'warn', code, monitored: true })
  })

  it('what was fine is not marked', () => {
    const { checks } = checkAnswer(buildAnswer(monitored({})))
    expect(checks.filter((check) => check.monitored)).toEqual([])
  })

  it('a signature, the nonce or the equality of keys cannot be monitored, whatever a profile says', () => {
    const everything = (bends: Bends): Bends => ({
      ...bends,
      input: (i) => ({ ...i, policy: { ...i.policy, monitored: CHECK_IDS as unknown as ['C13'] } }),
    })
    expect(judge(buildAnswer(everything(header({ nonce: 'x' })))).code).toBe('nonce')
    expect(judge(buildAnswer(everything({ signer: () => rsaKey('stranger').privateKey }))).code).toBe('jws_sig')
    const csr = { csrParts: (parts: CsrParts) => ({ ...parts, spki: spkiOf(rsaKey('stranger').publicKey) }) }
    expect(judge(buildAnswer(everything(csr))).code).toBe('csr_key')
  })
})

describe('what is known of keys and numbers', () => {
  const incidents = (bends: Bends) =>
    checkAnswer(buildAnswer(bends)).checks.flatMap(({ id, code, incident }) => (incident ? [{ id, code, incident }] : []))
  const newKey = spkiSha256(spkiOf(rsaKey('phone signer').publicKey))
  const appKey = trustedKeys().ATTESTATION?.[0]?.spkiSha256 ?? ''
  const known = (hash: string, key: KnownKey): Bends => facts({ knownKeys: new Map([[hash, key]]) })

  it('F-N7: a key that another user’s phone proved to hold is an incident; one’s own is none', () => {
    expect(incidents(known(newKey, { kind: 'certified', userid: 'somebody.else' }))).toEqual([
      { id: 'C18', code: 'key_reuse', incident: 'key_of_another_user' },
    ])
    expect(incidents(known(newKey, { kind: 'certified', userid: 'asa.oberg' }))).toEqual([])
  })

  it.each(['blocked_key', 'private_key_leaked'] as const)('a key blocked as %s is refused wherever it stands', (code) => {
    const blocked: KnownKey = { kind: 'blocked', reason: 'seen in the wild', code }
    expect(incidents(known(newKey, blocked))).toEqual([{ id: 'C18', code, incident: 'blocked_key' }])
    expect(incidents(known(appKey, blocked))).toEqual([{ id: 'C10', code, incident: 'blocked_key' }])
  })

  it('F-N8: a key that leaked is to be blocked only if it signed the message that carries it', () => {
    const leaking: Bends = { innerPayload: (p) => ({ ...p, d: 'AQAB' }) }
    expect(checkAnswer(buildAnswer(leaking)).leakedKeys).toEqual([newKey])
    expect(incidents(leaking)).toEqual([{ id: 'C18', code: 'private_key_leaked', incident: 'private_key_leaked' }])
    const seen: Bends = { ...leaking, innerSigner: () => rsaKey('stranger').privateKey }
    expect(checkAnswer(buildAnswer(seen)).leakedKeys).toEqual([])
  })

  it('F-N8: nobody can have the app’s key blocked by sending it along', () => {
    const withD: Bends = { header: (h) => ({ ...h, jwk: { ...(h.jwk as object), d: 'AQAB' } }) }
    expect(checkAnswer(buildAnswer(withD)).leakedKeys).toEqual([])
    expect(incidents(withD)).toEqual([{ id: 'C10', code: 'private_key_leaked', incident: 'private_key_leaked' }])
  })

  it('F-B2: the number of another user’s open offer is an incident, and the evidence does not tell the number', () => {
    const foreign: Bends = { ...header({ nonce: 'ff'.repeat(16) }), ...facts({ foreignNonce: true }) }
    const { checks, failureCode, read } = checkAnswer(buildAnswer(foreign))
    expect(failureCode).toBe('nonce')
    expect(read.otherNonces).toEqual(['ff'.repeat(16)])
    expect(JSON.stringify(checks)).not.toContain('ff'.repeat(16))
    expect(incidents(foreign)).toEqual([{ id: 'C12', code: 'nonce', incident: 'foreign_nonce' }])
  })
})

describe('envelope, binding and policy', () => {
  it('F-S15 hostile URLs in what the envelope says of destinations are text and move nothing', () => {
    const urls = ['http://169.254.169.254/', 'https://hermod@evil/', 'file:///etc/passwd', `https://h/${'x'.repeat(10_000)}`]
    for (const url of urls) {
      expect(
        judge(buildAnswer(envelope({ destinations: [{ to: '@tmp', bid: url, uri: url, mid: MID, location: url }] }))),
      ).toEqual({ code: null, failed: '' })
    }
  })

  it.each(rows)('%s %s → %s', (_id, _name, code, failed, bends) => {
    expect(judge(buildAnswer(bends))).toEqual({ code, failed })
  })

  it('F-B9 a second pin survives a change of certificate', () => {
    const pins = [Buffer.alloc(32, 1).toString('base64'), SCH]
    expect(judge(buildAnswer({ input: (i) => ({ ...i, policy: { ...i.policy, schPins: pins } }) })).code).toBeNull()
  })

  const recordCheck = (bends: Bends) => {
    const { verdict, checks } = checkAnswer(buildAnswer(bends))
    const { outcome, code, incident } = checks.find((check) => check.id === 'C24') ?? {}
    return { verdict, outcome, code, incident }
  }
  const CHANGED = { code: 'attestation_changed', incident: 'attestation_changed' }

  it('F-B13 the attestation key of another set than before is held for staff', () => {
    expect(recordCheck(facts({ earlierAttestation: ['another'] }))).toEqual({ verdict: 'failed', outcome: 'fail', ...CHANGED })
  })

  it('F-B13 the successor in the same key set passes and is flagged', () => {
    const bends: Bends = {
      input: (i) => ({
        ...i,
        policy: { ...i.policy, formerKeys: ['the one before'] },
        facts: { ...i.facts, earlierAttestation: ['the one before'] },
      }),
    }
    expect(recordCheck(bends)).toEqual({ verdict: 'passed', outcome: 'warn', ...CHANGED })
  })

  it('F-B13 a key that was used before passes, whatever else was', () => {
    const [own] = trustedKeys().ATTESTATION ?? []
    const earlier = facts({ earlierAttestation: ['another', own?.thumbprint ?? ''] })
    expect(recordCheck(earlier)).toMatchObject({ verdict: 'passed', outcome: 'pass' })
  })

  it('loopback mailboxes may be plain http, where the host is accepted', () => {
    const input = buildAnswer({
      header: (h) => ({ ...h, fqdn: '127.0.0.1' }),
      envelope: (e) => ({
        ...e,
        fqdn: '127.0.0.1',
        responseHeader: { inReplyTo: `http://127.0.0.1:20499/hermod/rest/ms/x/${MID}`, status: 200 },
      }),
      profile: (p) => ({ ...p, boxurl: 'http://127.0.0.1:20499/hermod/rest/ms/x' }),
      input: (i) => ({ ...i, policy: { ...i.policy, acceptedHosts: ['127.0.0.1'] } }),
    })
    expect(judge(input)).toEqual({ code: null, failed: '' })
  })
})
