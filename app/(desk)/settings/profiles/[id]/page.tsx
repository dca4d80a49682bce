import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { z } from 'zod'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import { getProfileSettings, listIssuerChoices } from '#lib/data/profile-settings.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import { ProfileEditor } from '../_components/profile-editor.tsx'
import { SwitchButton } from '../_components/switch-button.tsx'
import { VersionHistory } from '../_components/version-history.tsx'

interface Props {
  params: Promise<{ id: string }>
}

const readProfile = cache(async (id: string) => {
  const grant = await requireGrant('settings:read')
  const profile = z.uuid().safeParse(id).success ? await getProfileSettings(grant, id) : null
  return profile ?? notFound()
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { title } = await readProfile((await params).id)
  return { title }
}

export default async function ProfilePage({ params }: Props) {
  const profile = await readProfile((await params).id)
  const grant = await requireGrant('settings:read')
  const issuers = await listIssuerChoices(grant)
  const mayManage = may(grant.actor, 'settings:manage')
  const { id, name, title, versions } = profile
  const [newest] = versions
  return (
    <div className="max-w-4xl">
      <PageHeader
        title={title}
        parent={{ href: '/settings/profiles', title: words.title }}
        badge={
          profile.enabled ? (
            <Badge tone="success" icon="circle-check">
              {words.enabled}
            </Badge>
          ) : (
            <Badge icon="circle-minus">{words.disabled}</Badge>
          )
        }
        actions={
          mayManage && (
            <>
              <ButtonLink href={`/settings/profiles/new?from=${id}`} variant="outline">
                <Icon name="copy" className="size-3.5" />
                {words.copy}
              </ButtonLink>
              <SwitchButton profile={profile} />
            </>
          )
        }
      >
        {words.version(newest.version)}
        {profile.running > 0 && ` · ${words.running(profile.running)}`}
        {!mayManage && ` · ${words.readOnly}`}
      </PageHeader>
      <div className="space-y-4">
        <ProfileEditor
          start={{ name, title, issuerId: newest.issuerId, definition: newest.definition }}
          existing={{ id, seen: { version: newest.version, title } }}
          issuers={issuers}
          mayManage={mayManage}
        />
        <VersionHistory versions={versions} />
      </div>
    </div>
  )
}
