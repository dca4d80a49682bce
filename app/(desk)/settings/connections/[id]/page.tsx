import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Card, CardContent } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { listCredentials } from '#lib/data/credentials.ts'
import { challengeBinding, countChallengesLeft } from '#lib/data/issuer-challenges.ts'
import { findIssuerSettings } from '#lib/data/remote-issuers.ts'
import { connections as words } from '#lib/messages/connections.ts'
import { IssuerForm } from '../_components/issuer-form.tsx'

export const metadata: Metadata = { title: words.edit }

export default async function IssuerPage({ params }: { params: Promise<{ id: string }> }) {
  const grant = await requireGrant('settings:manage')
  const issuer = await findIssuerSettings(grant, (await params).id)
  if (issuer === null || !isRemoteKind(issuer.kind)) notFound()
  const binding = challengeBinding(issuer.kind, issuer.config)
  const [credentials, challengesLeft] = await Promise.all([
    listCredentials(grant, issuer.id),
    binding === null ? null : countChallengesLeft(grant, issuer.id, binding),
  ])
  return (
    <div className="max-w-2xl">
      <PageHeader title={issuer.name} parent={{ href: '/settings/connections', title: words.title }}>
        {words.kinds[issuer.kind]}
      </PageHeader>
      <Card>
        <CardContent className="py-4">
          <IssuerForm
            kind={issuer.kind}
            earlier={{
              id: issuer.id,
              name: issuer.name,
              config: plainConfig(issuer.config),
              credentials: credentials.map(({ name, since, by }) => ({ name, by, since: since.toISOString() })),
              challengesLeft,
            }}
          />
        </CardContent>
      </Card>
    </div>
  )
}

/** What a form field can hold; a configuration written by a later version may have more. */
function plainConfig(config: unknown): Record<string, string | number | boolean | null> {
  const entries = typeof config === 'object' && config !== null ? Object.entries(config) : []
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, string | number | boolean | null] => typeof entry[1] !== 'object' || entry[1] === null,
    ),
  )
}
