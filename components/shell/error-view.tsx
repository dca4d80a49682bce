'use client'
/** What is shown when a page could not be made: what to do, and the reference under which the server wrote down why. */
import { Alert } from '#components/ui/alert.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { shell } from '#lib/messages/shell.ts'

export function ErrorView({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <div className="mx-auto max-w-xl py-12">
      <h1 className="mb-3 font-semibold text-xl tracking-tight">{shell.error.title}</h1>
      <Alert
        tone="destructive"
        actions={
          <>
            <Button size="sm" variant="outline" onClick={retry}>
              {shell.error.reload}
            </Button>
            {/* Not a client-side link: the page's scripts may be what is broken. */}
            <a href="/" className={buttonVariants({ variant: 'ghost', size: 'sm' })}>
              {shell.error.home}
            </a>
          </>
        }
      >
        <p>{shell.error.text}</p>
        {error.digest && (
          <p className="mt-1 text-sm">
            {shell.error.reference}: <Copyable value={error.digest} what={shell.error.reference.toLowerCase()} />
          </p>
        )}
      </Alert>
    </div>
  )
}
