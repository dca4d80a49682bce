import Link from 'next/link'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import type { EnrollmentRow } from '#lib/core/views.ts'
import { home as words } from '#lib/messages/home.ts'

export function RecentEnrollments({ enrollments }: { enrollments: readonly EnrollmentRow[] }) {
  const { columns } = words
  return (
    <Card className="overflow-hidden">
      <CardHeader
        actions={
          enrollments.length > 0 && (
            <Link href="/enrollments" prefetch={false} className="text-link text-sm hover:underline">
              {words.allEnrollments}
            </Link>
          )
        }
      >
        <CardTitle>{words.recent}</CardTitle>
      </CardHeader>
      {enrollments.length === 0 ? (
        <EmptyState icon="qr-code" title={words.noneTitle} actions={<ButtonLink href="/users">{words.findPerson}</ButtonLink>}>
          {words.noneText}
        </EmptyState>
      ) : (
        <Table label={words.recent} fixed>
          <TableHeader>
            <tr>
              <TableHead className="w-[30%] max-sm:w-auto">{columns.person}</TableHead>
              <TableHead className="w-46">{columns.state}</TableHead>
              <TableHead className="max-md:hidden">{columns.profile}</TableHead>
              <TableHead className="max-2xl:hidden">{columns.phone}</TableHead>
              <TableHead className="w-28 max-sm:hidden">{columns.changed}</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {enrollments.map((e) => (
              <TableRow key={e.id}>
                <TableCell>
                  <Link
                    href={`/enrollments/${e.id}`}
                    prefetch={false}
                    title={e.user.name}
                    className="foreign-line block font-medium hover:text-link hover:underline"
                  >
                    {e.user.name}
                  </Link>
                </TableCell>
                <TableCell>
                  <EnrollmentStateBadge state={e.state} />
                </TableCell>
                <TableCell className="foreign-line text-muted-foreground max-md:hidden">{e.profile.title}</TableCell>
                <TableCell className="foreign-line text-muted-foreground max-2xl:hidden" title={e.device?.name}>
                  {e.device?.name ?? ''}
                </TableCell>
                <TableCell className="whitespace-nowrap text-muted-foreground max-sm:hidden">
                  <RelativeTime at={e.stateChangedAt} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}
