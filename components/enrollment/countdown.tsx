'use client'
import { cn } from '#components/ui/cn.ts'
import { formatCountdown } from './steps.ts'
import { useNow } from './use-server-clock.ts'

const SOON_MS = 60_000

/** Time left, as digits and as a bar. Not announced every second: the page says once when the time is over. */
export function Countdown({
  label,
  expiresAt,
  lifeMs,
  serverTime,
  offsetMs,
  large = false,
}: {
  label: string
  expiresAt: string
  lifeMs: number
  serverTime: string
  offsetMs: number
  large?: boolean
}) {
  const left = Date.parse(expiresAt) - useNow(serverTime, offsetMs, { everyMs: 500 })
  const soon = left < SOON_MS
  return (
    <div role="timer" aria-live="off" className="w-full">
      <div className={cn('flex items-baseline justify-between gap-3', large ? 'text-lg' : 'text-sm')}>
        <span className="text-muted-foreground">{label}</span>
        <span className={cn('font-medium tabular-nums', soon && 'text-warning')}>{formatCountdown(left)}</span>
      </div>
      <div className="mt-1 h-1 overflow-hidden rounded-full bg-muted">
        <div
          className={cn('h-full rounded-full transition-[width] duration-500 ease-linear', soon ? 'bg-warning' : 'bg-primary')}
          style={{ width: `${Math.min(100, Math.max(0, (left / lifeMs) * 100))}%` }}
        />
      </div>
    </div>
  )
}
