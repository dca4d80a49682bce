/** A button does something; what goes somewhere is a link (button-link.tsx looks the same). */
import { cva, type VariantProps } from 'class-variance-authority'
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

export type ButtonLook = VariantProps<typeof buttonVariants>

export function Button({ className, variant, size, type = 'button', ...props }: ComponentProps<'button'> & ButtonLook) {
  return <button type={type} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
