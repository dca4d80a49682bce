'use client'
/**
 * What is shown when a page could not be made: what to do, and the reference under which the server wrote down why. Every page carries
 * this, so it is made of plain elements: no primitives, no next/link, no other words.
 */
import { errorPage } from '#lib/messages/error-page.ts'

const button = 'inline-flex h-8 items-center rounded-md border bg-card px-3 font-medium text-sm hover:bg-accent'

export function ErrorView({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <div role="alert" className="mx-auto max-w-xl py-12">
      <h1 className="font-semibold text-xl tracking-tight">{errorPage.title}</h1>
      <p className="mt-1">{errorPage.text}</p>
      {error.digest && (
        <p className="mt-2 text-muted-foreground text-sm">
          {errorPage.reference} <code className="select-all font-mono text-foreground">{error.digest}</code>
        </p>
      )}
      <p className="mt-4 flex gap-2">
        <button type="button" onClick={retry} className={button}>
          {errorPage.retry}
        </button>
        <a href="/" className={button}>
          {errorPage.home}
        </a>
      </p>
    </div>
  )
}
