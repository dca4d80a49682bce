import type { Metadata } from 'next'
import Link from 'next/link'
import { IncidentBadge } from '#components/incidents/incident-badge.tsx'
import { cn } from '#components/ui/cn.ts'
import { FilterLinks } from '#components/ui/filter-links.tsx'
import { ListFrame, ListToolbar } from '#components/ui/list-page.tsx'
import { listUrl } from '#components/ui/list-url.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { INCIDENT_KINDS } from '#lib/core/incidents.ts'
import type { IncidentRow } from '#lib/core/views.ts'
import { listIncidents } from '#lib/data/incidents.ts'
import { PAGE_SIZE } from '#lib/data/list-page.ts'
import { INCIDENT_TEXTS, incidents as words } from '#lib/messages/incidents.ts'
import type { SearchParams } from '../search-params.ts'
import { incidentListParams } from './schema.ts'

export const metadata: Metadata = { title: words.title }

const PATH = '/incidents'

export default async function IncidentsPage({ searchParams }: { searchParams: SearchParams }) {
  const { page, standing, kind } = incidentListParams.parse(await searchParams)
  const grant = await requireGrant('incident:read')
  const params = { standing, kind }
  const result = await listIncidents(grant, { page, kind, standing: standing === 'all' ? undefined : (standing ?? 'open') })
  return (
    <>
      <PageHeader title={words.title} />
      <ListToolbar>
        <FilterLinks
          label={words.standing}
          path={PATH}
          params={params}
          name="standing"
          value={standing}
          options={[
            { value: undefined, label: words.filters.open },
            { value: 'closed', label: words.filters.closed },
            { value: 'all', label: words.filters.all },
          ]}
        />
      </ListToolbar>
      <KindLinks params={params} />
      <ListFrame
        path={PATH}
        params={params}
        page={page}
        pageSize={PAGE_SIZE}
        result={result}
        empty={{ icon: 'shield-check', title: words.emptyTitle, text: words.emptyText }}
        none={{ title: words.noneTitle, text: words.noneFiltered, clear: words.clear }}
      >
        <IncidentTable incidents={result.items} />
      </ListFrame>
    </>
  )
}

function KindLinks({ params }: { params: { standing: string | undefined; kind: string | undefined } }) {
  return (
    <nav aria-label={words.kind} className="mb-3 flex flex-wrap gap-x-3 gap-y-1 text-sm">
      {[undefined, ...INCIDENT_KINDS].map((kind) => (
        <Link
          key={kind ?? 'all'}
          href={listUrl(PATH, params, { kind })}
          prefetch={false}
          aria-current={kind === params.kind ? 'true' : undefined}
          className={cn(
            'inline-flex min-h-6 items-center',
            kind === params.kind ? 'font-medium text-foreground' : 'text-link hover:underline',
          )}
        >
          {kind === undefined ? words.allKinds : INCIDENT_TEXTS[kind].title}
        </Link>
      ))}
    </nav>
  )
}

function IncidentTable({ incidents }: { incidents: readonly IncidentRow[] }) {
  const { columns } = words
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <TableHead>{columns.what}</TableHead>
          <TableHead className="w-[30%] max-sm:hidden">{columns.person}</TableHead>
          <TableHead className="w-30">{columns.state}</TableHead>
          <TableHead className="w-34 max-md:hidden">{columns.opened}</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {incidents.map((incident) => (
          <TableRow key={incident.id}>
            <TableCell>
              <Link
                href={`${PATH}/${incident.id}`}
                prefetch={false}
                className="block font-medium hover:text-link hover:underline"
              >
                {INCIDENT_TEXTS[incident.kind].title}
              </Link>
              <span className="foreign-line block text-muted-foreground text-xs sm:hidden">{incident.user?.name}</span>
            </TableCell>
            <TableCell className="foreign-line max-sm:hidden" title={incident.user?.name}>
              {incident.user?.name ?? <span className="text-muted-foreground">{words.nobody}</span>}
            </TableCell>
            <TableCell>
              <IncidentBadge open={incident.closed === null} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground max-md:hidden">
              <RelativeTime at={incident.openedAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
