/**
 * Time as an argument. Code that needs "now" takes a Clock, so that tests stand at a moment of their choosing. What must agree between
 * machines (expiry of offers, audit) is decided by the database's clock, never by this one.
 */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still; `advance` moves it by milliseconds. */
export function fixedClock(at: Date | string): Clock & { advance(ms: number): void } {
  let time = new Date(at).getTime()
  return {
    now: () => new Date(time),
    advance: (ms) => {
      time += ms
    },
  }
}
