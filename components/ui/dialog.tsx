'use client'
/**
 * A modal dialog on the browser's own <dialog>: it makes the rest inert, keeps the focus inside, closes on Escape and gives the focus
 * back, without a library. While `busy` it cannot be left, so that nobody closes a question that is being answered.
 */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { common } from '#lib/messages/common.ts'
import { cn } from './cn.ts'
import { Icon } from './icon.tsx'

export function Dialog({
  open,
  onClose,
  title,
  description,
  busy = false,
  wide = false,
  children,
}: {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  busy?: boolean
  wide?: boolean
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Layout, so that it is closed before it is taken off the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    if (!element || !open) return
    if (!element.open) element.showModal()
    return () => element.close()
  }, [open])
  if (!open) return null
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, by the browser
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault()
        if (!busy) onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !busy) onClose()
      }}
      className={cn(
        'm-auto max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] overflow-y-auto rounded-xl border bg-popover p-0 text-popover-foreground shadow-popover',
        wide ? 'max-w-2xl' : 'max-w-md',
      )}
    >
      <div className="flex items-start justify-between gap-3 px-5 pt-4">
        <div className="min-w-0">
          <h2 id={`${id}-title`} className="foreign font-semibold text-lg">
            {title}
          </h2>
          {description && (
            <p id={`${id}-description`} className="foreign mt-0.5 text-muted-foreground">
              {description}
            </p>
          )}
        </div>
        <button
          type="button"
          aria-label={common.close}
          disabled={busy}
          onClick={onClose}
          className="-mr-1.5 inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
        >
          <Icon name="x" />
        </button>
      </div>
      <div className="px-5 pt-3 pb-5">{children}</div>
    </dialog>
  )
}

/** The buttons at the bottom of a dialog, the one that does it last. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>
}
