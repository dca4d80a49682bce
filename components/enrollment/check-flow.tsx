/** The groups of checks as the data flows, each with what it came to: where an answer broke is seen before anything is read. */
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import type { CheckGroup, CheckOutcome, CheckResult } from '#lib/core/enrollment/evidence.ts'
import { CHECK_GROUPS, evidence as words } from '#lib/messages/evidence.ts'
import { OUTCOME_LOOKS } from './check-row.tsx'

/** What a group is remembered for. One that did not run to its end has not passed. */
const WORST_FIRST = ['fail', 'skipped', 'warn', 'pass'] as const satisfies readonly CheckOutcome[]

const COLOURS: Record<CheckOutcome, string> = {
  fail: 'border-destructive text-destructive',
  warn: 'border-warning text-warning',
  pass: 'border-success text-success',
  skipped: 'border-input text-muted-foreground',
}

export function CheckFlow({ checks, onGo }: { checks: readonly CheckResult[]; onGo: (group: CheckGroup) => void }) {
  return (
    <nav aria-label={words.flow.label}>
      <ol className="grid grid-cols-2 gap-2 sm:grid-cols-3 xl:grid-cols-6 print:grid-cols-3">
        {CHECK_GROUPS.map((group) => {
          const members = checks.filter((check) => check.group === group)
          const worst = WORST_FIRST.find((outcome) => members.some((check) => check.outcome === outcome)) ?? 'skipped'
          return (
            <li key={group} className="min-w-0">
              <button
                type="button"
                onClick={() => onGo(group)}
                className={cn(
                  'flex h-full w-full flex-col items-start gap-0.5 rounded-md border-t-2 bg-muted/50 px-2.5 py-1.5 text-left hover:bg-accent',
                  COLOURS[worst],
                )}
              >
                <span className="font-medium text-foreground text-sm">{words.groups[group].title}</span>
                <span className="flex items-center gap-1 text-xs">
                  <Icon name={OUTCOME_LOOKS[worst].icon} className="size-3" />
                  {sayCounts(members)}
                </span>
              </button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** "2 failed, 1 not run": what passed is not said beside what did not. */
function sayCounts(members: readonly CheckResult[]): string {
  const of = (outcome: CheckOutcome): number => members.filter((check) => check.outcome === outcome).length
  const whole = of('fail') + of('skipped') === 0
  return (['fail', 'skipped', 'warn', 'pass'] as const)
    .filter((outcome) => of(outcome) > 0 && (whole || outcome !== 'pass'))
    .map((outcome) => words.flow.counts[outcome](of(outcome)))
    .join(', ')
}
