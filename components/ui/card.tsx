import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export function Card({ className, ...props }: ComponentProps<'section'>) {
  return <section className={cn('rounded-lg border bg-card text-card-foreground shadow-card', className)} {...props} />
}

/** Title on the left, what can be done on the right. */
export function CardHeader({ className, children, actions }: { className?: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <header
      className={cn('flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1.5 border-b px-4 py-2', className)}
    >
      <div className="min-w-0">{children}</div>
      {actions && <div className="flex flex-wrap items-center gap-1.5">{actions}</div>}
    </header>
  )
}

export function CardTitle({ className, ...props }: ComponentProps<'h2'>) {
  return <h2 className={cn('font-semibold text-base', className)} {...props} />
}

export function CardDescription({ className, ...props }: ComponentProps<'p'>) {
  return <p className={cn('text-muted-foreground text-sm', className)} {...props} />
}

export function CardContent({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('px-4 py-3', className)} {...props} />
}

export function CardFooter({ className, ...props }: ComponentProps<'footer'>) {
  return <footer className={cn('flex flex-wrap items-center gap-2 border-t px-4 py-2.5', className)} {...props} />
}
