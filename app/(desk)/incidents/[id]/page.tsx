import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { IncidentBadge } from '#components/incidents/incident-badge.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import type { IncidentRow } from '#lib/core/views.ts'
import { findIncident } from '#lib/data/incidents.ts'
import { INCIDENT_TEXTS, incidents as words } from '#lib/messages/incidents.ts'
import { CloseIncident } from './_components/close-incident.tsx'

interface Props {
  params: Promise<{ id: string }>
}

const readIncident = cache(async (id: string) => findIncident(await requireGrant('incident:read'), id))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const incident = await readIncident((await params).id)
  return { title: incident ? INCIDENT_TEXTS[incident.kind].title : words.title }
}

export default async function IncidentPage({ params }: Props) {
  const [grant, incident] = await Promise.all([requireGrant('incident:read'), readIncident((await params).id)])
  if (!incident) notFound()
  const { title, text, next } = INCIDENT_TEXTS[incident.kind]
  return (
    <>
      <PageHeader
        title={title}
        parent={{ href: '/incidents', title: words.parent }}
        badge={<IncidentBadge open={incident.closed === null} />}
        actions={
          incident.closed === null && may(grant.actor, 'incident:close') && <CloseIncident id={incident.id} title={title} />
        }
      >
        <AbsoluteTime at={incident.openedAt} full />
      </PageHeader>
      {incident.closed && (
        <Alert tone="success" title={words.close.by(incident.closed.by)} className="mb-4">
          <p>{incident.closed.note}</p>
          <p className="text-muted-foreground text-sm">
            <AbsoluteTime at={incident.closed.at} full />
          </p>
        </Alert>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card>
          <CardHeader>
            <CardTitle>{words.what}</CardTitle>
          </CardHeader>
          <CardContent className="space-y-3">
            <p className="text-pretty">{text}</p>
            <div>
              <h3 className="font-medium text-sm">{words.todo}</h3>
              <ol className="mt-1 list-decimal space-y-1 ps-5">
                {next.map((step) => (
                  <li key={step} className="text-pretty">
                    {step}
                  </li>
                ))}
              </ol>
            </div>
          </CardContent>
        </Card>
        <Facts incident={incident} mayBlock={may(grant.actor, 'settings:manage')} />
      </div>
    </>
  )
}

function Facts({ incident, mayBlock }: { incident: IncidentRow; mayBlock: boolean }) {
  const { user, enrollmentId, certificateId, detail } = incident
  const rows = words.fields.flatMap(([name, label]) => {
    const value = detail[name]
    return value ? [{ name, label, value }] : []
  })
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.facts}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-3">
        <DescriptionList>
          {rows.map(({ name, label, value }) => (
            <Description key={name} term={label}>
              <bdi className="font-mono text-sm">{value}</bdi>
            </Description>
          ))}
        </DescriptionList>
        <div className="flex flex-wrap gap-2">
          {enrollmentId && (
            <ButtonLink href={`/enrollments/${enrollmentId}?tab=evidence`} variant="outline">
              {words.toEnrollment}
            </ButtonLink>
          )}
          {user && (
            <ButtonLink href={`/users/${encodeURIComponent(user.userid)}`} variant="outline">
              {words.toUser}
            </ButtonLink>
          )}
          {certificateId && (
            <ButtonLink href={`/certificates/${certificateId}`} variant="outline">
              {words.toCertificate}
            </ButtonLink>
          )}
          {mayBlock && detail.spkiSha256 && (
            <ButtonLink
              href={`/settings/attestation?block=${encodeURIComponent(detail.spkiSha256)}#block-list`}
              variant="outline"
            >
              {words.blockKey}
            </ButtonLink>
          )}
        </div>
      </CardContent>
    </Card>
  )
}
