import Link from 'next/link'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** The top of a page: where it belongs, its one h1, what can be done now. */
export function PageHeader({
  title,
  parent,
  badge,
  children,
  actions,
}: {
  title: ReactNode
  /** The list this belongs to. */
  parent?: { href: string; title: string }
  badge?: ReactNode
  /** A line or two under the title. */
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 max-w-full">
        {parent && (
          <Link
            href={parent.href}
            prefetch={false}
            className="-ml-1 mb-0.5 inline-flex items-center gap-0.5 rounded-sm pr-1 text-muted-foreground text-sm hover:text-foreground"
          >
            <Icon name="chevron-left" className="size-3.5" />
            {parent.title}
          </Link>
        )}
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="foreign min-w-0 font-semibold text-xl tracking-tight">{title}</h1>
          {badge}
        </div>
        {children && <div className="mt-0.5 text-muted-foreground text-sm">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2 print:hidden">{actions}</div>}
    </header>
  )
}
