/** What a rehearsal showed: the sentence, and the answers that would be judged differently, each with the way to it. */
import Link from 'next/link'
import { Badge, type Tone } from '#components/ui/badge.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import type { RehearsalChange, RehearsalResult, RehearsedVerdict } from '#lib/core/enrollment/rehearsal.ts'
import { MAX_LISTED, MAX_REHEARSED } from '#lib/core/enrollment/rehearsal-limits.ts'
import { rehearsalMessages as words } from '#lib/messages/rehearsal.ts'

export function RehearsalOutcome({ result, changes }: { result: RehearsalResult; changes: readonly string[] }) {
  const { accepted, refused, nowRefused, nowAccepted, nowOtherwise, nowHeld = 0, nowLetPass = 0, unreadable, capped } = result
  const nothing = accepted + refused === 0
  const notes = [
    ...(nowHeld > 0 ? [words.held(nowHeld)] : []),
    ...(nowLetPass > 0 ? [words.letPass(nowLetPass)] : []),
    ...(nowOtherwise > 0 ? [words.otherwise(nowOtherwise)] : []),
    ...(unreadable > 0 ? [words.unreadable(unreadable)] : []),
    ...(capped ? [words.capped(MAX_REHEARSED)] : []),
  ]
  return (
    <div role="status" className="space-y-3">
      {changes.length > 0 && (
        <ul className="list-disc space-y-0.5 ps-5">
          {changes.map((change) => (
            <li key={change} className="foreign">
              {change}
            </li>
          ))}
        </ul>
      )}
      <div className="rounded-md border bg-muted/50 px-3 py-2.5">
        <h3 className="font-medium text-sm">{words.outcome}</h3>
        {nothing ? (
          <p className="text-pretty">{words.nothing}</p>
        ) : (
          <>
            <p className={nowRefused > 0 ? 'flex items-center gap-1.5 font-semibold text-destructive' : ''}>
              {nowRefused > 0 && <Icon name="circle-alert" />}
              {words.refused(nowRefused, accepted)}
            </p>
            <p className={nowAccepted > 0 ? 'font-semibold' : ''}>{words.accepted(nowAccepted, refused)}</p>
          </>
        )}
        {notes.map((note) => (
          <p key={note} className="text-muted-foreground text-sm">
            {note}
          </p>
        ))}
      </div>
      {result.changes.length > 0 && <Changes changes={result.changes} />}
    </div>
  )
}

function Changes({ changes }: { changes: readonly RehearsalChange[] }) {
  const { columns } = words
  return (
    <div className="overflow-hidden rounded-md border">
      <Table label={words.list} fixed>
        <TableHeader>
          <tr>
            <TableHead className="w-[34%]">{columns.person}</TableHead>
            <TableHead className="w-28 max-md:hidden">{columns.received}</TableHead>
            <TableHead>{columns.before}</TableHead>
            <TableHead>{columns.after}</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {changes.map((change) => (
            <TableRow key={change.enrollmentId}>
              <TableCell>
                <Link
                  href={`/enrollments/${change.enrollmentId}?tab=evidence`}
                  prefetch={false}
                  target="_blank"
                  title={change.userName}
                  className="foreign-line block font-medium hover:text-link hover:underline"
                >
                  {change.userName}
                </Link>
                <span className="foreign-line block text-muted-foreground text-xs">{change.userid}</span>
              </TableCell>
              <TableCell className="whitespace-nowrap text-muted-foreground max-md:hidden">
                <RelativeTime at={change.receivedAt} />
              </TableCell>
              <TableCell>
                <VerdictCell verdict={change.before} />
              </TableCell>
              <TableCell>
                <VerdictCell verdict={change.after} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {changes.length === MAX_LISTED && (
        <p className="border-t px-4 py-2 text-muted-foreground text-sm">{words.listed(MAX_LISTED)}</p>
      )}
    </div>
  )
}

const LOOK = {
  passed: ['success', 'check'],
  failed: ['destructive', 'x'],
  held: ['warning', 'hourglass'],
} as const satisfies Record<RehearsedVerdict['verdict'], readonly [Tone, IconName]>

function VerdictCell({ verdict: { verdict, check, code } }: { verdict: RehearsedVerdict }) {
  const [tone, icon] = LOOK[verdict]
  return (
    <>
      <Badge tone={tone} icon={icon}>
        {words.verdict[verdict]}
      </Badge>
      {check && code && <code className="foreign-line block text-muted-foreground text-xs">{words.by(check, code)}</code>}
    </>
  )
}
