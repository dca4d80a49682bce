'use client'
/**
 * A moment. Rendered on the server (in UTC) and again in the browser, in its zone; all of them on a page share one timer.
 * Relative ones tick; hovering shows the absolute time with zone, and so does paper.
 */
import { useSyncExternalStore } from 'react'
import { formatAbsolute, formatDate, formatRelative } from './format-time.ts'

const TICK_MS = 20_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let tick = 0

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    tick += 1
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** −1 on the server and while hydrating: then the zone is UTC, as the server wrote it. */
const useTick = () =>
  useSyncExternalStore(
    subscribe,
    () => tick,
    () => -1,
  )

interface Props {
  /** ISO 8601 in UTC. */
  at: string
  className?: string
}

export function RelativeTime({ at, className }: Props) {
  const zone = useTick() < 0 ? 'UTC' : undefined
  const date = new Date(at)
  const exact = formatAbsolute(date, zone)
  return (
    <time dateTime={at} title={exact} data-exact={exact} className={className} suppressHydrationWarning>
      {formatRelative(date, new Date())}
    </time>
  )
}

/** The day, with the exact time on hover; `full` shows the exact time itself. */
export function AbsoluteTime({ at, full = false, className }: Props & { full?: boolean }) {
  const zone = useTick() < 0 ? 'UTC' : undefined
  const date = new Date(at)
  const exact = formatAbsolute(date, zone)
  return (
    <time dateTime={at} title={full ? formatRelative(date, new Date()) : exact} className={className} suppressHydrationWarning>
      {full ? exact : formatDate(date, zone)}
    </time>
  )
}
