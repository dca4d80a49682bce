import type { Metadata } from 'next'
import { buttonVariants } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { shell } from '#lib/messages/shell.ts'

export const metadata: Metadata = { title: shell.notFound.title }

/** Part of every page, so a plain link: next/link would be loaded everywhere for it. */
export default function NotFound() {
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <h1 className="sr-only">{shell.notFound.title}</h1>
      <EmptyState
        icon="search"
        title={shell.notFound.title}
        actions={
          <a href="/" className={buttonVariants({ variant: 'outline' })}>
            {shell.notFound.home}
          </a>
        }
      >
        {shell.notFound.text}
      </EmptyState>
    </main>
  )
}
