import type { ComponentProps } from 'react'
import { cn } from './cn.ts'
import { Icon } from './icon.tsx'
import { fieldClass } from './input.tsx'

/** The browser's own list: works with every keyboard, screen reader and thumb, and costs no script. */
export function NativeSelect({ className, children, ...props }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative block', className)}>
      <select className={cn('h-8 appearance-none pr-8', fieldClass)} {...props}>
        {children}
      </select>
      <Icon name="chevron-down" className="pointer-events-none absolute top-2 right-2.5 text-muted-foreground" />
    </span>
  )
}
