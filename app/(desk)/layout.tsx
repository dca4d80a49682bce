/**
 * The desk: for those signed in. What they may see is asked by each page where it reads its data, not here: a layout is not run again
 * for every page, and never for an action.
 */
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AccountMenu } from '#components/shell/account-menu.tsx'
import { DeskFrame } from '#components/shell/desk-frame.tsx'
import { readTheme, THEME_COOKIE } from '#components/shell/theme.ts'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { requireActor } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import { common } from '#lib/messages/common.ts'
import { shell } from '#lib/messages/shell.ts'
import { signOutAction } from '../(auth)/sign-in/actions.ts'

export default async function DeskLayout({ children }: { children: ReactNode }) {
  const [actor, jar] = await Promise.all([requireActor(), cookies()])
  const role = common.role[actor.role]
  const account = (
    <AccountMenu
      name={actor.name}
      role={role}
      theme={readTheme(jar.get(THEME_COOKIE)?.value)}
      signOut={
        <form action={signOutAction}>
          <SubmitButton variant="ghost" className="-mx-1.5 w-[calc(100%+0.75rem)] justify-start px-1.5">
            <Icon name="log-out" />
            {shell.account.signOut}
          </SubmitButton>
        </form>
      }
    />
  )
  return (
    <DeskFrame account={account} settings={may(actor, 'settings:read')}>
      {may(actor, 'user:read') ? (
        children
      ) : (
        <EmptyState icon="lock" title={shell.notAllowed.title}>
          {shell.notAllowed.text(role)}
        </EmptyState>
      )}
    </DeskFrame>
  )
}
