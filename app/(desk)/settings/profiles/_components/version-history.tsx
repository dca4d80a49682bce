/** Every version that was saved, newest first, each with what it made different. */
import { Badge } from '#components/ui/badge.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { findProfileChanges, type ProfileChange } from '#lib/core/enrollment/profile-changes.ts'
import type { ProfileVersionView } from '#lib/core/views.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import { ChangeList } from './change-list.tsx'

function changesOf(version: ProfileVersionView, before: ProfileVersionView): ProfileChange[] {
  const changes = findProfileChanges(before.definition, version.definition)
  return before.issuerId === version.issuerId
    ? changes
    : [{ field: 'issuer', before: before.issuer, after: version.issuer }, ...changes]
}

export function VersionHistory({ versions }: { versions: readonly ProfileVersionView[] }) {
  return (
    <Card aria-labelledby="history">
      <CardHeader>
        <CardTitle id="history">{words.history}</CardTitle>
        <CardDescription>{words.historyText}</CardDescription>
      </CardHeader>
      <ol className="divide-y">
        {versions.map((version, index) => (
          <li key={version.version}>
            <CardContent className="space-y-2">
              <p className="flex flex-wrap items-center gap-x-2 text-sm">
                <Badge tone={index === 0 ? 'info' : 'neutral'}>{words.version(version.version)}</Badge>
                <AbsoluteTime at={version.createdAt} full />
                {version.createdBy && <span className="foreign text-muted-foreground">{words.by(version.createdBy)}</span>}
              </p>
              <Changes version={version} before={versions[index + 1]} />
            </CardContent>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Changes({ version, before }: { version: ProfileVersionView; before: ProfileVersionView | undefined }) {
  if (!before) return version.version === 1 ? <p className="text-muted-foreground text-sm">{words.firstVersion}</p> : null
  const changes = changesOf(version, before)
  if (changes.length === 0) return <p className="text-muted-foreground text-sm">{words.noChanges}</p>
  return <ChangeList changes={changes} />
}
