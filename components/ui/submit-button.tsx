'use client'
/** The button that sends its form: shows that it is being sent, and cannot be pressed twice meanwhile. */
import type { ComponentProps } from 'react'
import { useFormStatus } from 'react-dom'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

export function SubmitButton({
  children,
  disabled,
  pending = false,
  ...props
}: ComponentProps<typeof Button> & { pending?: boolean }) {
  const form = useFormStatus()
  const busy = pending || form.pending
  return (
    <Button type="submit" {...props} disabled={disabled || busy} aria-busy={busy || undefined}>
      {busy && <Icon name="loader-circle" className="size-3.5 animate-spin" />}
      {children}
    </Button>
  )
}
