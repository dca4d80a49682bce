import Link from 'next/link'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'

const COLOURS = {
  warning: 'text-warning',
  info: 'text-info',
  destructive: 'text-destructive',
  success: 'text-success',
  neutral: 'text-foreground',
} as const

/** A number that opens its list. Coloured only when there is something to see. */
export function Tile({
  title,
  hint,
  value,
  href,
  tone,
  icon,
}: {
  title: string
  hint: string
  value: number
  href: string
  tone: keyof typeof COLOURS
  icon: IconName
}) {
  const colour = value > 0 ? COLOURS[tone] : 'text-muted-foreground'
  return (
    <Link
      href={href}
      prefetch={false}
      title={hint}
      className="flex flex-col rounded-lg border bg-card px-3.5 pt-2.5 pb-3 shadow-card transition-colors hover:border-input hover:bg-accent/40"
    >
      <span className="flex items-center justify-between gap-2 text-muted-foreground text-sm">
        {title}
        <Icon name={icon} className={cn('size-3.5', colour)} />
      </span>
      <span className={cn('mt-0.5 font-semibold text-2xl tabular-nums tracking-tight', value === 0 && 'text-muted-foreground')}>
        {value.toLocaleString('en-GB')}
      </span>
    </Link>
  )
}
