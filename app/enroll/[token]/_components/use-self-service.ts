'use client'
/** Talks to ../../link/route.ts: one request that waits for news, ended by whatever the person presses, and begun again after it. */
import { useCallback, useEffect, useState } from 'react'
import type { SelfView } from '../../self-view.ts'

export type Wish = 'start' | 'new_code' | 'my_phone' | 'not_my_phone' | 'send_again'

const AGAIN_MS = 2_000
const WAITED_FOR = [
  'awaiting_approval',
  'requesting',
  'offered',
  'answered',
  'confirming',
  'issuing',
  'delivering',
  'undelivered',
]

async function ask(body: object, signal: AbortSignal): Promise<SelfView> {
  const response = await fetch('/enroll/link', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    signal,
  })
  const answer = (await response.json()) as SelfView & { detail?: string }
  if (!response.ok) throw new Error(answer.detail ?? '')
  return answer
}

export function useSelfService(token: string, initial: SelfView) {
  const [view, setView] = useState(initial)
  const [receivedAt, setReceivedAt] = useState<number | null>(null)
  const [busy, setBusy] = useState(false)
  /** A sentence; or '' when the portal could not be reached. */
  const [problem, setProblem] = useState<string | null>(null)

  const take = useCallback((next: SelfView) => {
    setView(next)
    setReceivedAt(Date.now())
    setProblem(null)
  }, [])

  const waiting = !busy && view.enrollment !== null && WAITED_FOR.includes(view.enrollment.state)
  useEffect(() => {
    if (!waiting) return
    const controller = new AbortController()
    const { signal } = controller
    const listen = async (): Promise<void> => {
      let seen = ''
      while (!signal.aborted) {
        try {
          const next = await ask({ token, wish: 'news', seen }, signal)
          seen = next.seen
          take(next)
        } catch {
          if (signal.aborted) return
          setProblem('')
          await new Promise((again) => setTimeout(again, AGAIN_MS))
        }
      }
    }
    void listen()
    return () => controller.abort()
  }, [waiting, token, take])

  const wish = useCallback(
    async (wanted: Wish) => {
      setBusy(true)
      setProblem(null)
      try {
        take(await ask({ token, wish: wanted }, AbortSignal.timeout(20_000)))
      } catch (error) {
        setProblem(error instanceof Error && error.name === 'Error' ? error.message : '')
      }
      setBusy(false)
    },
    [token, take],
  )

  return { view, receivedAt, busy, problem, wish }
}
