/** Tables: tight rows, header that says what is sorted, scrolling sideways inside their own frame on narrow screens. */
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** `fixed`: the columns' widths are those of their headings, and what is too long is cut: for lists, which must never be wider than the page. */
export function Table({
  className,
  label,
  fixed = false,
  ...props
}: ComponentProps<'table'> & { label: string; fixed?: boolean }) {
  return (
    // Scrolls sideways, so it must be reachable by keyboard: a named, focusable region.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable (axe: scrollable-region-focusable)
    <section aria-label={label} tabIndex={0} className="relative w-full overflow-x-auto focus-visible:outline-offset-[-2px]">
      <table
        aria-label={label}
        className={cn('w-full border-collapse text-left text-sm', fixed && 'table-fixed', className)}
        {...props}
      />
    </section>
  )
}

export function TableHeader({ className, ...props }: ComponentProps<'thead'>) {
  return <thead className={cn('border-b bg-muted/60 text-muted-foreground', className)} {...props} />
}

export function TableBody({ className, ...props }: ComponentProps<'tbody'>) {
  return <tbody className={cn('divide-y', className)} {...props} />
}

export function TableRow({ className, ...props }: ComponentProps<'tr'>) {
  return <tr className={cn('transition-colors hover:bg-accent/50', className)} {...props} />
}

export function TableHead({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn('h-8 truncate px-3 text-left font-medium text-xs first:ps-4 last:pe-4', className)}
      {...props}
    />
  )
}

export function TableCell({ className, ...props }: ComponentProps<'td'>) {
  return <td className={cn('h-9 px-3 py-1.5 align-middle first:ps-4 last:pe-4', className)} {...props} />
}
