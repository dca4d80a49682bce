/** A button as wide as the phone, for a thumb. */
import type { ComponentProps } from 'react'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'

export function PhoneButton({ className, variant = 'default', ...props }: ComponentProps<typeof Button>) {
  return <Button size="lg" variant={variant} className={cn('w-full', className)} {...props} />
}
