import Link from 'next/link'
import { cn } from './cn.ts'
import { type ListParams, listUrl } from './list-url.ts'

/** One of a few: quick filters of a list, as links, so that they can be bookmarked and sent. */
export function FilterLinks({
  label,
  path,
  params,
  name,
  value,
  options,
}: {
  /** What is filtered by, for screen readers. */
  label: string
  path: string
  params: ListParams
  /** The name in the address. */
  name: string
  /** What is chosen; undefined: the first. */
  value: string | undefined
  options: readonly { value: string | undefined; label: string }[]
}) {
  return (
    <nav aria-label={label} className="flex max-w-full overflow-x-auto rounded-md border bg-card p-0.5 shadow-card">
      {options.map((option) => {
        const chosen = option.value === value
        return (
          <Link
            key={option.label}
            href={listUrl(path, params, { [name]: option.value })}
            prefetch={false}
            aria-current={chosen ? 'true' : undefined}
            className={cn(
              'inline-flex h-6.5 items-center whitespace-nowrap rounded-sm px-2.5 font-medium text-sm focus-visible:outline-offset-[-2px]',
              chosen ? 'bg-accent text-foreground' : 'text-muted-foreground hover:text-foreground',
            )}
          >
            {option.label}
          </Link>
        )
      })}
    </nav>
  )
}
