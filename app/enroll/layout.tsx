/** The self-service pages: no account, no navigation, large text. Their addresses hold a secret, so they are told to nobody. */
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { common } from '#lib/messages/common.ts'
import { enroll as words } from '#lib/messages/enroll.ts'

export const metadata: Metadata = {
  title: words.title,
  robots: { index: false, follow: false, nocache: true },
  referrer: 'no-referrer',
}

export default function EnrollLayout({ children }: { children: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-xl flex-col px-4 py-6 text-lg sm:py-10">
      <p className="mb-6 font-semibold text-base text-muted-foreground tracking-tight">{common.product}</p>
      <main className="flex-1">{children}</main>
      <footer className="mt-10 border-t pt-4 text-base text-muted-foreground">
        <p>{words.help}</p>
        <noscript>
          <p className="mt-2 font-medium text-foreground">{words.noScript}</p>
        </noscript>
      </footer>
    </div>
  )
}
