import Link from 'next/link'
import { Card, CardFooter, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import { isTerminal } from '#lib/core/enrollment/state.ts'
import type { EnrollmentRow } from '#lib/core/views.ts'
import { users } from '#lib/messages/users.ts'

const words = users.user
const SHOWN_ENDED = 6

/** What is under way stands first, whenever it was started. */
export function UserEnrollments({ enrollments, userid }: { enrollments: readonly EnrollmentRow[]; userid: string }) {
  const running = enrollments.filter((e) => !isTerminal(e.state))
  const ended = enrollments.filter((e) => isTerminal(e.state)).slice(0, SHOWN_ENDED)
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.enrollments}</CardTitle>
      </CardHeader>
      {enrollments.length === 0 ? (
        <p className="px-4 py-4 text-muted-foreground text-sm">{words.noEnrollments}</p>
      ) : (
        <ul className="divide-y">
          {[...running, ...ended].map((e) => (
            <li key={e.id} className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2">
              <Link
                href={`/enrollments/${e.id}`}
                prefetch={false}
                className="foreign-line min-w-0 flex-1 font-medium text-sm hover:text-link hover:underline"
              >
                {e.profile.title}
              </Link>
              <EnrollmentStateBadge state={e.state} />
              <span className="w-full text-muted-foreground text-xs">
                <RelativeTime at={e.stateChangedAt} />
                {' · '}
                <bdi className="foreign">{e.startedByName}</bdi>
              </span>
            </li>
          ))}
        </ul>
      )}
      {running.length + ended.length < enrollments.length && (
        <CardFooter>
          <Link
            href={`/enrollments?q=${encodeURIComponent(userid)}`}
            prefetch={false}
            className="text-link text-sm hover:underline"
          >
            {words.allEnrollments}
          </Link>
        </CardFooter>
      )}
    </Card>
  )
}
