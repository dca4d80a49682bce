import type { Metadata } from 'next'
import Link from 'next/link'
import { CertificateStanding, ShortSerial } from '#components/certificate/state.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { FilterLinks } from '#components/ui/filter-links.tsx'
import { ListFrame, ListToolbar } from '#components/ui/list-page.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { listUrl } from '#components/ui/list-url.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { SortHeader } from '#components/ui/sort-header.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import type { CertificateRow } from '#lib/core/views.ts'
import { listCertificates } from '#lib/data/certificates.ts'
import { PAGE_SIZE } from '#lib/data/list-page.ts'
import { certificates as words } from '#lib/messages/certificates.ts'
import { common } from '#lib/messages/common.ts'
import type { SearchParams } from '../search-params.ts'
import { certificateListParams } from './schema.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/certificates'

export default async function CertificatesPage({ searchParams }: { searchParams: SearchParams }) {
  const { page, days: asked, ...rest } = certificateListParams.parse(await searchParams)
  const days = rest.status === 'expiring' ? asked : undefined
  // Who looks at what expires wants the first to expire first.
  const sort = rest.sort ?? (rest.status === 'expiring' ? 'expiry' : '-issued')
  const query = { ...rest, days }
  const grant = await requireGrant('certificate:read')
  const result = await listCertificates(grant, { ...query, sort, page })
  const { filters } = words
  return (
    <>
      <PageHeader title={words.title} />
      <ListToolbar>
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
        <FilterLinks
          label={words.filter}
          path={PATH}
          params={{ ...query, days: undefined, sort: rest.sort }}
          name="status"
          value={query.status}
          options={[
            { value: undefined, label: filters.all },
            { value: 'active', label: filters.active },
            { value: 'expiring', label: filters.expiring },
            { value: 'expired', label: filters.expired },
            { value: 'revoked', label: filters.revoked },
          ]}
        />
        {days && (
          <span className="flex items-center gap-2 text-sm">
            <Badge tone="warning" icon="calendar-clock">
              {words.within(days)}
            </Badge>
            <Link href={listUrl(PATH, query, { days: undefined })} prefetch={false} className="text-link hover:underline">
              {words.allExpiring}
            </Link>
          </span>
        )}
      </ListToolbar>
      <ListFrame
        path={PATH}
        params={query}
        page={page}
        pageSize={PAGE_SIZE}
        result={result}
        empty={{
          icon: 'badge-check',
          title: words.emptyTitle,
          text: words.emptyText,
          action: <ButtonLink href="/users">{words.start}</ButtonLink>,
        }}
        none={{ title: words.noneTitle, text: query.q ? words.noneText(query.q) : words.noneFiltered, clear: words.clearSearch }}
      >
        <CertificateTable certificates={result.items} sorting={{ path: PATH, params: query, sort }} />
      </ListFrame>
    </>
  )
}

function CertificateTable({
  certificates,
  sorting,
}: {
  certificates: readonly CertificateRow[]
  sorting: { path: string; params: Record<string, string | number | undefined>; sort: string }
}) {
  const { columns } = words
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <TableHead className="w-[24%] max-sm:w-auto">{columns.person}</TableHead>
          <TableHead className="w-[18%] max-md:hidden">{columns.phone}</TableHead>
          <TableHead className="w-[17%] max-lg:hidden">{columns.profile}</TableHead>
          <TableHead className="w-34 max-sm:w-26">{columns.status}</TableHead>
          <TableHead className="w-22 text-right max-sm:w-20">{columns.left}</TableHead>
          <SortHeader {...sorting} column="expiry" className="w-30 max-sm:hidden">
            {columns.expires}
          </SortHeader>
          <SortHeader {...sorting} column="issued" className="w-30 max-2xl:hidden">
            {columns.issued}
          </SortHeader>
          <TableHead className="w-[15%] max-2xl:hidden">{columns.issuer}</TableHead>
          <TableHead className="w-34 max-lg:hidden">{columns.serial}</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {certificates.map((c) => (
          <TableRow key={c.id}>
            <TableCell>
              <Link
                href={`${PATH}/${c.id}`}
                prefetch={false}
                title={c.user.name}
                className="foreign-line block font-medium hover:text-link hover:underline"
              >
                {c.user.name}
              </Link>
              <span className="foreign-line block text-muted-foreground text-xs lg:hidden">{c.profile}</span>
            </TableCell>
            <TableCell className="foreign-line max-md:hidden" title={c.phone?.name}>
              {c.phone?.name || <span className="text-muted-foreground">{common.none}</span>}
            </TableCell>
            <TableCell className="foreign-line max-lg:hidden">{c.profile}</TableCell>
            <TableCell>
              <CertificateStanding certificate={c} short />
            </TableCell>
            <TableCell className="whitespace-nowrap text-right tabular-nums">
              {c.state === 'active' || c.state === 'expiring' ? common.time.daysLeft(c.daysLeft) : common.none}
            </TableCell>
            <TableCell className="whitespace-nowrap max-sm:hidden">
              <AbsoluteTime at={c.notAfter} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground max-2xl:hidden">
              {c.issuedAt ? <AbsoluteTime at={c.issuedAt} /> : common.none}
            </TableCell>
            <TableCell className="foreign-line text-muted-foreground max-2xl:hidden" title={c.issuer}>
              {c.issuer}
            </TableCell>
            <TableCell className="max-lg:hidden">
              <ShortSerial serialNumber={c.serialNumber} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
