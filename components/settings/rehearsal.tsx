'use client'
/**
 * The step before a change of rules is saved: choose a period, have its answers replayed, see what would have come out. For the attestation
 * policy and for what a profile wants of answers. Says by `onOutcome` which finished rehearsal belongs to the form as it stands now.
 */
import { useEffect, useId, useState } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Field } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { RehearsalPeriod, RehearsalWish } from '#lib/core/enrollment/rehearsal.ts'
import { rehearsalMessages as words } from '#lib/messages/rehearsal.ts'
import { RehearsalOutcome } from './rehearsal-outcome.tsx'
import { type StartRehearsal, useRehearsal } from './use-rehearsal.ts'

/** What is to be rehearsed; the period is chosen here. */
export type RehearsedChange =
  | { change: 'policy'; draft: Extract<RehearsalWish, { change: 'policy' }>['draft']; basedOn: number }
  | Omit<Extract<RehearsalWish, { change: 'profile' }>, 'period'>

const PERIODS: readonly { value: string; label: string; period: RehearsalPeriod }[] = [
  ...([7, 30, 90] as const).map((days) => ({ value: `${days}d`, label: words.days(days), period: { days } })),
  ...[100, 1000, 5000].map((last) => ({ value: `${last}`, label: words.last(last), period: { last } })),
]
const DEFAULT_PERIOD = '30d'

export function Rehearsal({
  change,
  moments = [],
  start,
  onOutcome,
}: {
  change: RehearsedChange
  /** Moments at which the validity of a key begins or ends: what the change will do then can be rehearsed too. */
  moments?: readonly string[]
  start: StartRehearsal
  /** The id of the finished rehearsal of this very change; null while there is none. */
  onOutcome: (id: string | null) => void
}) {
  const field = useId()
  const [period, setPeriod] = useState(DEFAULT_PERIOD)
  const [asOf, setAsOf] = useState('')
  const { running, problem, busy, begin } = useRehearsal(start)
  const of = JSON.stringify(change)
  const fits = running?.of === of
  const outcome = fits && running.result !== null ? running.id : null
  useEffect(() => onOutcome(outcome), [onOutcome, outcome])

  const run = () => {
    const chosen = PERIODS.find(({ value }) => value === period)?.period ?? { days: 30 as const }
    begin(change.change === 'policy' ? { ...change, asOf: asOf || null, period: chosen } : { ...change, period: chosen }, of)
  }
  return (
    <section aria-label={words.title} className="space-y-3">
      <p className="text-pretty text-muted-foreground text-sm">{words.why}</p>
      <div className="flex flex-wrap items-end gap-2">
        <Field id={`${field}-period`} label={words.period}>
          <NativeSelect id={`${field}-period`} value={period} onChange={(event) => setPeriod(event.target.value)}>
            {PERIODS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </NativeSelect>
        </Field>
        {change.change === 'policy' && moments.length > 0 && (
          <Field id={`${field}-as-of`} label={words.asOf}>
            <NativeSelect id={`${field}-as-of`} value={asOf} onChange={(event) => setAsOf(event.target.value)}>
              <option value="">{words.asOfNow}</option>
              {moments.map((moment) => (
                <option key={moment} value={moment}>
                  {new Date(moment).toLocaleString('en-GB')}
                </option>
              ))}
            </NativeSelect>
          </Field>
        )}
        <SubmitButton type="button" variant="outline" pending={busy} onClick={run}>
          {running === null ? words.start : words.again}
        </SubmitButton>
      </div>
      {problem && (
        <Alert tone="destructive" title={words.failed} live>
          {problem}
        </Alert>
      )}
      {running && !running.finished && (
        <p role="status" className="text-muted-foreground text-sm tabular-nums">
          {running.total === null ? words.waiting : words.progress(running.done, running.total)}
        </p>
      )}
      {running?.failure && (
        <Alert tone="destructive" title={words.failed} live>
          {running.failure}
        </Alert>
      )}
      {running?.result && !fits && <Alert tone="warning">{words.stale}</Alert>}
      {running?.result && fits && <RehearsalOutcome result={running.result} changes={running.changes} />}
    </section>
  )
}
