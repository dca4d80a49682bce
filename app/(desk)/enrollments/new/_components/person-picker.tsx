/** Who is it for: search as you type, pick one. */
import Link from 'next/link'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { UserStatusBadge } from '#components/ui/status-badge.tsx'
import type { Page, UserRow } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { newEnrollment as words } from '#lib/messages/new-enrollment.ts'

export function PersonPicker({ people }: { people: Page<UserRow> | null }) {
  return (
    <Card className="max-w-3xl">
      <CardHeader>
        <CardTitle>{words.pick}</CardTitle>
      </CardHeader>
      <CardContent className="border-b">
        <ListSearch label={words.search} placeholder={words.searchPlaceholder} />
      </CardContent>
      {people === null ? (
        <EmptyState icon="users" title={words.typeToSearch} />
      ) : people.items.length === 0 ? (
        <EmptyState icon="search" title={words.noneFound}>
          {words.noneFoundText}
        </EmptyState>
      ) : (
        <>
          <ul className="divide-y">
            {people.items.map((person) => (
              <li key={person.id}>
                <Link
                  href={`/enrollments/new?user=${encodeURIComponent(person.userid)}`}
                  prefetch={false}
                  className="flex items-center gap-3 px-4 py-2.5 hover:bg-accent/60 focus-visible:outline-offset-[-2px]"
                >
                  <span className="min-w-0 flex-1">
                    <span className="foreign-line block font-medium">{person.name}</span>
                    <span className="foreign-line block text-muted-foreground text-sm">
                      {[person.userid, person.department, person.email].filter(Boolean).join(' · ')}
                    </span>
                  </span>
                  {person.status === 'disabled' && <UserStatusBadge status="disabled" />}
                  <Icon name="chevron-right" className="text-muted-foreground" />
                </Link>
              </li>
            ))}
          </ul>
          {people.total > people.items.length && (
            <p className="border-t px-4 py-2 text-muted-foreground text-sm">
              {words.more(common.pagination.total(people.total, people.totalCapped))}
            </p>
          )}
        </>
      )}
    </Card>
  )
}
