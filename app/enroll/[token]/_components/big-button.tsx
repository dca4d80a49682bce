'use client'
import type { ReactNode } from 'react'
import { useReady } from '#components/enrollment/use-ready.ts'
import { Icon } from '#components/ui/icon.tsx'

export const bigButtonClass =
  'inline-flex min-h-13 w-full items-center justify-center gap-2.5 rounded-lg bg-primary px-6 py-3 text-center font-semibold text-lg text-primary-foreground hover:bg-primary-hover disabled:opacity-60 sm:w-auto sm:min-w-56'

/** The one thing to do on this screen. Cannot be pressed twice while it is being done. */
export function BigButton({ busy, onClick, children }: { busy: boolean; onClick: () => void; children: ReactNode }) {
  const ready = useReady()
  return (
    <button type="button" onClick={onClick} disabled={busy || !ready} aria-busy={busy || undefined} className={bigButtonClass}>
      {busy && <Icon name="loader-circle" className="size-5 animate-spin" />}
      {children}
    </button>
  )
}
