'use client'
/**
 * Calls `onChange` whenever the stream at `url` says "changed": once when connected, after every change, and after every reconnection
 * (what was missed meanwhile is not replayed; the state is read again). While the stream is down, or refused, `onChange` is called every few
 * seconds instead, so that the page stays true, and the stream is tried again.
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
    let source: EventSource | undefined
    let poll: ReturnType<typeof setInterval> | undefined

    const listen = (): void => {
      source = new EventSource(url)
      source.addEventListener('changed', () => {
        clearInterval(poll)
        poll = undefined
        callback.current()
      })
      source.addEventListener('error', () => {
        poll ??= setInterval(lookAgain, POLL_MS)
      })
    }
    const lookAgain = (): void => {
      callback.current()
      // A browser comes back by itself after a broken connection, but gives up for good after an answer like 503.
      if (source?.readyState === EventSource.CLOSED) listen()
    }
    listen()
    return () => {
      clearInterval(poll)
      source?.close()
    }
  }, [url])
}
