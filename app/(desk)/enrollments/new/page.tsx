import type { Metadata } from 'next'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import { requireActor, requireGrant } from '#lib/auth/actor.ts'
import { authorize } from '#lib/auth/permissions.ts'
import type { EnrollmentRow } from '#lib/core/views.ts'
import { findUserFacts } from '#lib/data/enrollment-facts.ts'
import { listEnrollments } from '#lib/data/enrollments.ts'
import { listProfiles } from '#lib/data/profiles.ts'
import { listUsers } from '#lib/data/users.ts'
import { enrollmentList } from '#lib/messages/enrollment-list.ts'
import { newEnrollment as words } from '#lib/messages/new-enrollment.ts'
import { previewSubject } from '#lib/workflows/preview-subject.ts'
import { STATE_FILTERS } from '../schema.ts'
import { NewEnrollmentForm } from './_components/new-enrollment-form.tsx'
import { PersonPicker } from './_components/person-picker.tsx'

export const metadata: Metadata = { title: words.title }

const FEW = 12
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

export default async function NewEnrollmentPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const params = await searchParams
  const userid = text(params.user)
  if (!userid) return <PickPerson q={text(params.q)} />
  const grant = await requireGrant('enrollment:manage')
  const user = await findUserFacts(grant, { userid })
  if (!user) return <PickPerson q={text(params.q)} unknown={userid} />
  const [profiles, running] = await Promise.all([
    listProfiles(grant),
    listEnrollments(grant, { userId: user.id, state: STATE_FILTERS.running, limit: 3 }),
  ])
  const choices = await Promise.all(
    profiles.map(async (profile) => ({
      profile,
      preview: await previewSubject(grant, { userid: user.userid, profileName: profile.name }),
    })),
  )
  return (
    <>
      <PageHeader title={words.title} parent={{ href: `/users/${encodeURIComponent(user.userid)}`, title: user.name }} />
      {running.items.length > 0 && <Running rows={running.items} total={running.total} />}
      {choices.length === 0 ? (
        <Card>
          <EmptyState icon="id-card" title={words.noProfiles}>
            {words.noProfilesText}
          </EmptyState>
        </Card>
      ) : (
        <NewEnrollmentForm
          user={{ id: user.id, userid: user.userid, name: user.name, email: user.email, department: user.department }}
          choices={choices}
        />
      )}
    </>
  )
}

/** A closed window loses nothing: what is under way is found again here. */
function Running({ rows, total }: { rows: readonly EnrollmentRow[]; total: number }) {
  return (
    <Alert tone="info" title={words.running(total)} className="mb-4">
      <ul className="space-y-1.5">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-2">
            <EnrollmentStateBadge state={row.state} />
            <span>{row.profile.title}</span>
            <RelativeTime at={row.createdAt} className="text-muted-foreground" />
            <ButtonLink size="sm" variant="outline" href={`/enrollments/${row.id}`}>
              {words.openRunning}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Alert>
  )
}

async function PickPerson({ q, unknown }: { q: string; unknown?: string }) {
  const actor = await requireActor()
  authorize(actor, 'enrollment:manage')
  const people = q ? await listUsers(authorize(actor, 'user:read'), { q, limit: FEW }) : null
  return (
    <>
      <PageHeader title={words.title} parent={{ href: '/enrollments', title: enrollmentList.title }} />
      {unknown && (
        <Alert tone="warning" className="mb-4">
          {words.unknown(unknown)}
        </Alert>
      )}
      <PersonPicker people={people} />
    </>
  )
}
