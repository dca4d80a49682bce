import Link from 'next/link'
import { common } from '#lib/messages/common.ts'
import { cn } from './cn.ts'
import { Icon } from './icon.tsx'
import { type ListParams, listUrl } from './list-url.ts'
import { TableHead } from './table.tsx'

/** A column's heading that sorts the list, on the server. Pressed again, the other way round. `sort` is "key" or "-key". */
export function SortHeader({
  path,
  params,
  column,
  sort,
  className,
  children,
}: {
  path: string
  params: ListParams
  column: string
  /** What the list is sorted by now, whether the address says it or it is the default. */
  sort: string
  className?: string
  children: string
}) {
  const ascending = sort === column
  const descending = sort === `-${column}`
  return (
    <TableHead aria-sort={ascending ? 'ascending' : descending ? 'descending' : 'none'} className={className}>
      <Link
        href={listUrl(path, params, { sort: ascending ? `-${column}` : column })}
        prefetch={false}
        title={common.sort.by(children)}
        className={cn(
          '-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-foreground',
          (ascending || descending) && 'text-foreground',
        )}
      >
        {children}
        <Icon
          name={ascending ? 'arrow-up' : descending ? 'arrow-down' : 'chevrons-up-down'}
          className={cn('size-3', !(ascending || descending) && 'opacity-50')}
        />
      </Link>
    </TableHead>
  )
}
