import { Badge } from '#components/ui/badge.tsx'
import { incidents as words } from '#lib/messages/incidents.ts'

export function IncidentBadge({ open }: { open: boolean }) {
  return open ? (
    <Badge tone="warning" icon="triangle-alert">
      {words.open}
    </Badge>
  ) : (
    <Badge tone="neutral" icon="check">
      {words.closed}
    </Badge>
  )
}
