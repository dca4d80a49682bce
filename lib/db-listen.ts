/**
 * LISTEN certdesk: one connection a process, any number of subscribers. The payload is "kind:id" and carries no data; whoever hears it
 * reads the state again. While the connection is down notifications are lost, so every (re)connection is reported as a gap, upon
 * which subscribers must re-read what they show.
 */
import pg from 'pg'
import { databaseUrl } from '#lib/db.ts'
import { logger } from '#lib/log.ts'

export interface Subscriber {
  /** e.g. kind "enrollment", id a uuid. */
  onChange(kind: string, id: string): void
  /** Notifications may have been missed: read everything again. */
  onGap?(): void
}

const RETRY_MS = [100, 500, 1_000, 2_000, 5_000]

// Development servers load modules again and again; the listening connection must not multiply.
interface Listener {
  subscribers: Set<Subscriber>
  client: pg.Client | null
  running: boolean
  attempt: number
}
const kept = globalThis as typeof globalThis & { certdeskListener?: Listener }

function listener(): Listener {
  kept.certdeskListener ??= { subscribers: new Set(), client: null, running: false, attempt: 0 }
  return kept.certdeskListener
}

/** Hears every change from now on, until the returned function is called. The connection is made with the first subscriber and stays. */
export function subscribe(subscriber: Subscriber): () => void {
  const state = listener()
  state.subscribers.add(subscriber)
  if (!state.running) {
    state.running = true
    void connect(state)
  }
  return () => {
    state.subscribers.delete(subscriber)
  }
}

/** Ends the listening connection; for processes that stop. */
export async function closeListener(): Promise<void> {
  const state = listener()
  state.running = false
  state.subscribers.clear()
  await state.client?.end().catch(() => undefined)
  state.client = null
}

async function connect(state: Listener): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(), keepAlive: true, application_name: 'certdesk listen' })
  let lost = false
  const onLost = (error?: Error): void => {
    if (lost) return
    lost = true
    state.client = null
    client.end().catch(() => undefined)
    if (!state.running) return
    const delayMs = RETRY_MS[Math.min(state.attempt, RETRY_MS.length - 1)] ?? 5_000
    state.attempt += 1
    logger('db').warn({ err: error, delayMs }, 'the listening connection was lost')
    setTimeout(() => void (state.running && connect(state)), delayMs).unref()
  }
  client.on('error', onLost)
  client.on('end', () => onLost())
  client.on('notification', ({ payload }) => {
    const [kind = '', id = ''] = (payload ?? '').split(':', 2)
    for (const subscriber of state.subscribers) subscriber.onChange(kind, id)
  })
  try {
    await client.connect()
    await client.query('LISTEN certdesk')
    state.client = client
    state.attempt = 0
    for (const subscriber of state.subscribers) subscriber.onGap?.()
  } catch (error) {
    onLost(error instanceof Error ? error : new Error(String(error)))
  }
}
