/** Every version of the policy: who, when, why, and what changed in words. */
import { Badge } from '#components/ui/badge.tsx'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { attestationMessages } from '#lib/messages/attestation.ts'
import type { PolicyView } from '../read-policy.ts'

const words = attestationMessages.history

export function VersionHistory({ versions, older }: { versions: PolicyView['versions']; older: number }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <ol className="divide-y">
        {versions.map(({ number, note, createdByName, createdAt, changes }, i) => (
          <li key={number} className="space-y-1 px-4 py-2.5">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
              <span className="font-medium">{words.version(number)}</span>
              {i === 0 && (
                <Badge tone="success" icon="check">
                  {words.current}
                </Badge>
              )}
              <span className="foreign text-muted-foreground text-sm">
                {words.by} {createdByName}, <RelativeTime at={createdAt} />
              </span>
            </p>
            <p className="foreign text-pretty">{note}</p>
            {changes.length === 0 ? (
              <p className="text-muted-foreground text-sm">{words.same}</p>
            ) : (
              <ul className="list-disc ps-5 text-muted-foreground text-sm">
                {changes.map((change) => (
                  <li key={change} className="foreign">
                    {change}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
      {older > 0 && <p className="border-t px-4 py-2 text-muted-foreground text-sm">{words.more(older)}</p>}
    </Card>
  )
}
