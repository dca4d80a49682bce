/** Buttons, and links that look like them. A button does something; a link goes somewhere: never the other way round. */
import { cva, type VariantProps } from 'class-variance-authority'
import Link from 'next/link'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export const buttonVariants = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors disabled:pointer-events-none disabled:opacity-55 aria-disabled:pointer-events-none aria-disabled:opacity-55',
  {
    variants: {
      variant: {
        default: 'border-transparent bg-primary text-primary-foreground shadow-card hover:bg-primary-hover',
        outline: 'border-border bg-card text-foreground shadow-card hover:bg-accent',
        secondary: 'border-transparent bg-secondary text-secondary-foreground hover:bg-accent',
        ghost: 'border-transparent text-foreground hover:bg-accent',
        destructive: 'border-transparent bg-destructive-solid text-destructive-foreground shadow-card hover:opacity-90',
        'destructive-outline': 'border-border bg-card text-destructive shadow-card hover:bg-destructive-soft',
        link: 'border-transparent text-link underline-offset-4 hover:underline',
      },
      size: {
        sm: 'h-7 px-2.5 text-sm',
        default: 'h-8 px-3 text-sm',
        lg: 'h-11 px-5 text-lg',
        icon: 'size-8 text-sm',
        'icon-sm': 'size-7 text-sm',
      },
    },
    defaultVariants: { variant: 'default', size: 'default' },
  },
)

type Look = VariantProps<typeof buttonVariants>

export function Button({ className, variant, size, type = 'button', ...props }: ComponentProps<'button'> & Look) {
  return <button type={type} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}

export function ButtonLink({ className, variant, size, prefetch = false, ...props }: ComponentProps<typeof Link> & Look) {
  return <Link prefetch={prefetch} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
