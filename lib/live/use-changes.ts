'use client'
/**
 * Calls `onChange` whenever the stream at `url` says "changed": once when connected, after every change, and after every reconnection
 * (what was missed meanwhile is not replayed; the state is read again). While the stream is down, or refused, `onChange` is
 * called every few seconds instead, so that the page stays true.
 */
import { useEffect, useRef } from 'react'

const POLL_MS = 5_000

export function useChanges(url: string | null, onChange: () => void): void {
  const callback = useRef(onChange)
  useEffect(() => {
    callback.current = onChange
  }, [onChange])

  useEffect(() => {
    if (url === null) return
    let poll: ReturnType<typeof setInterval> | undefined
    const stopPolling = (): void => {
      clearInterval(poll)
      poll = undefined
    }
    const source = new EventSource(url)
    source.addEventListener('changed', () => {
      stopPolling()
      callback.current()
    })
    source.addEventListener('error', () => {
      poll ??= setInterval(() => callback.current(), POLL_MS)
    })
    return () => {
      stopPolling()
      source.close()
    }
  }, [url])
}
