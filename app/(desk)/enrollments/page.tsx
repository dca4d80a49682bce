import type { Metadata } from 'next'
import Link from 'next/link'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { FilterLinks } from '#components/ui/filter-links.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { ListFrame, ListToolbar } from '#components/ui/list-page.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { type ListParams, listUrl } from '#components/ui/list-url.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { SortHeader } from '#components/ui/sort-header.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import type { EnrollmentRow } from '#lib/core/views.ts'
import { listEnrollments } from '#lib/data/enrollments.ts'
import { PAGE_SIZE } from '#lib/data/list-page.ts'
import { common } from '#lib/messages/common.ts'
import { enrollmentList as words } from '#lib/messages/enrollment-list.ts'
import { enrollments } from '#lib/messages/enrollments.ts'
import type { SearchParams } from '../search-params.ts'
import { enrollmentListParams, STATE_FILTERS, type StateFilter } from './schema.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/enrollments'

export default async function EnrollmentsPage({ searchParams }: { searchParams: SearchParams }) {
  const { page, ...query } = enrollmentListParams.parse(await searchParams)
  const grant = await requireGrant('enrollment:read')
  const result = await listEnrollments(grant, {
    q: query.q,
    state: query.state && STATE_FILTERS[query.state],
    withinHours: query.hours,
    sort: query.sort,
    page,
  })
  const newButton = may(grant.actor, 'enrollment:manage') && (
    <ButtonLink href="/enrollments/new">
      <Icon name="plus" className="size-3.5" />
      {enrollments.new}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={words.title} actions={newButton} />
      <ListToolbar>
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
        <FilterLinks
          label={words.filterLabel}
          path={PATH}
          params={query}
          name="state"
          value={query.state}
          options={[
            { value: undefined, label: words.filters.all },
            ...(Object.keys(STATE_FILTERS) as StateFilter[]).map((value) => ({ value, label: words.filters[value] })),
          ]}
        />
        {query.hours && (
          <Link
            href={listUrl(PATH, query, { hours: undefined })}
            prefetch={false}
            className="inline-flex h-8 items-center gap-1.5 rounded-md border bg-card px-2.5 text-sm hover:bg-accent"
          >
            {words.within(query.hours)}
            <Icon name="x" className="size-3.5" />
            <span className="sr-only">{common.clear}</span>
          </Link>
        )}
      </ListToolbar>
      <ListFrame
        path={PATH}
        params={query}
        page={page}
        pageSize={PAGE_SIZE}
        result={result}
        empty={{ icon: 'qr-code', title: words.emptyTitle, text: words.emptyText, action: newButton }}
        none={{ title: words.noneFoundTitle, text: words.noneFoundText, clear: common.showAll }}
      >
        <EnrollmentTable rows={result.items} params={query} sort={query.sort ?? '-created'} />
      </ListFrame>
    </>
  )
}

function EnrollmentTable({ rows, params, sort }: { rows: readonly EnrollmentRow[]; params: ListParams; sort: string }) {
  const sorting = { path: PATH, params, sort }
  const { columns } = words
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <TableHead className="w-[22%] max-sm:w-auto">{columns.person}</TableHead>
          <TableHead className="w-48 max-sm:w-42">{columns.state}</TableHead>
          <TableHead className="w-[16%] max-lg:hidden">{columns.profile}</TableHead>
          <TableHead className="max-md:hidden">{columns.phone}</TableHead>
          <TableHead className="w-[15%] max-xl:hidden">{columns.startedBy}</TableHead>
          <SortHeader {...sorting} column="created" className="w-28 max-sm:hidden">
            {columns.created}
          </SortHeader>
          <SortHeader {...sorting} column="changed" className="w-28 max-lg:hidden">
            {columns.changed}
          </SortHeader>
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.id}>
            <TableCell>
              <Link
                href={`${PATH}/${row.id}`}
                prefetch={false}
                className="foreign-line block font-medium hover:text-link hover:underline"
                title={row.user.name}
              >
                {row.user.name}
              </Link>
              <span className="foreign-line block text-muted-foreground text-xs">{row.user.userid}</span>
            </TableCell>
            <TableCell>
              <EnrollmentStateBadge state={row.state} />
              <span className="block text-muted-foreground text-xs sm:hidden">
                <RelativeTime at={row.createdAt} />
              </span>
            </TableCell>
            <TableCell className="foreign-line max-lg:hidden">{row.profile.title}</TableCell>
            <TableCell
              className="foreign-line max-md:hidden"
              title={row.device ? `${row.device.name} · ${row.device.model}` : undefined}
            >
              {row.device ? row.device.name : <span className="text-muted-foreground">{common.none}</span>}
            </TableCell>
            <TableCell className="foreign-line text-muted-foreground max-xl:hidden" title={row.startedByName}>
              {row.startedByName}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground max-sm:hidden">
              <RelativeTime at={row.createdAt} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground max-lg:hidden">
              <RelativeTime at={row.stateChangedAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
