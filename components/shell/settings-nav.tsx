'use client'
/** The pages of the settings, the present one marked: above each of them. */
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '#components/ui/cn.ts'
import { shell } from '#lib/messages/shell.ts'
import { SETTINGS_SECTIONS } from './navigation.ts'

export function SettingsNav() {
  const path = usePathname()
  return (
    <nav aria-label={shell.settingsNavigation} className="-mx-1 mb-4 border-b">
      <ul className="flex flex-wrap gap-x-1">
        {SETTINGS_SECTIONS.map(({ href, title }) => {
          const here = path === href || path.startsWith(`${href}/`)
          return (
            <li key={href}>
              <Link
                href={href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={cn(
                  '-mb-px flex h-9 items-center border-b-2 px-2.5 font-medium text-sm',
                  here ? 'border-primary text-foreground' : 'border-transparent text-muted-foreground hover:text-foreground',
                )}
              >
                {title}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
