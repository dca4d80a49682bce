import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { FilterLinks } from '#components/ui/filter-links.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { type ListParams, listUrl } from '#components/ui/list-url.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { SortHeader } from '#components/ui/sort-header.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import type { EnrollmentRow } from '#lib/core/views.ts'
import { listEnrollments } from '#lib/data/enrollments.ts'
import { common } from '#lib/messages/common.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { listParamsSchema, STATE_FILTERS, type StateFilter } from './schema.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/enrollments'
const PAGE_SIZE = 50

export default async function EnrollmentsPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const grant = await requireGrant('enrollment:read')
  const query = listParamsSchema.parse(await searchParams)
  const params: ListParams = { q: query.q, state: query.state, hours: query.hours, sort: query.sort, page: query.page }
  const result = await listEnrollments(grant, {
    q: query.q,
    state: query.state && STATE_FILTERS[query.state],
    withinHours: query.hours,
    sort: query.sort,
    page: query.page,
    limit: PAGE_SIZE,
  })
  // A page past the end: a bookmark of a list that has become shorter.
  if (result.items.length === 0 && query.page > 1) redirect(listUrl(PATH, params, { page: 1 }))
  const filtered = Boolean(query.q || query.state || query.hours)
  const newButton = may(grant.actor, 'enrollment:manage') && (
    <ButtonLink href="/enrollments/new">
      <Icon name="plus" className="size-3.5" />
      {words.new}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={words.title} actions={newButton} />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
        <FilterLinks
          label={words.filterLabel}
          path={PATH}
          params={params}
          name="state"
          value={query.state}
          options={[
            { value: undefined, label: words.filters.all },
            ...(Object.keys(STATE_FILTERS) as StateFilter[]).map((value) => ({ value, label: words.filters[value] })),
          ]}
        />
        {query.hours && (
          <Link
            href={listUrl(PATH, params, { hours: undefined })}
            prefetch={false}
            className="inline-flex h-7 items-center gap-1.5 rounded-md border bg-card px-2.5 text-sm hover:bg-accent"
          >
            {words.within(query.hours)}
            <Icon name="x" className="size-3.5" />
            <span className="sr-only">{common.clear}</span>
          </Link>
        )}
      </div>
      <Card>
        {result.items.length === 0 ? (
          <EmptyState
            icon="qr-code"
            title={filtered ? words.noneFoundTitle : words.emptyTitle}
            actions={
              filtered ? (
                <ButtonLink href={PATH} variant="outline">
                  {common.showAll}
                </ButtonLink>
              ) : (
                newButton
              )
            }
          >
            {filtered ? words.noneFoundText : words.emptyText}
          </EmptyState>
        ) : (
          <>
            <EnrollmentTable rows={result.items} params={params} sort={query.sort ?? '-created'} />
            <Pagination
              path={PATH}
              params={params}
              page={query.page}
              pageSize={PAGE_SIZE}
              shown={result.items.length}
              total={result.total}
              capped={result.totalCapped}
            />
          </>
        )}
      </Card>
    </>
  )
}

function EnrollmentTable({ rows, params, sort }: { rows: readonly EnrollmentRow[]; params: ListParams; sort: string }) {
  return (
    <Table label={words.title}>
      <TableHeader>
        <tr>
          <TableHead>{words.columns.person}</TableHead>
          <TableHead>{words.columns.state}</TableHead>
          <TableHead>{words.columns.profile}</TableHead>
          <TableHead>{words.columns.phone}</TableHead>
          <TableHead>{words.columns.startedBy}</TableHead>
          <SortHeader path={PATH} params={params} column="created" sort={sort}>
            {words.columns.created}
          </SortHeader>
          <SortHeader path={PATH} params={params} column="changed" sort={sort}>
            {words.columns.changed}
          </SortHeader>
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.id} className="relative">
            <TableCell className="max-w-64">
              {/* The link covers the row: anywhere in it opens the enrolment. */}
              <Link
                href={`${PATH}/${row.id}`}
                prefetch={false}
                className="foreign-line block font-medium after:absolute after:inset-0 hover:text-link"
                title={row.user.name}
              >
                {row.user.name}
              </Link>
              <span className="block truncate font-mono text-muted-foreground text-xs">{row.user.userid}</span>
            </TableCell>
            <TableCell>
              <EnrollmentStateBadge state={row.state} />
            </TableCell>
            <TableCell className="max-w-44 truncate">{row.profile.title}</TableCell>
            <TableCell className="max-w-52">
              {row.device ? (
                <span className="foreign-line block" title={`${row.device.name} · ${row.device.model}`}>
                  {row.device.name}
                </span>
              ) : (
                <span className="text-muted-foreground">{common.none}</span>
              )}
            </TableCell>
            <TableCell className="foreign-line max-w-44 text-muted-foreground">{row.startedByName}</TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              <RelativeTime at={row.createdAt} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              <RelativeTime at={row.stateChangedAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
