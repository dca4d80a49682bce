import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** Name and value, side by side on wide screens. */
export function DescriptionList({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <dl className={cn('grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-[minmax(7rem,auto)_1fr] sm:gap-y-1.5', className)}>
      {children}
    </dl>
  )
}

export function Description({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted-foreground text-sm leading-6">{term}</dt>
      <dd className="foreign -mt-2 min-w-0 text-base leading-6 sm:mt-0">{children}</dd>
    </div>
  )
}
