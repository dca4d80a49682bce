/** The device around the screen: drawn on a wide window, gone on a narrow one, where the window is the phone. */
import type { ReactNode } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { phone as text } from '#lib/messages/phone.ts'

export function PhoneFrame({ status, children }: { status: string; children: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col bg-background sm:h-[min(800px,calc(100dvh-4rem))] sm:w-[402px] sm:flex-none sm:overflow-hidden sm:rounded-[3.25rem] sm:border-[10px] sm:border-[oklch(0.2_0.01_262)] sm:shadow-popover sm:outline-1 sm:outline-[oklch(0.5_0.01_262)] sm:dark:border-[oklch(0.32_0.012_262)]">
      <div aria-hidden="true" className="hidden justify-center pt-2.5 sm:flex">
        <span className="h-6 w-28 rounded-full bg-[oklch(0.2_0.01_262)] dark:bg-[oklch(0.1_0.01_262)]" />
      </div>
      <p className="flex items-center justify-center gap-1.5 px-4 py-2.5 font-medium text-muted-foreground text-sm">
        <Icon name="smartphone" />
        {text.title}
      </p>
      <p role="status" className="sr-only">
        {status}
      </p>
      <main className="flex min-h-0 flex-1 flex-col overflow-y-auto px-5 pt-2 pb-6">{children}</main>
      <span aria-hidden="true" className="mx-auto mb-2 hidden h-1 w-32 shrink-0 rounded-full bg-foreground/25 sm:block" />
    </div>
  )
}
