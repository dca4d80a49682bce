import { describe, expect, it } from 'vitest'
import { appJwk, type Bends, buildAnswer, rsaKey, SCH } from '#e2e/builders/answer.ts'
import { EMPTY_POLICY, fileKeySetsOf, type PolicyDraft, readAttestationPolicy } from './attestation-policy.ts'
import { checkAnswer, recordInput } from './checks/index.ts'
import type { MonitorableCheck } from './profile.ts'
import {
  changePolicy,
  changeProfile,
  newResult,
  type RuleChange,
  rehearsalWishSchema,
  rehearseAnswer,
  type StoredJudgement,
} from './rehearsal.ts'

const NOW = new Date('2026-03-02T12:00:00Z')
const OTHER_PIN = Buffer.alloc(32, 1).toString('base64')
const file = fileKeySetsOf({ ATTESTATION: [appJwk(rsaKey('attestation').publicKey, { kid: 'attestation', use: 'sig' })] })
const policy = (draft: Partial<PolicyDraft>, fileKeySets = file) =>
  readAttestationPolicy({ ...EMPTY_POLICY, fileKeySets, ...draft })

/** An answer as it was judged and stored. */
function stored(id: string, bends: Bends = {}): StoredJudgement {
  const input = buildAnswer(bends)
  const { verdict, checks } = checkAnswer(input)
  const record: unknown = JSON.parse(JSON.stringify(recordInput(input)))
  const { body, facts } = input
  const who = { enrollmentId: id, userid: 'asa.oberg', userName: 'Åsa Öberg', profile: 'Demo profile', keySet: 'ATTESTATION' }
  return { ...who, receivedAt: facts.receivedAt, body, verdict, checks, heldChecks: [], record }
}

const monitoring = (...monitoredChecks: MonitorableCheck[]) => changeProfile({ monitoredChecks, heldChecks: [] })
const refusedHost = (h: Record<string, unknown>) => ({ ...h, fqdn: 'elsewhere.example.test' })
const letPass =
  (...monitored: MonitorableCheck[]): NonNullable<Bends['input']> =>
  (i) => ({ ...i, policy: { ...i.policy, monitored } })

function rehearse(change: RuleChange, ...answers: StoredJudgement[]) {
  const result = newResult()
  for (const answer of answers) rehearseAnswer(result, answer, change)
  return result
}

describe('a rehearsal', () => {
  it('of what was in force changes nothing', () => {
    const answers = [stored('good'), stored('bad', { header: (h) => ({ ...h, nonce: 'x' }) })]
    expect(rehearse(changePolicy(policy({ schPins: [SCH] }), NOW), ...answers)).toEqual({
      ...newResult(),
      accepted: 1,
      refused: 1,
    })
  })

  it('of another pin refuses what was accepted, and says which check and code', () => {
    const result = rehearse(changePolicy(policy({ schPins: [OTHER_PIN] }), NOW), stored('one'), stored('two'))
    expect(result).toMatchObject({ accepted: 2, nowRefused: 2, nowAccepted: 0 })
    expect(result.changes[0]).toMatchObject({
      enrollmentId: 'one',
      before: { verdict: 'passed', check: null, code: null },
      after: { verdict: 'failed', check: 'C14', code: 'sch' },
    })
  })

  it('of the right pin accepts what was refused for it, and not what was refused for something else', () => {
    const pinned = (i: Parameters<NonNullable<Bends['input']>>[0]) => ({ ...i, policy: { ...i.policy, schPins: [OTHER_PIN] } })
    const both = { input: pinned, header: (h: Record<string, unknown>) => ({ ...h, nonce: 'x' }) }
    const result = rehearse(changePolicy(policy({ schPins: [SCH] }), NOW), stored('pin', { input: pinned }), stored('both', both))
    expect(result).toMatchObject({ refused: 2, nowAccepted: 1, nowOtherwise: 0 })
    expect(result.changes.map(({ enrollmentId }) => enrollmentId)).toEqual(['pin'])
  })

  it('of an ended key asks at the chosen moment, not when the answer came', () => {
    const [key] = file.ATTESTATION ?? []
    if (!key) throw new Error('no key')
    const draft = {
      keySets: { ATTESTATION: [{ ...key, note: '', validFrom: null, validUntil: '2026-06-01T00:00:00.000Z' }] },
      schPins: [SCH],
    }
    const ending = policy(draft, {})
    expect(rehearse(changePolicy(ending, NOW), stored('one')).nowRefused).toBe(0)
    const then = rehearse(changePolicy(ending, new Date('2026-06-01T00:00:00Z')), stored('one'))
    expect(then.changes[0]?.after).toMatchObject({ check: 'C10', code: 'attestation_key' })
  })

  it('of a monitored check lets pass with a warning what it refused', () => {
    const answer = stored('one', { header: (h) => ({ ...h, fqdn: 'elsewhere.example.test' }) })
    expect(rehearse(monitoring('C13'), answer)).toMatchObject({ refused: 1, nowAccepted: 1 })
    expect(rehearse(monitoring(), answer)).toMatchObject({ refused: 1, nowAccepted: 0 })
  })

  it('of a held check tells what waits for staff from what is accepted', () => {
    const refused = stored('one', { header: refusedHost })
    const result = rehearse(changeProfile({ monitoredChecks: [], heldChecks: ['C13'] }), refused, stored('good'))
    expect(result).toMatchObject({ accepted: 1, refused: 1, nowAccepted: 0, nowHeld: 1 })
    expect(result.changes).toMatchObject([{ after: { verdict: 'held', check: 'C13', code: 'fqdn' } }])

    const held = { ...stored('two', { header: refusedHost, input: letPass('C13') }), heldChecks: ['C13' as const] }
    expect(rehearse(changeProfile({ monitoredChecks: [], heldChecks: ['C13'] }), held)).toMatchObject({
      accepted: 1,
      changes: [],
    })
    expect(rehearse(monitoring('C13'), held)).toMatchObject({ accepted: 1, nowLetPass: 1, nowAccepted: 0 })
    expect(rehearse(monitoring(), held)).toMatchObject({ accepted: 1, nowRefused: 1 })
  })

  it('of another key set of the profile refuses what its keys did not sign', () => {
    const other = { trustedKeys: [], formerKeys: [] }
    const result = rehearse(changeProfile({ monitoredChecks: [], heldChecks: [] }, other), stored('one'))
    expect(result).toMatchObject({ accepted: 1, nowRefused: 1 })
    expect(result.changes[0]?.after).toMatchObject({ check: 'C10', code: 'attestation_key' })
  })

  it('counts records that it cannot read, and takes them for neither', () => {
    const result = rehearse(monitoring(), { ...stored('old'), record: { trustedKeys: [] } })
    expect(result).toEqual({ ...newResult(), unreadable: 1 })
  })
})

describe('what may be rehearsed', () => {
  const wish = (change: object) =>
    rehearsalWishSchema.safeParse({ change: 'profile', profile: 'p', monitoredChecks: ['C14'], period: { days: 7 }, ...change })
      .success
  it.each([
    ['seven days', {}, true],
    ['eight days', { period: { days: 8 } }, false],
    ['the last 5 000', { period: { last: 5_000 } }, true],
    ['the last 5 001', { period: { last: 5_001 } }, false],
    ['a signature that is only monitored', { monitoredChecks: ['C11'] }, false],
    ['another kind of change', { change: 'everything' }, false],
  ])('%s: %s', (_name, change, ok) => expect(wish(change)).toBe(ok))
})
