/** What happened, newest last, as the audit wrote it down. Machine fields stand beside the sentence; none of them is a secret. */
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { TimelineEntry } from '#lib/core/views.ts'
import { actionWords, enrollments as words } from '#lib/messages/enrollments.ts'
import { formatElapsed } from './steps.ts'

const HIDDEN = new Set(['from', 'to'])

function fieldText(value: unknown): string {
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(fieldText).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function EnrollmentTimeline({ entries }: { entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return <p className="py-6 text-center text-muted-foreground">{words.timeline.empty}</p>
  const first = Date.parse(entries[0]?.at ?? '')
  return (
    <ol className="divide-y">
      {entries.map((entry, index) => {
        const fields = Object.entries(entry.detail).filter(([name, value]) => !HIDDEN.has(name) && fieldText(value) !== '')
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added at the end
          <li key={index} className="grid gap-x-4 gap-y-0.5 py-2.5 sm:grid-cols-[7.5rem_1fr]">
            <div className="flex gap-2 text-muted-foreground text-sm sm:block">
              <RelativeTime at={entry.at} />
              <span className="text-xs tabular-nums sm:block">+{formatElapsed(Date.parse(entry.at) - first)}</span>
            </div>
            <div className="min-w-0">
              <p>
                <span className="font-medium">{actionWords(entry.action, entry.detail) ?? entry.action}</span>{' '}
                <span className="text-muted-foreground text-sm">
                  {words.timeline.by} <bdi className="foreign">{entry.actor}</bdi>
                </span>
              </p>
              {fields.length > 0 && (
                <p className="mt-0.5 flex flex-wrap gap-x-3 gap-y-0.5 font-mono text-muted-foreground text-xs">
                  {fields.map(([name, value]) => (
                    <span key={name} className="foreign min-w-0">
                      {name}=<bdi className="text-foreground">{fieldText(value)}</bdi>
                    </span>
                  ))}
                </p>
              )}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
