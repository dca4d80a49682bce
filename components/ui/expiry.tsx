import { common } from '#lib/messages/common.ts'
import { cn } from './cn.ts'
import { AbsoluteTime } from './relative-time.tsx'

const SOON_DAYS = 30

/** The day something ends, coloured when that is near; the days left stand in words beside it. */
export function Expiry({
  at,
  daysLeft,
  inline = false,
  className,
}: {
  at: string
  daysLeft: number
  inline?: boolean
  className?: string
}) {
  return (
    <span className={cn('whitespace-nowrap', className)}>
      <AbsoluteTime at={at} />{' '}
      <span
        className={cn(
          'text-xs',
          !inline && 'max-sm:block',
          daysLeft >= 0 && daysLeft <= SOON_DAYS ? 'font-medium text-warning' : 'text-muted-foreground',
        )}
      >
        {common.time.daysLeft(daysLeft)}
      </span>
    </span>
  )
}

/** Whole days from now; negative when it has ended. */
export const daysUntil = (at: string, now: Date = new Date()): number => Math.floor((Date.parse(at) - now.getTime()) / 86_400_000)
