import { Badge } from '#components/ui/badge.tsx'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { HomeView } from '#lib/core/views.ts'
import { home } from '#lib/messages/home.ts'

const words = home.health

type Part = HomeView['health'][number]

const ICONS: Record<Part['part'], IconName> = {
  hermod: 'radio',
  issuer: 'shield-check',
  ca: 'shield-check',
  database: 'database',
  worker: 'cpu',
}

/** Does every part live? Said in words, with when that was last known. */
export function HealthCard({ health, orphanCallbacks }: { health: readonly Part[]; orphanCallbacks: number }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <ul className="divide-y">
        {health.map((part) => (
          <li key={`${part.part} ${part.name}`} className="flex items-start gap-3 px-4 py-2.5">
            <Icon name={ICONS[part.part]} className="mt-0.5 text-muted-foreground" />
            <div className="min-w-0 flex-1">
              <p className="font-medium text-sm">
                {words.parts[part.part]}
                {part.name && <span className="foreign"> {part.name}</span>}
              </p>
              <p className="foreign text-muted-foreground text-sm">
                {sentence(part)}
                {part.at && part.part !== 'issuer' && (
                  <>
                    {' · '}
                    <RelativeTime at={part.at} />
                  </>
                )}
              </p>
            </div>
            <Badge tone={part.ok ? 'success' : 'destructive'} icon={part.ok ? 'circle-check' : 'circle-alert'}>
              {part.ok ? words.ok : words.problem}
            </Badge>
          </li>
        ))}
      </ul>
      {orphanCallbacks > 0 && (
        <p className="flex gap-2 border-t px-4 py-2.5 text-sm text-warning">
          <Icon name="inbox" className="mt-px" />
          {words.orphans(orphanCallbacks)}
        </p>
      )}
    </Card>
  )
}

function sentence({ part, ok, detail }: Part): string {
  if (part === 'worker') return words.workers(Number(detail))
  if (part === 'database') return words.database(detail)
  return words.details[detail] ?? (part === 'hermod' && ok ? words.hermodOk : detail)
}
