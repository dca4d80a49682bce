/** The frame of every desk page: skip link, navigation on the left (a menu on narrow screens), search and account on top. */
import type { ReactNode } from 'react'
import { shell } from '#lib/messages/shell.ts'
import { Brand } from './brand.tsx'
import { NavLinks } from './nav-links.tsx'
import { NavMenu } from './nav-menu.tsx'
import { SearchBox } from './search-box.tsx'

export function DeskFrame({
  account,
  settings,
  children,
}: {
  account: ReactNode
  /** True for those who may read the settings. */
  settings: boolean
  children: ReactNode
}) {
  return (
    <div className="min-h-dvh lg:grid print:block lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-14 rounded-md bg-primary px-3 py-1.5 font-medium text-primary-foreground focus:translate-y-0 print:hidden"
      >
        {shell.skip}
      </a>
      <aside className="sticky top-0 h-dvh overflow-y-auto border-r px-3 py-3 max-lg:hidden print:hidden">
        <div className="mb-4 flex h-8 items-center ps-1.5">
          <Brand />
        </div>
        <nav aria-label={shell.navigation}>
          <NavLinks settings={settings} />
        </nav>
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-background/95 px-4 backdrop-blur-sm sm:px-6 print:hidden">
          <NavMenu settings={settings} />
          <SearchBox />
          <div className="ms-auto">{account}</div>
        </header>
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[88rem] flex-1 px-4 pt-5 pb-12 outline-none sm:px-6">
          {children}
        </main>
      </div>
    </div>
  )
}
