/** What a test has seen so far: icon, word and sentence for each step. */
import { Icon, type IconName } from '#components/ui/icon.tsx'
import type { ConnectionStep, StepOutcome } from '#lib/core/connection-test.ts'
import { connections } from '#lib/messages/connections.ts'

const words = connections.run

const LOOK: Record<StepOutcome, { icon: IconName; className: string }> = {
  ok: { icon: 'circle-check', className: 'text-success' },
  warning: { icon: 'triangle-alert', className: 'text-warning' },
  failed: { icon: 'circle-x', className: 'text-destructive' },
  skipped: { icon: 'circle-minus', className: 'text-muted-foreground' },
}

export function TestSteps({ steps }: { steps: readonly ConnectionStep[] }) {
  return (
    <ol className="space-y-2">
      {steps.map(({ name, outcome, detail }) => (
        <li key={name} className="flex gap-2.5">
          <Icon name={LOOK[outcome].icon} className={`mt-0.5 ${LOOK[outcome].className}`} />
          <div className="min-w-0">
            <p className="font-medium text-sm">
              {words.steps[name]} <span className={LOOK[outcome].className}>· {words.stepOutcomes[outcome]}</span>
            </p>
            <p className="foreign break-words text-muted-foreground text-sm">{detail}</p>
          </div>
        </li>
      ))}
    </ol>
  )
}
