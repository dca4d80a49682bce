import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** 16 px on narrow screens: smaller, and phones zoom the page in on focus. */
export const fieldClass =
  'w-full min-w-0 rounded-md border border-input bg-card px-2.5 text-base text-foreground transition-colors max-sm:text-lg disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-destructive'

export function Input({ className, type = 'text', ...props }: ComponentProps<'input'>) {
  return <input type={type} className={cn('h-8', fieldClass, className)} {...props} />
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn('min-h-16 py-1.5', fieldClass, className)} {...props} />
}
