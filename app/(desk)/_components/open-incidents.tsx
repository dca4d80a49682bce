/** On the home page: the newest open incidents. Nothing at all when there is none. */
import Link from 'next/link'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { HomeView } from '#lib/core/views.ts'
import { INCIDENT_TEXTS, incidents as words } from '#lib/messages/incidents.ts'

export function OpenIncidents({ incidents }: { incidents: HomeView['incidents'] }) {
  if (incidents.items.length === 0) return null
  return (
    <Card className="mb-4 overflow-hidden">
      <CardHeader
        actions={
          <Link href="/incidents" prefetch={false} className="text-link text-sm hover:underline">
            {words.home.all(incidents.total)}
          </Link>
        }
      >
        <CardTitle>{words.home.title}</CardTitle>
      </CardHeader>
      <ul className="divide-y">
        {incidents.items.map((incident) => (
          <li key={incident.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2">
            <Link href={`/incidents/${incident.id}`} prefetch={false} className="font-medium hover:text-link hover:underline">
              {INCIDENT_TEXTS[incident.kind].title}
            </Link>
            {incident.user && <span className="foreign-line min-w-0 text-muted-foreground text-sm">{incident.user.name}</span>}
            <span className="ms-auto whitespace-nowrap text-muted-foreground text-sm">
              <RelativeTime at={incident.openedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
