/**
 * Every two seconds the worker writes that it lives, under which ids it locks jobs, and how Hermod did lately. Whoever stops writing for
 * 15 s has its locks freed by another worker's sweep, so a beat that fails is only logged: the database is gone for everybody then.
 */
import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'
import type { Grant } from '#lib/auth/permissions.ts'
import { beat } from '#lib/data/processes.ts'
import { logger } from '#lib/log.ts'

const BEAT_MS = 2_000

export interface Heartbeat {
  /** For Graphile Worker: tells under which id jobs are locked. */
  events: WorkerEvents
  noteHermod(health: { ok: boolean; detail: string }): void
  noteIssuer(health: { ok: boolean; detail: string }): void
  /** Writes now, and from now on. */
  ready(): Promise<void>
  stop(): Promise<void>
}

export function startHeartbeat(grant: Grant<'system:work'>, process: { id: string; host: string }): Heartbeat {
  const events: WorkerEvents = new EventEmitter()
  const workerIds: string[] = []
  const health: Record<string, { ok: boolean; detail: string; at: string }> = {}
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()

  const write = (): Promise<void> => {
    last = beat(grant, { ...process, kind: 'worker', workerIds, health }).catch((error: unknown) =>
      logger('worker').warn({ err: error }, 'could not write that this worker lives'),
    )
    return last
  }
  const note = (part: string) => (seen: { ok: boolean; detail: string }) => {
    const before = health[part]?.ok
    health[part] = { ...seen, at: new Date().toISOString() }
    // A change is news for the pages; the rest waits for the next beat.
    if (timer && before !== seen.ok) void write()
  }
  events.on('pool:create', ({ workerPool }) => {
    workerIds.push(workerPool.id)
  })

  return {
    events,
    noteHermod: note('hermod'),
    noteIssuer: note('issuer'),
    ready() {
      timer = setInterval(() => void write(), BEAT_MS)
      return write()
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      await last
    },
  }
}
