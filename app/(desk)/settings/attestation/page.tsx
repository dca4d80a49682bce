import type { Metadata } from 'next'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import { attestationMessages as words } from '#lib/messages/attestation.ts'
import type { SearchParams } from '../../search-params.ts'
import { BlockList } from './_components/block-list.tsx'
import { PolicyEditor } from './_components/policy-editor.tsx'
import { VersionHistory } from './_components/version-history.tsx'
import { readPolicyView } from './read-policy.ts'
import { attestationParams } from './schema.ts'

export const metadata: Metadata = { title: words.title }

export default async function AttestationPage({ searchParams }: { searchParams: SearchParams }) {
  const grant = await requireGrant('settings:read')
  const [view, { block }] = await Promise.all([
    readPolicyView(grant),
    searchParams.then((given) => attestationParams.parse(given)),
  ])
  const mayManage = may(grant.actor, 'settings:manage')
  return (
    <>
      <PageHeader title={words.title}>
        {words.version(view.number)}
        {!mayManage && <p>{words.readOnly}</p>}
      </PageHeader>
      <p className="mb-4 max-w-3xl text-pretty">{words.intro}</p>
      <div className="grid items-start gap-4 2xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="min-w-0 space-y-4">
          <PolicyEditor
            key={view.number}
            number={view.number}
            saved={view.draft}
            fileKeys={view.fileKeys}
            facts={view.facts}
            seenSch={view.seenSch}
            mayManage={mayManage}
          />
          <BlockList blocked={view.blocked} mayManage={mayManage} openWith={mayManage ? block : ''} />
        </div>
        <VersionHistory versions={view.versions} older={view.olderVersions} />
      </div>
    </>
  )
}
