import type { IconName } from '#components/ui/icon.tsx'
import { shell } from '#lib/messages/shell.ts'

/** The sections there are. One that is not built yet is not here: a link leads somewhere. */
export const SECTIONS = [
  { href: '/', icon: 'house', title: shell.nav.home },
  { href: '/users', icon: 'users', title: shell.nav.users },
  { href: '/enrollments', icon: 'qr-code', title: shell.nav.enrollments },
  { href: '/phones', icon: 'smartphone', title: shell.nav.phones },
  { href: '/certificates', icon: 'badge-check', title: shell.nav.certificates },
] as const satisfies readonly { href: string; icon: IconName; title: string }[]
