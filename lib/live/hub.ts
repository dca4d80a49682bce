/**
 * Who wants to hear of which change, in this process. One LISTEN connection (lib/db-listen.ts) feeds any number of streams; a stream costs
 * memory only: no connection, no timer of its own. What travels is "changed" and nothing else; whoever hears it reads the state again,
 * with the rights of that moment.
 *
 * When the listening connection was lost, notifications may be too: every stream is told "changed" then.
 */
import { subscribe } from '#lib/db-listen.ts'

export interface Watcher {
  /** `<kind>:<id>` as notified by the database, e.g. "enrollment:0199…". */
  readonly topic: string
  /** Whose stream it is, for the cap: "account:…", "link:…", "token:…". */
  readonly owner: string
  /** Tells the browser. */
  changed(): void
  /** Called every 15 s: keeps the connection open, and asks once a minute whether it still may be. */
  tick(): void
}

/** Streams of one process, and of one owner: a person has a few tabs, a program may follow every enrolment of a morning. Beyond it: 503, 429. */
export const MAX_STREAMS = { perProcess: 8_000, perPerson: 30, perToken: 5_000 } as const
const TICK_MS = 15_000

interface Hub {
  watchers: Map<string, Set<Watcher>>
  owners: Map<string, number>
  count: number
  timer: NodeJS.Timeout | null
}

// Development servers load modules again and again; streams must not be forgotten.
const kept = globalThis as typeof globalThis & { certdeskHub?: Hub }

function hub(): Hub {
  if (kept.certdeskHub) return kept.certdeskHub
  const state: Hub = { watchers: new Map(), owners: new Map(), count: 0, timer: null }
  kept.certdeskHub = state
  subscribe({
    onChange(kind, id) {
      for (const watcher of state.watchers.get(`${kind}:${id}`) ?? []) watcher.changed()
    },
    onGap() {
      for (const set of state.watchers.values()) for (const watcher of set) watcher.changed()
    },
  })
  return state
}

/** @returns a function that ends the watch, or why there is no room. */
export function watch(watcher: Watcher): (() => void) | 'too_many_of_owner' | 'too_many' {
  const state = hub()
  const mine = state.owners.get(watcher.owner) ?? 0
  if (mine >= (watcher.owner.startsWith('token:') ? MAX_STREAMS.perToken : MAX_STREAMS.perPerson)) return 'too_many_of_owner'
  if (state.count >= MAX_STREAMS.perProcess) return 'too_many'
  const set = state.watchers.get(watcher.topic) ?? new Set()
  state.watchers.set(watcher.topic, set.add(watcher))
  state.owners.set(watcher.owner, mine + 1)
  state.count += 1
  state.timer ??= setInterval(() => tickAll(state), TICK_MS).unref()
  return () => {
    if (!set.delete(watcher)) return
    if (set.size === 0) state.watchers.delete(watcher.topic)
    const left = (state.owners.get(watcher.owner) ?? 1) - 1
    if (left > 0) state.owners.set(watcher.owner, left)
    else state.owners.delete(watcher.owner)
    state.count -= 1
  }
}

function tickAll(state: Hub): void {
  for (const set of [...state.watchers.values()]) for (const watcher of [...set]) watcher.tick()
}

/** Open streams of this process, for the metrics. */
export const streamCount = (): number => kept.certdeskHub?.count ?? 0
