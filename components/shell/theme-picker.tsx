'use client'
/** Light, dark or the system's. Takes effect at once; the cookie makes the server draw the next page right from the start. */
import { useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { shell } from '#lib/messages/shell.ts'
import { THEME_COOKIE, THEMES, type Theme } from './theme.ts'

const ICONS: Record<Theme, IconName> = { system: 'monitor', light: 'sun', dark: 'moon' }
const YEAR_S = 31_536_000

export function ThemePicker({ theme: initial }: { theme: Theme }) {
  const [theme, setTheme] = useState(initial)
  const choose = (next: Theme) => {
    setTheme(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there over plain http
    document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_S}; samesite=lax`
    document.documentElement.classList.remove('light', 'dark')
    if (next !== 'system') document.documentElement.classList.add(next)
  }
  return (
    <fieldset>
      <legend className="mb-1 text-muted-foreground text-xs">{shell.theme.label}</legend>
      <div className="grid grid-cols-3 gap-0.5 rounded-md border bg-muted/50 p-0.5">
        {THEMES.map((each) => (
          <label
            key={each}
            className={cn(
              'flex h-7 cursor-pointer items-center justify-center gap-1 rounded-sm px-1.5 text-xs has-focus-visible:outline-2 has-focus-visible:outline-ring',
              each === theme ? 'bg-card font-medium text-foreground shadow-card' : 'text-muted-foreground hover:text-foreground',
            )}
          >
            <input
              type="radio"
              name="theme"
              value={each}
              checked={each === theme}
              onChange={() => choose(each)}
              className="sr-only"
            />
            <Icon name={ICONS[each]} className="size-3.5" />
            {shell.theme[each]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
