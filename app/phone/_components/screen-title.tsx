'use client'
/** The heading of a screen. It takes the focus when the screen appears, so that keyboard and screen reader stand where the eye does. */
import { type ReactNode, useEffect, useRef } from 'react'
import { cn } from '#components/ui/cn.ts'

export function ScreenTitle({
  children,
  quiet = false,
  className,
}: {
  children: ReactNode
  quiet?: boolean
  className?: string
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Not on the first screen of the page: there the reader begins at the top anyway.
    if (!quiet) heading.current?.focus()
  }, [quiet])
  return (
    <h1 ref={heading} tabIndex={-1} className={cn('text-balance font-semibold text-2xl tracking-tight outline-none', className)}>
      {children}
    </h1>
  )
}
