/**
 * Keeps one CA that does not answer from taking every worker's time: a limit on requests under way, and a pause after failures in a row.
 *
 * Per process and in memory; nothing about correctness hangs on it. After the pause one request is let through to see (half open); its
 * success opens the gate, its failure begins the next pause. Whoever is turned away asks again later, as after any other silence.
 */
export interface GateLimits {
  /** Requests of this process under way to one CA: fewer than a worker runs jobs, so that other CAs are served meanwhile. */
  maxInFlight: number
  /** Failures in a row that close the gate. */
  closeAfter: number
  pauseMs: number
}

const LIMITS: GateLimits = { maxInFlight: 4, closeAfter: 3, pauseMs: 10_000 }

export type Admission =
  | { admitted: true; leave(outcome: { reached: boolean; detail: string }): void }
  | { admitted: false; retryAfterS: number; detail: string }

interface State {
  inFlight: number
  failures: number
  closedUntilMs: number
  lastDetail: string
}

export class Gate {
  readonly #states = new Map<string, State>()
  readonly #limits: GateLimits
  readonly #nowMs: () => number

  /** @param nowMs a clock that never goes back */
  constructor(limits: GateLimits = LIMITS, nowMs: () => number = () => performance.now()) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  enter(ca: string): Admission {
    const state = this.#states.get(ca) ?? { inFlight: 0, failures: 0, closedUntilMs: 0, lastDetail: '' }
    this.#states.set(ca, state)
    const { maxInFlight, closeAfter, pauseMs } = this.#limits
    const leftMs = state.closedUntilMs - this.#nowMs()
    if (leftMs > 0) return { admitted: false, retryAfterS: leftMs / 1000, detail: state.lastDetail }
    const trying = state.failures >= closeAfter
    if (state.inFlight >= (trying ? 1 : maxInFlight))
      return {
        admitted: false,
        retryAfterS: 2,
        detail: trying ? state.lastDetail : 'Other requests to this certificate authority are under way.',
      }
    state.inFlight++
    let left = false
    const leave = ({ reached, detail }: { reached: boolean; detail: string }): void => {
      if (left) return
      left = true
      state.inFlight--
      state.failures = reached ? 0 : state.failures + 1
      state.lastDetail = detail
      state.closedUntilMs = state.failures >= closeAfter ? this.#nowMs() + pauseMs : 0
    }
    return { admitted: true, leave }
  }
}
