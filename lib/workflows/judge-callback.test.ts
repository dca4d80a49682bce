import { describe, expect, it } from 'vitest'
import type { CallbackEnvelope } from '#lib/core/hermod/messages.ts'
import { type CallbackIdentity, type JudgedCommand, judgeCallback } from './judge-callback.ts'

const PROV: CallbackIdentity = { kind: 'provision', commandId: '18092', externalId: 'x' }
const CERT: CallbackIdentity = { kind: 'certificate', commandId: '18093', externalId: 'y' }
const offered: JudgedCommand = { kind: 'provision', state: 'sent', hermodCommandId: '18092', isCurrent: true, late: false }
const delivering: JudgedCommand = { kind: 'certificate', state: 'sent', hermodCommandId: '18093', isCurrent: true, late: false }

const envelope = (identity: CallbackIdentity, over: Partial<CallbackEnvelope>): CallbackEnvelope => ({
  commandId: identity.commandId,
  externalId: identity.externalId,
  commandType: identity.kind === 'provision' ? 'PROV' : 'CERT',
  state: 'COMPLETED',
  destinations: [],
  responseHeader: { status: 200 },
  ...over,
})
const provision = (
  over: Partial<CallbackEnvelope>,
  command: Partial<JudgedCommand> = {},
  state: 'offered' | 'requesting' | 'issuing' = 'offered',
) => judgeCallback(PROV, envelope(PROV, over), '', { ...offered, ...command }, { state, profileRef: null })
const delivery = (
  over: Partial<CallbackEnvelope>,
  command: Partial<JudgedCommand> = {},
  state: 'delivering' | 'completed' = 'delivering',
) => judgeCallback(CERT, envelope(CERT, over), '', { ...delivering, ...command }, { state, profileRef: 'profile-1' })

const answer = { provResponse: { code: 0, result: { contenttype: 'jws', data: 'a.b.c' } } }
const stored = { certResponse: { code: 0 } }

describe('a provisioning answer', () => {
  it.each([
    [
      'P-10 before Hermod’s reply, matched by its externalId',
      provision(answer, { state: 'sending', hermodCommandId: null }, 'requesting'),
      'check',
    ],
    ['as it should be', provision(answer), 'check'],
    ['F-S6 commandId of another command', provision(answer, { hermodCommandId: '1' }), 'quarantine'],
    ['F-S3 after it was answered', provision(answer, { state: 'answered' }, 'issuing'), 'ignore'],
    ['F-S4 after a newer offer', provision(answer, { state: 'superseded', isCurrent: false }), 'ignore'],
    ['F-S4 after its time', provision(answer, { state: 'timed_out' }), 'ignore'],
    ['K2 of an attempt that was given up', provision(answer, { state: 'failed', isCurrent: false }), 'ignore'],
    ['late, before the expiry job ran', provision(answer, { late: true }), 'expire'],
    ['F-S8 still in progress', provision({ state: 'IN_PROGRESS', responseHeader: undefined }), 'ignore'],
    ['F-S8 timed out, says Hermod', provision({ state: 'TIMEOUT', responseHeader: undefined }), 'expire'],
    ['F-S8 a word nobody documented', provision({ state: 'WEIRD', responseHeader: undefined }), 'check'],
    ['F-S8 no word at all', provision({ ...answer, state: undefined }), 'check'],
    ['F-S9 code 5', provision({ provResponse: { code: 5 } }), 'refuse'],
    ['F-S9 status 500 with code 0', provision({ ...answer, responseHeader: { status: 500 } }), 'check'],
    ['F-S9 status 500 with code 5', provision({ provResponse: { code: 5 }, responseHeader: { status: 500 } }), 'check'],
    ['F-S7 a certResponse in it', provision(stored), 'check'],
    ['F-S7 both responses', provision({ ...stored, provResponse: { code: 5 } }), 'check'],
    ['F-S7 neither', provision({}), 'check'],
  ])('%s → %s', (_name, decision, expected) => {
    expect(decision.do).toBe(expected)
  })

  it('is checked even if it has not the documented form: there must be evidence', () => {
    const decision = judgeCallback(PROV, null, 'provResponse.code: expected number', offered, {
      state: 'offered',
      profileRef: null,
    })
    expect(decision).toMatchObject({ do: 'check', why: expect.stringContaining('provResponse.code') })
  })
})

describe('a certificate response', () => {
  it.each([
    ['as it should be', delivery(stored), 'complete'],
    ['for our profile', delivery({ ...stored, destinations: [{ pid: 'profile-1' }] }), 'complete'],
    ['before Hermod’s reply', delivery(stored, { state: 'sending', hermodCommandId: null }), 'complete'],
    ['F-S11 for another profile', delivery({ ...stored, destinations: [{ pid: 'profile-2' }] }), 'quarantine'],
    ['F-S10 refused by the phone', delivery({ certResponse: { code: 7 } }), 'undeliver'],
    ['status 500', delivery({ ...stored, responseHeader: { status: 500 } }), 'undeliver'],
    ['no status', delivery({ ...stored, responseHeader: undefined }), 'undeliver'],
    ['F-S8 timed out', delivery({ state: 'EXPIRED', responseHeader: undefined }), 'expire'],
    ['F-S8 a word nobody documented', delivery({ ...stored, state: 'WEIRD' }), 'undeliver'],
    ['F-S7 a provResponse in it', delivery(answer), 'quarantine'],
    ['after completion', delivery(stored, { state: 'answered' }, 'completed'), 'ignore'],
    ['late', delivery(stored, { late: true }), 'expire'],
    ['of a command that was sent again', delivery(stored, { state: 'superseded', isCurrent: false }), 'ignore'],
  ])('%s → %s', (_name, decision, expected) => {
    expect(decision.do).toBe(expected)
  })

  it('never completes anything when it has not the documented form', () => {
    const decision = judgeCallback(CERT, null, 'certResponse.code: expected number', delivering, {
      state: 'delivering',
      profileRef: 'profile-1',
    })
    expect(decision.do).toBe('undeliver')
  })
})
