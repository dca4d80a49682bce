/** The body of a list page: search and filters on one line, the table in its frame, what to say when there is nothing. */
import type { ReactNode } from 'react'
import { common } from '#lib/messages/common.ts'
import { ButtonLink } from './button-link.tsx'
import { Card } from './card.tsx'
import { EmptyState } from './empty-state.tsx'
import type { IconName } from './icon.tsx'
import { type ListParams, listUrl } from './list-url.ts'
import { Pagination } from './pagination.tsx'

export function ListToolbar({ children }: { children: ReactNode }) {
  return <div className="mb-3 flex flex-wrap items-center gap-2">{children}</div>
}

interface Empty {
  icon: IconName
  title: string
  text: string
  action?: ReactNode
}

/**
 * @param empty said when there is nothing at all
 * @param none said when there is nothing under this search and filter
 */
export function ListFrame({
  path,
  params,
  page,
  pageSize,
  result,
  empty,
  none,
  children,
}: {
  path: string
  /** What is in the address, without the page. */
  params: ListParams
  page: number
  pageSize: number
  result: { items: readonly unknown[]; total: number; totalCapped: boolean }
  empty: Empty
  none: { title: string; text: string; clear: string }
  children: ReactNode
}) {
  const narrowed = Object.entries(params).some(([name, value]) => name !== 'sort' && value !== undefined && value !== '')
  if (result.items.length > 0)
    return (
      <Card className="overflow-hidden">
        {children}
        <Pagination
          path={path}
          params={params}
          page={page}
          pageSize={pageSize}
          shown={result.items.length}
          total={result.total}
          capped={result.totalCapped}
        />
      </Card>
    )
  if (result.total > 0)
    return (
      <Card>
        <EmptyState
          icon="arrow-right"
          title={common.pagination.beyond}
          actions={
            <ButtonLink href={listUrl(path, params, { page: 1 })} variant="outline">
              {common.pagination.first}
            </ButtonLink>
          }
        />
      </Card>
    )
  if (narrowed)
    return (
      <Card>
        <EmptyState
          icon="search"
          title={none.title}
          actions={
            <ButtonLink href={path} variant="outline">
              {none.clear}
            </ButtonLink>
          }
        >
          {none.text}
        </EmptyState>
      </Card>
    )
  return (
    <Card>
      <EmptyState icon={empty.icon} title={empty.title} actions={empty.action}>
        {empty.text}
      </EmptyState>
    </Card>
  )
}
