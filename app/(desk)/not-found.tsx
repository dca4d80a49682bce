import type { Metadata } from 'next'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { shell } from '#lib/messages/shell.ts'

export const metadata: Metadata = { title: shell.notFound.title }

/** Inside the frame: search is where one looks next. */
export default function DeskNotFound() {
  return (
    <>
      <h1 className="sr-only">{shell.notFound.title}</h1>
      <EmptyState
        icon="search"
        title={shell.notFound.title}
        actions={
          <ButtonLink href="/" variant="outline">
            {shell.notFound.home}
          </ButtonLink>
        }
      >
        {shell.notFound.text}
      </EmptyState>
    </>
  )
}
