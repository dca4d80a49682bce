'use client'
/**
 * Now, by the server's clock: a countdown must not depend on the clock of the machine somebody happens to sit at.
 *
 * Each state read carries the server's time; the difference to ours at the moment it arrived, at its largest (least delay), is the offset.
 * Until the page has run once, "now" is the server's time itself, so that server and browser draw the same.
 */
import { useEffect, useRef, useState } from 'react'

/** @param receivedAt our clock when `serverTime` came, in ms; null while drawing on the server */
export function useServerOffset(serverTime: string, receivedAt: number | null): number {
  const best = useRef<number | null>(null)
  if (receivedAt !== null) {
    const offset = Date.parse(serverTime) - receivedAt
    if (best.current === null || offset > best.current) best.current = offset
  }
  return best.current ?? 0
}

/** Ticks while `running`; stands at `start` until the first tick. */
export function useNow(start: string, offsetMs: number, { running = true, everyMs = 1000 } = {}): number {
  const [now, setNow] = useState(() => Date.parse(start))
  useEffect(() => {
    if (!running) return
    const tick = () => setNow(Date.now() + offsetMs)
    tick()
    const timer = setInterval(tick, everyMs)
    return () => clearInterval(timer)
  }, [offsetMs, running, everyMs])
  return now
}

/** True once the moment has come, by the server's clock. One timer; no ticking. */
export function useReached(moment: string | null, start: string, offsetMs: number): boolean {
  const at = moment === null ? null : Date.parse(moment)
  const [reachedAt, setReachedAt] = useState<number | null>(null)
  useEffect(() => {
    if (at === null) return
    const timer = setTimeout(() => setReachedAt(at), Math.max(0, at - (Date.now() + offsetMs)))
    return () => clearTimeout(timer)
  }, [at, offsetMs])
  return at !== null && (reachedAt === at || at <= Date.parse(start))
}
