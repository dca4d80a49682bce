'use client'
import * as Primitive from 'radix-ui/dropdown-menu'
/** A menu of actions ("…"). Load it lazily on list pages; few actions stand as buttons instead. */
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export const DropdownMenu = Primitive.Root
export const DropdownMenuTrigger = Primitive.Trigger

export function DropdownMenuContent({
  className,
  sideOffset = 4,
  align = 'end',
  ...props
}: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={sideOffset}
        align={align}
        className={cn('z-50 min-w-40 rounded-md border bg-popover p-1 text-popover-foreground shadow-popover', className)}
        {...props}
      />
    </Primitive.Portal>
  )
}

export function DropdownMenuItem({
  className,
  destructive = false,
  ...props
}: ComponentProps<typeof Primitive.Item> & { destructive?: boolean }) {
  return (
    <Primitive.Item
      className={cn(
        'flex h-7 cursor-pointer select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-disabled:pointer-events-none data-highlighted:bg-accent data-disabled:opacity-55',
        destructive && 'text-destructive',
        className,
      )}
      {...props}
    />
  )
}

export function DropdownMenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-border" />
}
