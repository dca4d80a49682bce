import Link from 'next/link'
import { common } from '#lib/messages/common.ts'
import { cn } from './cn.ts'
import { Icon } from './icon.tsx'
import { type ListParams, listUrl } from './list-url.ts'

const box =
  'inline-flex h-7 min-w-7 items-center justify-center rounded-md border bg-card px-1.5 text-sm tabular-nums hover:bg-accent'

/** "1–50 of 1,234" and the pages, as links. `pages` is the last page that can be asked for. */
export function Pagination({
  path,
  params,
  page,
  pageSize,
  shown,
  total,
  capped,
}: {
  path: string
  params: ListParams
  page: number
  pageSize: number
  shown: number
  total: number
  capped: boolean
}) {
  const pages = Math.max(1, Math.ceil(total / pageSize))
  const from = (page - 1) * pageSize + 1
  const words = common.pagination
  const numbers = [...new Set([1, page - 1, page, page + 1, pages])].filter((n) => n >= 1 && n <= pages)
  return (
    <nav aria-label={words.label} className="flex flex-wrap items-center justify-between gap-2 border-t px-3 py-2 text-sm">
      <p className="text-muted-foreground tabular-nums">
        {words.range(Math.min(from, total), from + shown - 1, words.total(total, capped))}
      </p>
      {pages > 1 && (
        <ul className="flex items-center gap-1">
          <Step href={page > 1 ? listUrl(path, params, { page: page - 1 }) : null} label={words.previous} icon="chevron-left" />
          {numbers.map((n, index) => (
            <li key={n} className="flex items-center gap-1 max-sm:hidden">
              {n - (numbers[index - 1] ?? n - 1) > 1 && <span className="px-0.5 text-muted-foreground">…</span>}
              <Link
                href={listUrl(path, params, { page: n })}
                prefetch={false}
                aria-label={words.page(n)}
                aria-current={n === page ? 'page' : undefined}
                className={cn(box, n === page ? 'border-primary/40 font-semibold text-link' : 'text-muted-foreground')}
              >
                {n.toLocaleString('en-GB')}
              </Link>
            </li>
          ))}
          <Step href={page < pages ? listUrl(path, params, { page: page + 1 }) : null} label={words.next} icon="chevron-right" />
        </ul>
      )}
    </nav>
  )
}

function Step({ href, label, icon }: { href: string | null; label: string; icon: 'chevron-left' | 'chevron-right' }) {
  return (
    <li>
      {href ? (
        <Link href={href} prefetch={false} aria-label={label} className={box}>
          <Icon name={icon} />
        </Link>
      ) : (
        <span aria-hidden="true" className={cn(box, 'pointer-events-none opacity-40')}>
          <Icon name={icon} />
        </span>
      )}
    </li>
  )
}
