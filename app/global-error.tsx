'use client'
/** The root layout itself failed: its own <html>, without fonts or cookies. */
import { ErrorView } from '#components/shell/error-view.tsx'
import { errorPage } from '#lib/messages/error-page.ts'
import './globals.css'

export default function GlobalError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>{errorPage.title}</title>
        <main className="px-4">
          <ErrorView error={error} retry={retry} />
        </main>
      </body>
    </html>
  )
}
