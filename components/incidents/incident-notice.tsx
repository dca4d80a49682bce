/** On the page of a person or an enrolment: what is open about it, each with the way there. */
import Link from 'next/link'
import { Alert } from '#components/ui/alert.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { IncidentRow } from '#lib/core/views.ts'
import { INCIDENT_TEXTS, incidents as words } from '#lib/messages/incidents.ts'

export function IncidentNotice({ incidents }: { incidents: readonly Pick<IncidentRow, 'id' | 'kind' | 'openedAt'>[] }) {
  if (incidents.length === 0) return null
  return (
    <Alert tone="warning" title={words.notice(incidents.length)} className="mb-4">
      <ul className="space-y-0.5">
        {incidents.map((incident) => (
          <li key={incident.id}>
            <Link
              href={`/incidents/${incident.id}`}
              prefetch={false}
              className="font-medium text-link underline underline-offset-2"
            >
              {INCIDENT_TEXTS[incident.kind].title}
            </Link>{' '}
            <span className="text-muted-foreground text-sm">
              <RelativeTime at={incident.openedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Alert>
  )
}
