/** Something that must be read. An error stays until it is closed or mended; nothing here disappears by itself. */
import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { Icon, type IconName } from './icon.tsx'

const LOOK = {
  info: { icon: 'info', box: 'border-info/25 bg-info-soft', sign: 'text-info' },
  success: { icon: 'circle-check', box: 'border-success/25 bg-success-soft', sign: 'text-success' },
  warning: { icon: 'triangle-alert', box: 'border-warning/25 bg-warning-soft', sign: 'text-warning' },
  destructive: { icon: 'circle-alert', box: 'border-destructive/25 bg-destructive-soft', sign: 'text-destructive' },
} as const satisfies Record<string, { icon: IconName; box: string; sign: string }>

export function Alert({
  tone = 'info',
  title,
  children,
  actions,
  live = false,
  className,
}: {
  tone?: keyof typeof LOOK
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
  /** True for what appears after the page was shown, so that screen readers say it. */
  live?: boolean
  className?: string
}) {
  const { icon, box, sign } = LOOK[tone]
  return (
    <div role={live ? 'alert' : undefined} className={cn('flex gap-2.5 rounded-md border px-3 py-2.5 text-base', box, className)}>
      <Icon name={icon} className={cn('mt-0.5', sign)} />
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="foreign text-foreground/90">{children}</div>}
        {actions && <div className="flex flex-wrap gap-2 pt-1">{actions}</div>}
      </div>
    </div>
  )
}
