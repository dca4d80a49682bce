'use client'
import { ErrorView } from '#components/shell/error-view.tsx'

export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <main className="px-4">
      <ErrorView error={error} retry={retry} />
    </main>
  )
}
