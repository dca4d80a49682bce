import { notFound, redirect } from 'next/navigation'
import { SETTINGS_SECTIONS } from '#components/shell/navigation.ts'
import { requireGrant } from '#lib/auth/actor.ts'

/** The settings begin with their first page. */
export default async function SettingsPage() {
  await requireGrant('settings:read')
  const [first] = SETTINGS_SECTIONS
  if (!first) notFound()
  redirect(first.href)
}
