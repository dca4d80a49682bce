/** The navigation of narrow screens: a button and a panel, the browser's own popover. */
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { shell } from '#lib/messages/shell.ts'
import { Brand } from './brand.tsx'
import { NavLinks } from './nav-links.tsx'

const ID = 'navigation-menu'

export function NavMenu({ settings }: { settings: boolean }) {
  return (
    <div className="lg:hidden">
      <Button variant="ghost" size="icon" className="-ml-1.5" popoverTarget={ID} aria-label={shell.openNavigation}>
        <Icon name="menu" className="size-5" />
      </Button>
      <div
        id={ID}
        popover="auto"
        className="fixed inset-y-0 left-0 m-0 h-dvh max-h-none w-64 border-r bg-popover p-3 shadow-popover backdrop:bg-black/30"
      >
        <div className="mb-3 flex items-center justify-between ps-1.5">
          <Brand />
          <Button variant="ghost" size="icon-sm" popoverTarget={ID} popoverTargetAction="hide" aria-label={shell.closeNavigation}>
            <Icon name="x" />
          </Button>
        </div>
        <nav aria-label={shell.navigation}>
          <NavLinks settings={settings} />
        </nav>
      </div>
    </div>
  )
}
