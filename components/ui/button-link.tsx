/** A link that looks like a button. Apart from button.tsx, because pages without such links need not load next/link for their buttons. */
import Link from 'next/link'
import type { ComponentProps } from 'react'
import { type ButtonLook, buttonVariants } from './button.tsx'
import { cn } from './cn.ts'

export function ButtonLink({ className, variant, size, prefetch = false, ...props }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link prefetch={prefetch} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
