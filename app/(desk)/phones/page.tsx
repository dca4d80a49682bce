import type { Metadata } from 'next'
import Link from 'next/link'
import { z } from 'zod'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { daysUntil, Expiry } from '#components/ui/expiry.tsx'
import { ListFrame, ListToolbar } from '#components/ui/list-page.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { SortHeader } from '#components/ui/sort-header.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import type { PhoneRow } from '#lib/core/views.ts'
import { PAGE_SIZE } from '#lib/data/list-page.ts'
import { listPhones } from '#lib/data/phones.ts'
import { common } from '#lib/messages/common.ts'
import { phones as words } from '#lib/messages/phones.ts'
import { oneOfParam, pageParam, type SearchParams, textParam } from '../search-params.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/phones'
const params = z.object({ q: textParam, sort: oneOfParam(['-contact', 'contact', '-created']), page: pageParam })

export default async function PhonesPage({ searchParams }: { searchParams: SearchParams }) {
  const { page, ...query } = params.parse(await searchParams)
  const grant = await requireGrant('user:read')
  const result = await listPhones(grant, { ...query, page })
  return (
    <>
      <PageHeader title={words.title} />
      <ListToolbar>
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
      </ListToolbar>
      <ListFrame
        path={PATH}
        params={query}
        page={page}
        pageSize={PAGE_SIZE}
        result={result}
        empty={{
          icon: 'smartphone',
          title: words.emptyTitle,
          text: words.emptyText,
          action: <ButtonLink href="/users">{words.start}</ButtonLink>,
        }}
        none={{ title: words.noneTitle, text: words.noneText(query.q), clear: words.clearSearch }}
      >
        <PhoneTable phones={result.items} sorting={{ path: PATH, params: query, sort: query.sort ?? '-contact' }} />
      </ListFrame>
    </>
  )
}

function PhoneTable({
  phones,
  sorting,
}: {
  phones: readonly PhoneRow[]
  sorting: { path: string; params: Record<string, string | undefined>; sort: string }
}) {
  const { columns } = words
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <TableHead className="w-[24%] max-sm:w-auto">{columns.phone}</TableHead>
          <TableHead className="w-[13%] max-lg:hidden">{columns.system}</TableHead>
          <TableHead className="w-[22%] max-sm:w-auto">{columns.person}</TableHead>
          <TableHead className="w-[15%] max-xl:hidden">{columns.profile}</TableHead>
          <TableHead className="w-26 text-right max-md:hidden">{columns.certificates}</TableHead>
          <TableHead className="w-44 max-sm:hidden">{columns.expiry}</TableHead>
          <SortHeader {...sorting} column="contact" className="w-32 max-md:hidden">
            {columns.contact}
          </SortHeader>
        </tr>
      </TableHeader>
      <TableBody>
        {phones.map((phone) => {
          const person = `/users/${encodeURIComponent(phone.user.userid)}`
          return (
            <TableRow key={phone.id}>
              <TableCell>
                <Link
                  href={`${person}#phone-${phone.id}`}
                  prefetch={false}
                  title={phone.name}
                  className="foreign-line block font-medium hover:text-link hover:underline"
                >
                  {phone.name || words.unnamed}
                </Link>
                <span className="foreign-line block text-muted-foreground text-xs" title={phone.model}>
                  {phone.model}
                </span>
              </TableCell>
              <TableCell className="foreign-line max-lg:hidden" title={phone.operatingSystem}>
                {phone.operatingSystem}
              </TableCell>
              <TableCell>
                <Link
                  href={person}
                  prefetch={false}
                  title={phone.user.name}
                  className="foreign-line block hover:text-link hover:underline"
                >
                  {phone.user.name}
                </Link>
                <span className="foreign-line block text-muted-foreground text-xs">{phone.user.userid}</span>
              </TableCell>
              <TableCell className="foreign-line max-xl:hidden" title={phone.profileName}>
                {phone.profileName}
              </TableCell>
              <TableCell className="text-right tabular-nums max-md:hidden">{phone.activeCertificates}</TableCell>
              <TableCell className="whitespace-nowrap max-sm:hidden">
                {phone.soonestExpiry ? (
                  <Expiry at={phone.soonestExpiry} daysLeft={daysUntil(phone.soonestExpiry)} />
                ) : (
                  <span className="text-muted-foreground">{common.none}</span>
                )}
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted-foreground max-md:hidden">
                <RelativeTime at={phone.lastContactAt} />
              </TableCell>
            </TableRow>
          )
        })}
      </TableBody>
    </Table>
  )
}
