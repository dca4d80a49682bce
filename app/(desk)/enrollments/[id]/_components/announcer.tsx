'use client'
/**
 * Says a change of state to screen readers, and catches the focus when what had it has gone with the old state (a button that is no more):
 * it goes to the headline, never anywhere while somebody is doing something.
 */
import { useEffect, useRef, useState } from 'react'

export function Announcer({ text }: { text: string }) {
  const shown = useRef(text)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (shown.current === text) return
    shown.current = text
    setSaid(text)
    if (document.activeElement === null || document.activeElement === document.body)
      document.getElementById('enrollment-headline')?.focus()
  }, [text])
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {said}
    </p>
  )
}
