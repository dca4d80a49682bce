/** Who is signed in, the theme, and the way out. The browser's own popover: opens without any script. */
import type { ReactNode } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Separator } from '#components/ui/separator.tsx'
import { shell } from '#lib/messages/shell.ts'
import type { Theme } from './theme.ts'
import { ThemePicker } from './theme-picker.tsx'

const ID = 'account-menu'

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter((letter) => /\p{L}/u.test(letter))
    .slice(0, 2)
    .join('')
    .toUpperCase()

export function AccountMenu({
  name,
  role,
  theme,
  signOut,
}: {
  name: string
  /** In words. */
  role: string
  theme: Theme
  /** The button that signs out, with its form. */
  signOut: ReactNode
}) {
  return (
    <>
      <Button variant="ghost" className="-mr-1.5 px-1.5" popoverTarget={ID} aria-label={shell.account.open(name)}>
        <span
          aria-hidden="true"
          className="inline-flex size-6 items-center justify-center rounded-full bg-primary/12 font-semibold text-[0.6875rem] text-link"
        >
          {initials(name)}
        </span>
        <span className="foreign-line max-w-40 max-md:hidden">{name}</span>
        <Icon name="chevron-down" className="size-3.5 text-muted-foreground max-md:hidden" />
      </Button>
      <div
        id={ID}
        popover="auto"
        className="fixed inset-auto top-12 right-3 m-0 w-60 space-y-2.5 rounded-lg border bg-popover p-3 shadow-popover"
      >
        <div>
          <p className="foreign font-medium">{name}</p>
          <p className="text-muted-foreground text-sm">{role}</p>
        </div>
        <Separator />
        <ThemePicker theme={theme} />
        <Separator />
        {signOut}
      </div>
    </>
  )
}
