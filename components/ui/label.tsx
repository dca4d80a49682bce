import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export function Label({ className, htmlFor, children, ...props }: ComponentProps<'label'> & { htmlFor: string }) {
  return (
    <label htmlFor={htmlFor} className={cn('block font-medium text-sm', className)} {...props}>
      {children}
    </label>
  )
}

/** A label, its field, and what is to be said about it. The field must carry `id`, and `aria-describedby={`${id}-note`}` when there is a note. */
export function Field({
  id,
  label,
  hint,
  error,
  className,
  children,
}: {
  id: string
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  className?: string
  children: ReactNode
}) {
  return (
    <div className={cn('space-y-1', className)}>
      <Label htmlFor={id}>{label}</Label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="text-destructive text-sm">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-muted-foreground text-sm">
            {hint}
          </p>
        )
      )}
    </div>
  )
}
