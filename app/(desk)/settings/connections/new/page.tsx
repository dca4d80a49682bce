import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Card, CardContent } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { connections as words } from '#lib/messages/connections.ts'
import { IssuerForm } from '../_components/issuer-form.tsx'

export const metadata: Metadata = { title: words.add }

export default async function NewIssuerPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  await requireGrant('settings:manage')
  const { kind } = await searchParams
  if (typeof kind !== 'string' || !isRemoteKind(kind)) notFound()
  return (
    <div className="max-w-2xl">
      <PageHeader title={words.form.newTitle[kind]} parent={{ href: '/settings/connections', title: words.title }} />
      <Card>
        <CardContent className="py-4">
          <IssuerForm kind={kind} />
        </CardContent>
      </Card>
    </div>
  )
}
