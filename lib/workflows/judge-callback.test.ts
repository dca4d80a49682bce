import { describe, expect, it } from 'vitest'
import { CALLBACK_CASES } from '#e2e/matrix/callbacks.ts'
import { judgeCallback } from './judge-callback.ts'

describe('what a callback does to the command it names', () => {
  it.each(CALLBACK_CASES.map((one) => [`${one.id} ${one.title} → ${one.decides}`, one] as const))(
    '%s',
    (_name, { decide, decides }) => {
      const decision = decide()
      expect(decision.do).toBe(decides)
      expect(decision.why).toMatch(/\.$|: /)
    },
  )

  it('what has not the documented form is checked, and its evidence says how it differs', () => {
    const command = { kind: 'provision', state: 'sent', hermodCommandId: '18092', isCurrent: true, late: false } as const
    const identity = { kind: 'provision', commandId: '18092', externalId: 'x' } as const
    const standing = { state: 'offered', profileRef: null, mailbox: null } as const
    const decision = judgeCallback(identity, null, 'provResponse.code: expected number', command, standing)
    expect(decision).toMatchObject({ do: 'check', why: expect.stringContaining('provResponse.code') })
  })
})
