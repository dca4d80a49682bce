import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { z } from 'zod'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { getProfileSettings, listIssuerChoices } from '#lib/data/profile-settings.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import type { SearchParams } from '../../../search-params.ts'
import { FIRST_DEFINITION } from '../_components/draft.ts'
import { ProfileEditor } from '../_components/profile-editor.tsx'

export const metadata: Metadata = { title: words.newTitle }

/** `from`: the profile that the new one begins as a copy of. */
const params = z.object({ from: z.uuid().optional().catch(undefined) })

export default async function NewProfilePage({ searchParams }: { searchParams: SearchParams }) {
  const { from } = params.parse(await searchParams)
  const grant = await requireGrant('settings:manage')
  const [issuers, original] = await Promise.all([listIssuerChoices(grant), from ? getProfileSettings(grant, from) : null])
  if (from && !original) notFound()
  const version = original?.versions[0]
  const title = original ? words.copyOf(original.title).slice(0, 100) : ''
  return (
    <div className="max-w-4xl">
      <PageHeader title={words.newTitle} parent={{ href: '/settings/profiles', title: words.title }} />
      <ProfileEditor
        start={{
          name: title,
          title,
          issuerId: version?.issuerId ?? issuers[0]?.id ?? '',
          definition: version?.definition ?? FIRST_DEFINITION,
        }}
        existing={null}
        issuers={issuers}
        mayManage
      />
    </div>
  )
}
