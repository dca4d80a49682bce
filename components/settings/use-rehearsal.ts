/**
 * A rehearsal from the browser's side: begun by an action, then asked after until it is finished. What was rehearsed is remembered as text, so
 * that a later change of the form makes the outcome stale.
 */
import { useEffect, useState, useTransition } from 'react'
import type { RehearsalResult, RehearsalWish } from '#lib/core/enrollment/rehearsal.ts'
import { common } from '#lib/messages/common.ts'
import { rehearsalMessages as words } from '#lib/messages/rehearsal.ts'

export type StartRehearsal = (
  wish: RehearsalWish,
) => Promise<{ ok: true; value: { id: string; changes: string[] } } | { ok: false; message: string }>

export interface RehearsalProgress {
  done: number
  total: number | null
  finished: boolean
  result: RehearsalResult | null
  failure: string | null
}

export interface RunningRehearsal extends RehearsalProgress {
  id: string
  /** What would change, in words. */
  changes: string[]
  /** The wish as text. */
  of: string
}

const ASK_AGAIN_MS = 400

export function useRehearsal(start: StartRehearsal) {
  const [running, setRunning] = useState<RunningRehearsal | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [starting, startTransition] = useTransition()
  const id = running?.id ?? null
  const finished = running?.finished ?? true

  useEffect(() => {
    if (id === null || finished) return
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout>
    const ask = async () => {
      const progress = await readProgress(id, stop.signal)
      if (stop.signal.aborted) return
      if (typeof progress === 'string') setProblem(progress)
      else setRunning((known) => (known?.id === id ? { ...known, ...progress } : known))
      timer = setTimeout(ask, ASK_AGAIN_MS)
    }
    void ask()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [id, finished])

  const begin = (wish: RehearsalWish, of: string) =>
    startTransition(async () => {
      setProblem(null)
      const begun = await start(wish).catch(() => ({ ok: false as const, message: common.noConnection }))
      if (!begun.ok) return setProblem(begun.message)
      setRunning({ ...begun.value, of, done: 0, total: null, finished: false, result: null, failure: null })
    })
  return { running, problem, busy: starting || !finished, begin }
}

/** A sentence where it could not be read: it is asked again. */
async function readProgress(id: string, signal: AbortSignal): Promise<RehearsalProgress | string> {
  try {
    const response = await fetch(`/api/desk/rehearsals/${id}`, {
      signal,
      cache: 'no-store',
      headers: { accept: 'application/json' },
    })
    return response.ok ? ((await response.json()) as RehearsalProgress) : words.failed
  } catch {
    return common.noConnection
  }
}
