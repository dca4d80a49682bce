import { describe, expect, it } from 'vitest'
import { type Admission, Gate } from './gate.ts'

const failed = { reached: false, detail: 'It is silent.' }
const fine = { reached: true, detail: '' }
const admit = (admission: Admission) => {
  if (!admission.admitted) throw new Error(`turned away: ${admission.detail}`)
  return admission
}

describe('the gate to a CA', () => {
  it('lets only so many requests be under way, for each CA by itself', () => {
    const gate = new Gate({ maxInFlight: 2, closeAfter: 3, pauseMs: 1000 }, () => 0)
    const first = admit(gate.enter('a'))
    admit(gate.enter('a'))
    expect(gate.enter('a')).toMatchObject({ admitted: false, retryAfterS: 2 })
    expect(gate.enter('b').admitted).toBe(true)
    first.leave(fine)
    first.leave(fine)
    expect(gate.enter('a').admitted).toBe(true)
    expect(gate.enter('a').admitted).toBe(false)
  })

  it('pauses after failures in a row, then lets one through to see', () => {
    let now = 0
    const gate = new Gate({ maxInFlight: 4, closeAfter: 3, pauseMs: 1000 }, () => now)
    for (let n = 0; n < 3; n++) admit(gate.enter('a')).leave(failed)
    expect(gate.enter('a')).toEqual({ admitted: false, retryAfterS: 1, detail: 'It is silent.' })
    now = 1001
    const probe = admit(gate.enter('a'))
    expect(gate.enter('a').admitted).toBe(false)
    probe.leave(failed)
    now = 1500
    expect(gate.enter('a').admitted).toBe(false)
    now = 2002
    admit(gate.enter('a')).leave(fine)
    admit(gate.enter('a'))
    expect(gate.enter('a').admitted).toBe(true)
  })

  it('forgets failures that are not in a row', () => {
    const gate = new Gate({ maxInFlight: 4, closeAfter: 3, pauseMs: 1000 }, () => 0)
    for (const outcome of [failed, failed, fine, failed, failed]) admit(gate.enter('a')).leave(outcome)
    expect(gate.enter('a').admitted).toBe(true)
  })
})
