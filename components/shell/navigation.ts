import type { IconName } from '#components/ui/icon.tsx'
import { shell } from '#lib/messages/shell.ts'

interface Section {
  href: string
  icon: IconName
  title: string
}

/** The sections there are. One that is not built yet is not here: a link leads somewhere. */
export const SECTIONS = [
  { href: '/', icon: 'house', title: shell.nav.home },
  { href: '/users', icon: 'users', title: shell.nav.users },
  { href: '/enrollments', icon: 'qr-code', title: shell.nav.enrollments },
  { href: '/phones', icon: 'smartphone', title: shell.nav.phones },
  { href: '/certificates', icon: 'badge-check', title: shell.nav.certificates },
  { href: '/incidents', icon: 'triangle-alert', title: shell.nav.incidents },
] as const satisfies readonly Section[]

/** Shown only to those who may read the settings. */
export const SETTINGS: Section = { href: '/settings', icon: 'settings', title: shell.nav.settings }

/** The pages of the settings. As above: only what is there. */
export const SETTINGS_SECTIONS: readonly { href: string; title: string }[] = [
  { href: '/settings/profiles', title: shell.settings.profiles },
  { href: '/settings/attestation', title: shell.settings.attestation },
  { href: '/settings/connections', title: shell.nav.connections },
]
