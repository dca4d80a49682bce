/** One thing said large. The headline takes the focus when the screen changes, so that it is read out. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from '#components/ui/icon.tsx'

const TONES = {
  neutral: 'bg-muted text-muted-foreground',
  success: 'bg-success text-success-foreground',
  warning: 'bg-warning-soft text-warning',
}

export function Message({
  icon,
  tone = 'neutral',
  spin = false,
  title,
  children,
  action,
}: {
  icon: IconName
  tone?: keyof typeof TONES
  spin?: boolean
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-start gap-4">
      <span className={`flex size-14 items-center justify-center rounded-full ${TONES[tone]}`}>
        <Icon name={icon} className={`size-7 ${spin ? 'animate-spin' : ''}`} />
      </span>
      <Headline>{title}</Headline>
      {children && <div className="foreign space-y-3 text-pretty">{children}</div>}
      {action}
    </div>
  )
}

export const HEADLINE_ID = 'headline'

export function Headline({ children }: { children: ReactNode }) {
  return (
    <h1 id={HEADLINE_ID} tabIndex={-1} className="text-balance font-semibold text-3xl leading-tight tracking-tight outline-none">
      {children}
    </h1>
  )
}
