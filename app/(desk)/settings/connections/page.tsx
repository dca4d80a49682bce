import type { Metadata } from 'next'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import { listConnections, readSystemHealth } from '#lib/data/connection-view.ts'
import { connections as words } from '#lib/messages/connections.ts'
import { home } from '#lib/messages/home.ts'
import { ConnectionCard } from './_components/connection-card.tsx'

export const metadata: Metadata = { title: words.title }

export default async function ConnectionsPage() {
  const grant = await requireGrant('settings:read')
  const mayManage = may(grant.actor, 'settings:manage')
  const [connections, system] = await Promise.all([listConnections(grant), readSystemHealth(grant)])
  return (
    <>
      <PageHeader
        title={words.title}
        actions={
          mayManage && (
            <>
              <ButtonLink href="/settings/connections/new?kind=est" variant="outline" prefetch={false}>
                {words.addKind.est}
              </ButtonLink>
              <ButtonLink href="/settings/connections/new?kind=scep" variant="outline" prefetch={false}>
                {words.addKind.scep}
              </ButtonLink>
            </>
          )
        }
      >
        {words.intro}
      </PageHeader>
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {connections.map((connection) => (
          <ConnectionCard key={connection.id} connection={connection} mayManage={mayManage} />
        ))}
        <Card>
          <CardHeader>
            <CardTitle>{words.system}</CardTitle>
          </CardHeader>
          <CardContent className="space-y-1.5 py-4">
            <p className="flex flex-wrap items-center gap-2">
              <Badge
                tone={system.workers > 0 ? 'success' : 'destructive'}
                icon={system.workers > 0 ? 'circle-check' : 'circle-alert'}
              >
                {system.workers > 0 ? home.health.ok : home.health.problem}
              </Badge>
              {words.workers(system.workers)}
            </p>
            <p className="text-muted-foreground text-sm">{words.database(system.databaseMs)}</p>
          </CardContent>
        </Card>
      </div>
    </>
  )
}
