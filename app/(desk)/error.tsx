'use client'
import { ErrorView } from '#components/shell/error-view.tsx'

/** Inside the frame, so that navigation and search still work. */
export default function DeskError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <ErrorView error={error} retry={retry} />
}
