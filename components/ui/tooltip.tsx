'use client'
import * as Primitive from 'radix-ui/tooltip'
/** A hint on hover and focus, for pages that need more than the browser's own `title`. Heavy: not for lists. */
import type { ComponentProps, ReactNode } from 'react'

export function Tooltip({
  content,
  children,
  ...props
}: { content: ReactNode; children: ReactNode } & ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Provider delayDuration={250}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            sideOffset={5}
            className="z-50 max-w-xs rounded-md bg-foreground px-2 py-1 text-background text-xs shadow-popover"
            {...props}
          >
            {content}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  )
}
