/** On the home page: what a person has to revoke at a CA that no program can tell. Nothing at all when there is none. */
import Link from 'next/link'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { ByHandTask } from '#lib/core/views.ts'
import { certificates, reasonWords } from '#lib/messages/certificates.ts'

const words = certificates.tasks

export function ByHandTasks({ tasks }: { tasks: readonly ByHandTask[] }) {
  if (tasks.length === 0) return null
  return (
    <Card className="mb-4 overflow-hidden">
      <CardHeader>
        <CardTitle>{words.title}</CardTitle>
        <p className="text-muted-foreground text-sm">{words.hint}</p>
      </CardHeader>
      <ul className="divide-y">
        {tasks.map((task) => (
          <li key={task.certificateId} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2">
            <Link
              href={`/certificates/${task.certificateId}`}
              prefetch={false}
              className="foreign font-medium hover:text-link hover:underline"
            >
              {words.kinds[task.kind]} {words.line(task.issuer)}
            </Link>
            <span className="foreign-line min-w-0 text-muted-foreground text-sm">
              {task.user.name} · {task.kind === 'revoke' ? reasonWords(task.reason) : words.askedBy(task.requestedBy)}
            </span>
            <span className="ms-auto whitespace-nowrap text-muted-foreground text-sm">
              {words.waiting} <RelativeTime at={task.requestedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
