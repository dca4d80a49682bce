'use client'
import type { ReactNode } from 'react'
import { useReady } from '#components/enrollment/use-ready.ts'
import { Icon } from '#components/ui/icon.tsx'

const SHAPE =
  'inline-flex min-h-13 w-full items-center justify-center gap-2.5 rounded-lg px-6 py-3 text-center font-semibold text-lg disabled:opacity-60 sm:w-auto sm:min-w-56'
export const bigButtonClass = `${SHAPE} bg-primary text-primary-foreground hover:bg-primary-hover`
const quietClass = `${SHAPE} border border-input bg-background hover:bg-muted`

interface Props {
  busy: boolean
  /** The other answer, where a question has two. */
  quiet?: boolean
  onClick: () => void
  children: ReactNode
}

/** The one thing to do on this screen. Cannot be pressed twice while it is being done. */
export function BigButton({ busy, quiet = false, onClick, children }: Props) {
  const ready = useReady()
  return (
    <button
      type="button"
      onClick={onClick}
      disabled={busy || !ready}
      aria-busy={busy || undefined}
      className={quiet ? quietClass : bigButtonClass}
    >
      {busy && <Icon name="loader-circle" className="size-5 animate-spin" />}
      {children}
    </button>
  )
}
