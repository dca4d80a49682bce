'use client'
/** The sections, the present one marked. Inside the narrow screen's menu, following a link closes the menu. */
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { SECTIONS, SETTINGS, SETTINGS_SECTIONS } from './navigation.ts'

export function NavLinks({ settings }: { settings: boolean }) {
  const path = usePathname()
  return (
    <ul className="space-y-0.5">
      {[...SECTIONS, ...(settings && SETTINGS_SECTIONS.length > 0 ? [SETTINGS] : [])].map(({ href, icon, title }) => {
        const here = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
        return (
          <li key={href}>
            <Link
              href={href}
              prefetch={false}
              aria-current={here ? 'page' : undefined}
              onClick={(event) => event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()}
              className={cn(
                'flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium text-sm transition-colors',
                here
                  ? 'bg-accent text-foreground [&>.icon]:text-link'
                  : 'text-muted-foreground hover:bg-accent/60 hover:text-foreground',
              )}
            >
              <Icon name={icon} />
              {title}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
