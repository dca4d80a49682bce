import type { Metadata } from 'next'
import Link from 'next/link'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { daysUntil, Expiry } from '#components/ui/expiry.tsx'
import { FilterLinks } from '#components/ui/filter-links.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { ListFrame, ListToolbar } from '#components/ui/list-page.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SortHeader } from '#components/ui/sort-header.tsx'
import { UserStatusBadge } from '#components/ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import type { UserRow } from '#lib/core/views.ts'
import { PAGE_SIZE } from '#lib/data/list-page.ts'
import { listUsers } from '#lib/data/users.ts'
import { common } from '#lib/messages/common.ts'
import { users as words } from '#lib/messages/users.ts'
import type { SearchParams } from '../search-params.ts'
import { userListParams } from './schema.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/users'

export default async function UsersPage({ searchParams }: { searchParams: SearchParams }) {
  const { page, ...query } = userListParams.parse(await searchParams)
  const grant = await requireGrant('user:read')
  const result = await listUsers(grant, { ...query, page })
  const newUser = may(grant.actor, 'user:manage') && (
    <ButtonLink href={`${PATH}/new`} variant="outline">
      <Icon name="plus" />
      {words.new}
    </ButtonLink>
  )
  const { filters } = words
  return (
    <>
      <PageHeader title={words.title} actions={newUser} />
      <ListToolbar>
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
        <FilterLinks
          label={words.filter}
          path={PATH}
          params={query}
          name="status"
          value={query.status}
          options={[
            { value: undefined, label: filters.all },
            { value: 'active', label: filters.active },
            { value: 'disabled', label: filters.disabled },
          ]}
        />
      </ListToolbar>
      <ListFrame
        path={PATH}
        params={query}
        page={page}
        pageSize={PAGE_SIZE}
        result={result}
        empty={{ icon: 'users', title: words.emptyTitle, text: words.emptyText, action: newUser }}
        none={{ title: words.noneTitle, text: query.q ? words.noneText(query.q) : words.noneFiltered, clear: words.clearSearch }}
      >
        <UserTable users={result.items} query={query} />
      </ListFrame>
    </>
  )
}

function UserTable({ users, query }: { users: readonly UserRow[]; query: { q: string; sort?: string | undefined } }) {
  const { columns } = words
  const sorting = { path: PATH, params: query, sort: query.sort ?? 'name' }
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <SortHeader {...sorting} column="name" className="w-[21%] max-sm:w-auto">
            {columns.name}
          </SortHeader>
          <SortHeader {...sorting} column="userid" className="w-[16%] max-sm:hidden max-xl:w-[20%]">
            {columns.userid}
          </SortHeader>
          <TableHead className="w-[19%] max-xl:hidden">{columns.email}</TableHead>
          <TableHead className="w-[13%] max-lg:hidden">{columns.department}</TableHead>
          <TableHead className="w-18 text-right max-sm:hidden">{columns.phones}</TableHead>
          <TableHead className="w-42 max-sm:w-34">{columns.expiry}</TableHead>
          <TableHead className="w-25 max-md:hidden">{columns.status}</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {users.map((user) => (
          <TableRow key={user.id}>
            <TableCell>
              <Link
                href={`${PATH}/${encodeURIComponent(user.userid)}`}
                prefetch={false}
                title={user.name}
                className="foreign-line block font-medium hover:text-link hover:underline"
              >
                {user.name}
              </Link>
              <span className="foreign-line block text-muted-foreground text-xs sm:hidden">{user.userid}</span>
            </TableCell>
            <TableCell className="foreign-line text-muted-foreground max-sm:hidden" title={user.userid}>
              {user.userid}
            </TableCell>
            <TableCell className="foreign-line text-muted-foreground max-xl:hidden" title={user.email ?? undefined}>
              {user.email ?? common.none}
            </TableCell>
            <TableCell className="foreign-line text-muted-foreground max-lg:hidden" title={user.department ?? undefined}>
              {user.department ?? common.none}
            </TableCell>
            <TableCell className="text-right tabular-nums max-sm:hidden">
              {user.phones === 0 ? <span className="text-muted-foreground">0</span> : user.phones}
            </TableCell>
            <TableCell className="whitespace-nowrap">
              {user.soonestExpiry ? (
                <Expiry at={user.soonestExpiry} daysLeft={daysUntil(user.soonestExpiry)} />
              ) : (
                <span title={words.noCertificate} className="text-muted-foreground">
                  {common.none}
                </span>
              )}
            </TableCell>
            <TableCell className="max-md:hidden">
              <UserStatusBadge status={user.status} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
