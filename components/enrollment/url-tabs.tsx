'use client'
/**
 * Tabs whose choice stands in the address (?tab=), without asking the server: everything they show is on the page already or loads itself.
 * Arrow keys, Home and End move (ARIA tabs pattern, automatic activation).
 */
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { cn } from '#components/ui/cn.ts'

export interface UrlTab<Name extends string> {
  name: Name
  title: string
  /** A number beside the title. */
  count?: number
}

export function UrlTabs<Name extends string>({
  label,
  tabs,
  value,
  onChange,
  children,
}: {
  label: string
  tabs: readonly UrlTab<Name>[]
  value: Name
  onChange: (name: Name) => void
  children: ReactNode
}) {
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.name === value)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = tabs[(to + tabs.length) % tabs.length]
    if (!next) return
    onChange(next.name)
    list.current?.querySelector<HTMLElement>(`#tab-${next.name}`)?.focus()
  }
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        className="flex scroll-mt-16 gap-5 overflow-x-auto border-b px-4 print:hidden"
      >
        {tabs.map((tab) => {
          const chosen = tab.name === value
          return (
            <button
              key={tab.name}
              type="button"
              role="tab"
              id={`tab-${tab.name}`}
              aria-selected={chosen}
              aria-controls={`panel-${tab.name}`}
              tabIndex={chosen ? 0 : -1}
              onClick={() => onChange(tab.name)}
              className={cn(
                '-mb-px scroll-mt-16 inline-flex h-10 items-center gap-1.5 whitespace-nowrap border-b-2 px-0.5 font-medium text-sm focus-visible:outline-offset-[-2px]',
                chosen ? 'border-primary text-foreground' : 'border-transparent text-muted-foreground hover:text-foreground',
              )}
            >
              {tab.title}
            </button>
          )
        })}
      </div>
      <div role="tabpanel" id={`panel-${value}`} aria-labelledby={`tab-${value}`} className="px-4 py-4">
        {children}
      </div>
    </>
  )
}
