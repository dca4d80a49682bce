'use client'
/** Every check of the answer, grouped as the data flows: what was expected, what was seen, and why one could not run. */
import { useState } from 'react'
import { Badge, type Tone } from '#components/ui/badge.tsx'
import { cn } from '#components/ui/cn.ts'
import type { IconName } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CheckOutcome, CheckResult } from '#lib/core/enrollment/evidence.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { CHECK_GROUPS, evidence as words } from '#lib/messages/evidence.ts'

const LOOK: Record<CheckOutcome, { tone: Tone; icon: IconName }> = {
  pass: { tone: 'success', icon: 'check' },
  fail: { tone: 'destructive', icon: 'x' },
  warn: { tone: 'warning', icon: 'info' },
  skipped: { tone: 'neutral', icon: 'circle-minus' },
}

const isFinding = ({ outcome }: CheckResult) => outcome === 'fail' || outcome === 'warn'

export function EvidenceTable({ evidence }: { evidence: NonNullable<EnrollmentView['evidence']> }) {
  const findings = evidence.checks.filter(isFinding).length
  const failed = evidence.checks.filter((check) => check.outcome === 'fail').length
  const [onlyFindings, setOnlyFindings] = useState(failed > 0)
  const shown = onlyFindings ? evidence.checks.filter(isFinding) : evidence.checks
  const good = evidence.verdict === 'passed'
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex flex-wrap items-center gap-2 text-muted-foreground text-sm">
          <Badge tone={good ? 'success' : 'destructive'} icon={good ? 'shield-check' : 'shield-x'}>
            {words.verdict[evidence.verdict]}
          </Badge>
          {words.judged} <AbsoluteTime at={evidence.judgedAt} full />
        </p>
        <fieldset className="flex rounded-md border bg-card p-0.5 shadow-card">
          <legend className="sr-only">{words.show}</legend>
          {[false, true].map((only) => (
            <button
              key={String(only)}
              type="button"
              aria-pressed={onlyFindings === only}
              onClick={() => setOnlyFindings(only)}
              className={cn(
                'h-6.5 rounded-sm px-2.5 font-medium text-sm',
                onlyFindings === only ? 'bg-accent text-foreground' : 'text-muted-foreground hover:text-foreground',
              )}
            >
              {!only ? words.all(evidence.checks.length) : failed === findings ? words.failed(failed) : words.notes(findings)}
            </button>
          ))}
        </fieldset>
      </div>
      {shown.length === 0 && <p className="py-6 text-center text-muted-foreground">{words.nothingFailed}</p>}
      {CHECK_GROUPS.map((group) => {
        const checks = shown.filter((check) => check.group === group)
        if (checks.length === 0) return null
        const { title, text } = words.groups[group]
        return (
          <section key={group} aria-labelledby={`checks-${group}`}>
            <h3 id={`checks-${group}`} className="font-semibold">
              {title}
            </h3>
            <p className="mb-1.5 text-muted-foreground text-sm">{text}</p>
            <ul className="divide-y rounded-md border">
              {checks.map((check) => (
                <CheckLine key={check.id} check={check} />
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}

function CheckLine({ check }: { check: CheckResult }) {
  const { tone, icon } = LOOK[check.outcome]
  return (
    <li
      className={cn(
        'grid gap-x-4 gap-y-1 px-3 py-2 lg:grid-cols-[minmax(15rem,1.1fr)_5.5rem_1fr_1fr]',
        check.outcome === 'fail' && 'bg-destructive-soft/60',
      )}
    >
      <div className="min-w-0">
        <span className="mr-2 inline-block w-7 font-mono text-muted-foreground text-xs">{check.id}</span>
        <span className={cn(check.outcome === 'fail' && 'font-semibold')}>{check.title}</span>
        {check.keyid && <span className="ml-1.5 text-muted-foreground text-sm">{words.key(check.keyid)}</span>}
      </div>
      <div className="flex items-start gap-1.5 lg:block">
        <Badge tone={tone} icon={icon}>
          {words.outcomes[check.outcome]}
        </Badge>
        {check.code && <code className="block text-muted-foreground text-xs lg:mt-0.5">{check.code}</code>}
      </div>
      {check.outcome === 'skipped' ? (
        <p className="text-muted-foreground text-sm lg:col-span-2">
          {check.needs?.length ? words.needs(check.needs) : check.observed}
        </p>
      ) : (
        <>
          <Said label={words.columns.expected} text={check.expected} />
          <Said label={words.columns.observed} text={check.observed} strong={check.outcome === 'fail'} />
        </>
      )}
    </li>
  )
}

/** The label stands there on narrow screens; on wide ones the columns speak, and screen readers hear it always. */
function Said({ label, text, strong = false }: { label: string; text: string; strong?: boolean }) {
  return (
    <p className="min-w-0 text-sm">
      <span className="text-muted-foreground text-xs">{label}: </span>
      <bdi className={cn('foreign', strong && 'font-medium text-destructive')}>{text}</bdi>
    </p>
  )
}
