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
            <div className="overflow-hidden rounded-md border">
              {/* Repeated in words in each line, for narrow screens and screen readers. */}
              <div
                aria-hidden="true"
                className={cn(COLUMNS, 'hidden border-b bg-muted/60 py-1.5 font-medium text-muted-foreground text-xs lg:grid')}
              >
                <span className="col-span-2">{words.columns.check}</span>
                <span>{words.columns.outcome}</span>
                <span>{words.columns.expected}</span>
                <span>{words.columns.observed}</span>
              </div>
              <ul className="divide-y">
                {checks.map((check) => (
                  <CheckLine key={check.id} check={check} />
                ))}
              </ul>
            </div>
          </section>
        )
      })}
    </div>
  )
}

const COLUMNS = 'gap-x-4 px-3 lg:grid-cols-[2rem_minmax(13rem,1fr)_6rem_1.1fr_1.1fr]'

function CheckLine({ check }: { check: CheckResult }) {
  const { tone, icon } = LOOK[check.outcome]
  return (
    <li
      className={cn(
        COLUMNS,
        'grid grid-cols-[2rem_1fr_auto] items-start gap-y-1 py-2',
        check.outcome === 'fail' && 'bg-destructive-soft/60',
      )}
    >
      <span className="pt-0.5 font-mono text-muted-foreground text-xs">{check.id}</span>
      <div className="min-w-0">
        <span className={cn(check.outcome === 'fail' && 'font-semibold')}>{check.title}</span>
        {check.keyid && <bdi className="ml-1.5 text-muted-foreground text-sm">{words.key(check.keyid)}</bdi>}
      </div>
      <div className="min-w-0 max-lg:text-right">
        <Badge tone={tone} icon={icon}>
          {words.outcomes[check.outcome]}
        </Badge>
        {check.code && <code className="mt-0.5 block break-all text-muted-foreground text-xs">{check.code}</code>}
      </div>
      {check.outcome === 'skipped' ? (
        <p className="text-muted-foreground text-sm max-lg:col-span-2 max-lg:col-start-2 lg:col-span-2">
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

/** The label stands there on narrow screens; on wide ones the heading shows it, and screen readers hear it always. */
function Said({ label, text, strong = false }: { label: string; text: string; strong?: boolean }) {
  return (
    <p className="min-w-0 text-sm max-lg:col-span-2 max-lg:col-start-2">
      <span className="text-muted-foreground text-xs lg:sr-only">{label}: </span>
      <bdi className={cn('foreign', strong && 'font-medium text-destructive')}>{text}</bdi>
    </p>
  )
}
