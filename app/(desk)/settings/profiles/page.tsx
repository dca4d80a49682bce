import type { Metadata } from 'next'
import Link from 'next/link'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import type { ProfileSettingsRow } from '#lib/core/views.ts'
import { listProfileSettings } from '#lib/data/profile-settings.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import { MoveButtons } from './_components/move-buttons.tsx'

export const metadata: Metadata = { title: words.title }

export default async function ProfilesPage() {
  const grant = await requireGrant('settings:read')
  const list = await listProfileSettings(grant)
  const mayManage = may(grant.actor, 'settings:manage')
  const create = mayManage && (
    <ButtonLink href="/settings/profiles/new">
      <Icon name="plus" className="size-3.5" />
      {words.new}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={words.title} actions={create}>
        {words.intro}
        {!mayManage && ` ${words.readOnly}`}
      </PageHeader>
      <Card className="overflow-hidden">
        {list.length === 0 ? (
          <EmptyState icon="id-card" title={words.emptyTitle} actions={create}>
            {words.emptyText}
          </EmptyState>
        ) : (
          <ProfileTable list={list} mayManage={mayManage} />
        )}
      </Card>
    </>
  )
}

function ProfileTable({ list, mayManage }: { list: readonly ProfileSettingsRow[]; mayManage: boolean }) {
  const { columns } = words
  return (
    <Table label={words.title} fixed>
      <TableHeader>
        <tr>
          <TableHead className="w-[27%] max-md:w-auto">{columns.profile}</TableHead>
          <TableHead className="max-md:hidden">{columns.keys}</TableHead>
          <TableHead className="w-24 max-lg:hidden">{columns.validity}</TableHead>
          <TableHead className="w-[15%] max-xl:hidden">{columns.issuer}</TableHead>
          <TableHead className="w-28 max-lg:hidden">{columns.changed}</TableHead>
          <TableHead className="w-29">{columns.state}</TableHead>
          {mayManage && <TableHead className="w-22">{columns.order}</TableHead>}
        </tr>
      </TableHeader>
      <TableBody>
        {list.map((profile, index) => (
          <TableRow key={profile.id}>
            <TableCell>
              <Link
                href={`/settings/profiles/${profile.id}`}
                prefetch={false}
                title={profile.title}
                className="foreign-line block font-medium hover:text-link hover:underline"
              >
                {profile.title}
              </Link>
              <span className="foreign-line block text-muted-foreground text-xs" title={profile.name}>
                {profile.name === profile.title ? '' : `${profile.name} · `}
                {words.version(profile.version)}
              </span>
            </TableCell>
            <TableCell className="max-md:hidden">
              {profile.keys.map(({ keyid, usage, keyTypes }) => (
                <span key={keyid} className="foreign-line block text-xs" title={keyTypes.join(', ')}>
                  <span className="font-medium">{keyid}</span> {usage} · {keyTypes.join(', ')}
                </span>
              ))}
            </TableCell>
            <TableCell className="tabular-nums max-lg:hidden">{words.days(profile.validityDays)}</TableCell>
            <TableCell className="foreign-line max-xl:hidden" title={profile.issuer}>
              {profile.issuer}
            </TableCell>
            <TableCell className="text-muted-foreground max-lg:hidden">
              <RelativeTime at={profile.changedAt} />
            </TableCell>
            <TableCell>
              {profile.enabled ? (
                <Badge tone="success" icon="circle-check">
                  {words.enabled}
                </Badge>
              ) : (
                <Badge icon="circle-minus">{words.disabled}</Badge>
              )}
            </TableCell>
            {mayManage && (
              <TableCell>
                <MoveButtons id={profile.id} title={profile.title} first={index === 0} last={index === list.length - 1} />
              </TableCell>
            )}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
