/**
 * Hermod's callbacks to the application server (protocol note sections 2 and 4.3): a POST to `<callbackUrl>/callback/<kind>` with Basic
 * auth, tried again after `retryDelayMs` when the answer is not 2xx, at most `attempts` times. No signature, as with the real one.
 */
import type { CommandKind } from './envelopes.ts'
import type { FaultSwitch } from './faults.ts'

export interface CallbackOptions {
  /** Base; the kind's path is put after it. */
  url: string
  /** `user:password`, or null for none. */
  auth: string | null
  attempts: number
  retryDelayMs: number
}

export interface CallbackSender {
  /** Resolves to whether it was taken, after the last attempt. Never rejects. */
  send(kind: CommandKind, commandId: string, body: object): Promise<boolean>
  /** Gives up what waits for another attempt. */
  stop(): void
}

const TOTAL_TIMEOUT_MS = 10_000
const OVERSIZED = 2 * 1024 * 1024

export function createCallbackSender(options: CallbackOptions, faults: FaultSwitch, log: (line: string) => void): CallbackSender {
  const stopped = new AbortController()

  async function attempt(kind: CommandKind, body: string, auth: string | null): Promise<string | null> {
    try {
      const response = await fetch(`${options.url}/callback/${kind}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]),
      })
      await response.body?.cancel()
      return response.ok ? null : `HTTP ${response.status}`
    } catch (error) {
      if (stopped.signal.aborted) return 'the simulator stops'
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      return cause instanceof Error ? cause.message : String(cause)
    }
  }

  async function deliver(kind: CommandKind, commandId: string, body: string, auth: string | null): Promise<boolean> {
    for (let n = 1; n <= options.attempts && !stopped.signal.aborted; n++) {
      const problem = await attempt(kind, body, auth)
      if (problem === null) return true
      if (stopped.signal.aborted) return false
      log(`callback ${kind} of command ${commandId}: ${problem} (attempt ${n} of ${options.attempts})`)
      if (n < options.attempts) await pause(options.retryDelayMs, stopped.signal)
    }
    return false
  }

  return {
    async send(kind, commandId, body) {
      const { fault } = faults
      if (fault === 'callback-lost') return false
      const sent = JSON.stringify(fault === 'callback-unknown' ? { ...body, commandId: '999999999', externalId: 'nobody' } : body)
      const text =
        fault === 'callback-garbage'
          ? '\u0000\u0001{"commandId":'
          : fault === 'callback-oversized'
            ? sent.padEnd(OVERSIZED)
            : sent
      const auth =
        fault === 'callback-without-auth' ? null : fault === 'callback-wrong-auth' ? 'hermod:not-the-password' : options.auth
      const copies = fault === 'callback-twice' ? 2 : 1
      const outcomes = await Promise.all(Array.from({ length: copies }, () => deliver(kind, commandId, text, auth)))
      return outcomes.includes(true)
    },
    stop: () => stopped.abort(),
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
