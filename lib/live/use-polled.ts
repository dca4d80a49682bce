'use client'
/**
 * Something that is asked for again every so often while a page waits for it, for pages that have no stream. What the server said with the
 * page comes first; a request that fails is tried again, and only many in a row are said.
 */
import { useEffect, useState } from 'react'

const FAILURES_SAID = 4

export interface Polled<T> {
  data: T | null
  /** The portal could not be reached for a while. */
  failed: boolean
}

/**
 * @param address null: nothing is asked
 * @param initial what is known for that address already
 * @param everyMs pause before the next question; null: what came is final
 */
export function usePolled<T>(address: string | null, initial: T | null, everyMs: (data: T | null) => number | null): Polled<T> {
  const [seen, setSeen] = useState<{ address: string; data: T } | null>(null)
  const [failures, setFailures] = useState(0)
  const data = seen !== null && seen.address === address ? seen.data : initial
  const pauseMs = address === null ? null : everyMs(data)
  useEffect(() => {
    if (address === null || pauseMs === null) return
    const controller = new AbortController()
    const { signal } = controller
    const ask = async (): Promise<void> => {
      while (!signal.aborted) {
        await new Promise((next) => setTimeout(next, pauseMs))
        if (signal.aborted) return
        try {
          const response = await fetch(address, { cache: 'no-store', signal })
          if (!response.ok) throw new Error(`HTTP ${response.status}`)
          const next = (await response.json()) as T
          if (signal.aborted) return
          setFailures(0)
          setSeen({ address, data: next })
        } catch {
          // Also when the page goes away; then nobody hears it.
          if (!signal.aborted) setFailures((before) => before + 1)
        }
      }
    }
    void ask()
    return () => controller.abort()
  }, [address, pauseMs])
  return { data, failed: failures >= FAILURES_SAID }
}
