import { describe, expect, it } from 'vitest'
import { expectedNotAfter, judgeReadiness, type ReadinessFacts } from './readiness.ts'

const now = new Date('2026-11-25T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)
const fine = { lastSuccessAt: ago(10), lastErrorAt: null, lastError: null, unreachable: false }
const facts: ReadinessFacts = {
  now,
  workers: 1,
  hermod: fine,
  issuer: {
    title: 'corporate-est',
    embedded: false,
    valid: { from: ago(1000), until: inDays(1000) },
    lately: fine,
    challenges: null,
  },
  validityDays: 365,
}
const judge = (change: Partial<ReadinessFacts>) =>
  Object.fromEntries(judgeReadiness({ ...facts, ...change }).map(({ part, state, reason }) => [part, reason ?? state]))

describe('readiness', () => {
  it('is whole when everything answered lately', () => {
    expect(judge({})).toEqual({ worker: 'ok', hermod: 'ok', issuer: 'ok' })
  })

  it('stops at what is known to be broken now, and says what was seen', () => {
    expect(judge({ workers: 0 })).toMatchObject({ worker: 'no_worker' })
    const hermod = { lastSuccessAt: ago(100), lastErrorAt: ago(20), lastError: 'It is silent.', unreachable: true }
    expect(judge({ hermod })).toMatchObject({ hermod: 'broken' })
    expect(judgeReadiness({ ...facts, hermod }).find(({ part }) => part === 'hermod')?.detail).toBe('It is silent.')
  })

  it('warns of a messaging server that refused the last command, and lets the next one find out', () => {
    const hermod = { lastSuccessAt: ago(100), lastErrorAt: ago(20), lastError: 'HTTP status 401.', unreachable: false }
    expect(judge({ hermod })).toMatchObject({ hermod: 'failing' })
    expect(judge({ issuer: { ...facts.issuer, lately: hermod } })).toMatchObject({ issuer: 'broken' })
  })

  it('stops where the CA wants more one-time challenges than are left', () => {
    const withChallenges = (left: number) => judge({ issuer: { ...facts.issuer, challenges: { left, needed: 2 } } }).issuer
    expect([0, 1, 2].map(withChallenges)).toEqual(['no_challenge', 'no_challenge', 'ok'])
  })

  it('is over a failure once something has succeeded since', () => {
    expect(judge({ hermod: { lastSuccessAt: ago(5), lastErrorAt: ago(20), lastError: 'x', unreachable: true } })).toMatchObject({
      hermod: 'ok',
    })
  })

  it('does not know what nobody has looked at lately, and does not stop for it', () => {
    expect(judge({ hermod: null })).toMatchObject({ hermod: 'unknown' })
    expect(judge({ hermod: { ...fine, lastSuccessAt: ago(4000) } })).toMatchObject({ hermod: 'unknown' })
    expect(judge({ hermod: { lastSuccessAt: null, lastErrorAt: ago(4000), lastError: 'x', unreachable: true } })).toMatchObject({
      hermod: 'unknown',
    })
  })

  it('knows a CA by its certificates: none yet, over, or too short for what ours would sign', () => {
    const issuer = facts.issuer
    expect(judge({ issuer: { ...issuer, valid: null } })).toMatchObject({ issuer: 'not_tested' })
    expect(judge({ issuer: { ...issuer, valid: null, embedded: true } })).toMatchObject({ issuer: 'no_worker_yet' })
    expect(judge({ issuer: { ...issuer, valid: { from: ago(9), until: ago(1) } } })).toMatchObject({ issuer: 'ca_expired' })
    const short = { from: ago(1000), until: inDays(30) }
    expect(judge({ issuer: { ...issuer, embedded: true, valid: short } })).toMatchObject({ issuer: 'ca_too_short' })
    expect(judge({ issuer: { ...issuer, valid: short } })).toMatchObject({ issuer: 'ok' })
  })

  it('says an end that the CA does not go beyond', () => {
    expect(expectedNotAfter(facts)).toEqual(inDays(365))
    const short = { ...facts.issuer, valid: { from: ago(1000), until: inDays(30) } }
    expect(expectedNotAfter({ ...facts, issuer: short })).toEqual(inDays(30))
  })
})
