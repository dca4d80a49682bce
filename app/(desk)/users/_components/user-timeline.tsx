import Link from 'next/link'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { TimelineEntry } from '#lib/core/views.ts'
import { actionWords } from '#lib/messages/enrollments.ts'
import { users } from '#lib/messages/users.ts'

const words = users.user

const sentence = ({ action, detail }: TimelineEntry): string => users.actions[action] ?? actionWords(action, detail) ?? action

/** What happened to this person lately, newest first; a line about an enrolment leads to it. */
export function UserTimeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.timeline}</CardTitle>
      </CardHeader>
      {entries.length === 0 ? (
        <p className="px-4 py-4 text-muted-foreground text-sm">{words.noTimeline}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable
        <ol className="max-h-112 overflow-y-auto px-4 py-2" tabIndex={0} aria-label={words.timeline}>
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added, and none has a state of its own
            <li key={index} className="relative border-s ps-4 pb-3 last:pb-1">
              <span
                aria-hidden="true"
                className="absolute -start-[4.5px] top-1.5 size-2 rounded-full border bg-card ring-2 ring-card"
              />
              <p className="text-sm">
                {entry.enrollmentId ? (
                  <Link href={`/enrollments/${entry.enrollmentId}`} prefetch={false} className="hover:text-link hover:underline">
                    {sentence(entry)}
                  </Link>
                ) : (
                  sentence(entry)
                )}
              </p>
              <p className="foreign text-muted-foreground text-xs">
                <RelativeTime at={entry.at} /> {words.by} <bdi>{entry.actor}</bdi>
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
