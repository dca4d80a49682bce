'use client'
/** Where the enrolment stands, in five steps, each with the time it took; the one going on counts. */
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { formatElapsed, type Step, type StepInput, type StepStatus, stepsOf } from './steps.ts'
import { useNow } from './use-server-clock.ts'

const LOOK: Record<StepStatus, { icon: IconName; sign: string }> = {
  done: { icon: 'check', sign: 'border-transparent bg-success text-success-foreground' },
  active: { icon: 'loader-circle', sign: 'border-primary bg-card text-link' },
  failed: { icon: 'x', sign: 'border-transparent bg-destructive-solid text-destructive-foreground' },
  stopped: { icon: 'circle-slash', sign: 'border-border bg-muted text-muted-foreground' },
  todo: { icon: 'circle-dashed', sign: 'border-border bg-card text-muted-foreground' },
}

export function Stepper({ input, serverTime, offsetMs }: { input: StepInput; serverTime: string; offsetMs: number }) {
  const steps = stepsOf(input)
  return (
    <ol aria-label={words.steps.region}>
      {steps.map((step, index) => (
        <li
          key={step.name}
          aria-current={step.status === 'active' ? 'step' : undefined}
          className="relative flex items-start gap-3 pb-4 last:pb-0"
        >
          {index < steps.length - 1 && (
            <span
              aria-hidden="true"
              className={cn('absolute top-6 bottom-0 left-[11px] w-0.5', step.status === 'done' ? 'bg-success/50' : 'bg-border')}
            />
          )}
          <span
            className={cn('z-10 flex size-6 shrink-0 items-center justify-center rounded-full border-2', LOOK[step.status].sign)}
          >
            <Icon name={LOOK[step.status].icon} className={cn('size-3.5', step.status === 'active' && 'animate-spin')} />
          </span>
          <span className="flex min-w-0 flex-1 items-baseline justify-between gap-3 leading-6">
            <span className={cn(step.status === 'todo' ? 'text-muted-foreground' : 'font-medium')}>
              {words.steps[step.name]}
              <span className="sr-only">, {words.steps.status[step.status]}</span>
            </span>
            <Elapsed step={step} serverTime={serverTime} offsetMs={offsetMs} />
          </span>
        </li>
      ))}
    </ol>
  )
}

function Elapsed({ step, serverTime, offsetMs }: { step: Step; serverTime: string; offsetMs: number }) {
  const running = step.status === 'active'
  const now = useNow(serverTime, offsetMs, { running })
  if (!step.since) return null
  const ms = (step.until ? Date.parse(step.until) : now) - Date.parse(step.since)
  return (
    <span className={cn('whitespace-nowrap text-muted-foreground text-sm tabular-nums', running && 'text-foreground')}>
      {running ? formatElapsed(Math.floor(Math.max(0, ms) / 1000) * 1000).replace('.0', '') : formatElapsed(ms)}
    </span>
  )
}
