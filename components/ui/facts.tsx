import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** A few short facts side by side, each under its name; as many to a line as fit. */
export function Facts({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <dl className={cn('grid grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-x-6 gap-y-2.5', className)}>
      {children}
    </dl>
  )
}

export function Fact({ term, className, children }: { term: string; className?: string; children: ReactNode }) {
  return (
    <div className={cn('min-w-0', className)}>
      <dt className="text-muted-foreground text-xs">{term}</dt>
      <dd className="foreign min-h-6 text-base leading-6">{children}</dd>
    </div>
  )
}
