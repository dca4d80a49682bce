import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { RevokeButton } from '#components/certificate/revoke-button.tsx'
import { ofUser } from '#components/certificate/revoke-subject.ts'
import { isRevocable } from '#components/certificate/state.tsx'
import { IncidentNotice } from '#components/incidents/incident-notice.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { UserStatusBadge } from '#components/ui/status-badge.tsx'
import { may } from '#lib/auth/permissions.ts'
import { CANCELLABLE } from '#lib/core/enrollment/state.ts'
import { listIncidents } from '#lib/data/incidents.ts'
import { users } from '#lib/messages/users.ts'
import { revokeAction } from '../../certificates/actions.ts'
import { PersonCard } from '../_components/person-card.tsx'
import { PhoneCard } from '../_components/phone-card.tsx'
import { UserEnrollments } from '../_components/user-enrollments.tsx'
import { UserTimeline } from '../_components/user-timeline.tsx'
import { readUser } from './read-user.ts'

const words = users.user

interface Props {
  params: Promise<{ userid: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { user } = await readUser((await params).userid)
  return { title: user?.name ?? users.title }
}

export default async function UserPage({ params }: Props) {
  const { user, grant } = await readUser((await params).userid)
  if (!user) notFound()
  const incidents = await listIncidents(grant, { standing: 'open', userId: user.id, limit: 5 })
  const mayEnroll = may(grant.actor, 'enrollment:manage')
  const revocable = user.phoneList.flatMap((phone) =>
    phone.certificates.filter(isRevocable).map((c) => ({ ...c, phoneName: phone.name || null })),
  )
  const cancellable = user.enrollments.filter(({ state }) => mayEnroll && CANCELLABLE.includes(state))
  return (
    <>
      <PageHeader
        title={user.name}
        parent={{ href: '/users', title: users.title }}
        badge={<UserStatusBadge status={user.status} />}
        actions={
          <>
            {may(grant.actor, 'certificate:revoke') && revocable.length > 0 && (
              <RevokeButton revoke={revokeAction} subject={ofUser(user.id, user.name, revocable, cancellable.length)} />
            )}
            {mayEnroll && user.status === 'active' ? (
              <ButtonLink href={`/enrollments/new?user=${encodeURIComponent(user.userid)}`}>
                <Icon name="plus" />
                {words.newEnrollment}
              </ButtonLink>
            ) : (
              !mayEnroll && <p className="text-muted-foreground text-sm">{words.readOnly}</p>
            )}
          </>
        }
      />
      {user.status === 'disabled' && (
        <Alert tone="warning" title={words.disabledTitle} className="mb-4">
          {words.disabledText}
        </Alert>
      )}
      <IncidentNotice incidents={incidents.items} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-4">
          <PersonCard user={user} />
          <section aria-labelledby="phones" className="space-y-3">
            <h2 id="phones" className="font-semibold text-base">
              {words.phones}
            </h2>
            {user.phoneList.map((phone) => (
              <PhoneCard key={phone.id} phone={phone} userName={user.name} mayRevoke={may(grant.actor, 'certificate:revoke')} />
            ))}
            {user.phoneList.length === 0 && (
              <Card>
                <EmptyState icon="smartphone" title={words.noPhones}>
                  {words.noPhonesText}
                </EmptyState>
              </Card>
            )}
          </section>
        </div>
        <div className="min-w-0 space-y-4">
          <UserEnrollments enrollments={user.enrollments} userid={user.userid} />
          <UserTimeline entries={user.timeline} />
        </div>
      </div>
    </>
  )
}
