/**
 * Says every five seconds that this web process lives (for the metrics and the home page), and opens the database's connections before
 * the first request needs them. A beat that fails is only logged: the database is gone for everybody then.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { systemGrant } from '#lib/auth/permissions.ts'
import { beat } from '#lib/data/processes.ts'
import { logger } from '#lib/log.ts'

/** Well within the 15 s after which a process counts as gone. */
const BEAT_MS = 5_000

const kept = globalThis as typeof globalThis & { certdeskWebBeat?: NodeJS.Timeout }

export function startWebHeartbeat(): void {
  if (kept.certdeskWebBeat) return
  const me = { id: randomUUID(), kind: 'web', host: hostname(), workerIds: [], health: {} } as const
  const write = (): void => {
    beat(systemGrant(), me).catch((error: unknown) =>
      logger('web').warn({ err: error }, 'could not write that this web process lives'),
    )
  }
  kept.certdeskWebBeat = setInterval(write, BEAT_MS).unref()
  write()
}
