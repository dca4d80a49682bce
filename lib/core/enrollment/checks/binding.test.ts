import { describe, expect, it } from 'vitest'
import { type Bends, buildAnswer, type CsrParts, rsaKey, spkiOf, trustedKeys } from '#e2e/builders/answer.ts'
import { judge } from '#e2e/builders/judge.ts'
import { spkiSha256 } from '../../x509/spki.ts'
import { CHECK_IDS } from '../evidence.ts'
import { checkAnswer } from './check-answer.ts'
import type { AnswerFacts, KnownKey } from './types.ts'

const header = (change: Record<string, unknown>): Bends => ({ header: (h) => ({ ...h, ...change }) })
const facts = (change: Partial<AnswerFacts>): Bends => ({ input: (i) => ({ ...i, facts: { ...i.facts, ...change } }) })

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

describe('the record of attestation keys', () => {
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
})
