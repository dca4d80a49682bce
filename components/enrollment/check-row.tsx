/** One check: its sentence and outcome; opened, what was expected and seen, why it matters, who acts, and what to tell the caller. */
import type { ReactNode } from 'react'
import { Badge, type Tone } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { CHECK_DESCRIPTIONS } from '#lib/core/enrollment/checks/catalogue.ts'
import type { CheckId, CheckOutcome, CheckResult } from '#lib/core/enrollment/evidence.ts'
import { evidence as words } from '#lib/messages/evidence.ts'
import { describeFinding } from '#lib/messages/evidence-findings.ts'
import { splitAtDifference } from './first-difference.ts'

export const OUTCOME_LOOKS: Record<CheckOutcome, { tone: Tone; icon: IconName }> = {
  pass: { tone: 'success', icon: 'check' },
  fail: { tone: 'destructive', icon: 'x' },
  warn: { tone: 'warning', icon: 'info' },
  skipped: { tone: 'neutral', icon: 'circle-minus' },
}

export function CheckRow({
  check,
  sayOfNote,
  shown,
  open,
  onChoose,
  onGoTo,
  onShowMarks,
}: {
  check: CheckResult
  sayOfNote: string
  /** By the filter. */
  shown: boolean
  open: boolean
  onChoose: () => void
  /** To another check, which this one needed. */
  onGoTo: (id: CheckId) => void
  /** Null where there is nothing to show. */
  onShowMarks: (() => void) | null
}) {
  const { tone, icon } = OUTCOME_LOOKS[check.outcome]
  const details = `check-${check.id}`
  return (
    <li
      className={cn(
        'print:break-inside-avoid',
        !shown && 'hidden print:list-item',
        check.outcome === 'fail' ? 'bg-destructive-soft/60' : open && 'bg-accent/50',
      )}
    >
      <button
        type="button"
        data-check={check.id}
        aria-expanded={open}
        aria-controls={details}
        onClick={onChoose}
        className="grid w-full grid-cols-[2rem_minmax(0,1fr)_auto_1rem] items-start gap-x-2 px-3 py-2 text-left hover:bg-accent/60 focus-visible:outline-offset-[-2px]"
      >
        <span className="pt-0.5 font-mono text-muted-foreground text-xs">{check.id}</span>
        <span className={cn('min-w-0', (open || check.outcome === 'fail') && 'font-semibold')}>
          {check.title} {/* A check that passed is about every key. */}
          {check.keyid && check.outcome !== 'pass' && (
            <bdi className="foreign inline-block font-normal text-muted-foreground text-sm">{words.key(check.keyid)}</bdi>
          )}
        </span>
        <Badge tone={tone} icon={icon}>
          {words.outcomes[check.outcome]}
        </Badge>
        <Icon
          name="chevron-down"
          className={cn('mt-0.5 size-4 text-muted-foreground transition-transform print:hidden', open && 'rotate-180')}
        />
      </button>
      <div id={details} className={cn('px-3 pb-3 sm:ps-13', !open && 'hidden print:block')}>
        <Details check={check} sayOfNote={sayOfNote} onGoTo={onGoTo} />
        {onShowMarks && (
          <Button variant="outline" size="sm" className="mt-3 print:hidden" onClick={onShowMarks}>
            {words.showMarks}
          </Button>
        )}
      </div>
    </li>
  )
}

function Details({ check, sayOfNote, onGoTo }: { check: CheckResult; sayOfNote: string; onGoTo: (id: CheckId) => void }) {
  const { why } = CHECK_DESCRIPTIONS[check.id]
  const finding = describeFinding(check, sayOfNote)
  const failed = check.outcome === 'fail'
  return (
    <dl className="space-y-2 text-sm">
      {check.outcome === 'skipped' ? (
        <Said term={words.columns.observed}>
          {words.notRun}{' '}
          {check.needs?.map((id) => (
            <button key={id} type="button" className="me-2 text-link underline underline-offset-4" onClick={() => onGoTo(id)}>
              {id} {CHECK_DESCRIPTIONS[id].title}
            </button>
          ))}
        </Said>
      ) : (
        <>
          <Said term={words.columns.expected}>
            <bdi className="foreign">
              <Compared text={check.expected} other={failed ? check.observed : null} />
            </bdi>
          </Said>
          <Said term={words.columns.observed}>
            <bdi className={cn('foreign', failed && 'font-semibold text-destructive')}>
              <Compared text={check.observed} other={failed ? check.expected : null} />
            </bdi>{' '}
            {check.code && <code className="inline-block text-muted-foreground text-xs">{check.code}</code>}
          </Said>
        </>
      )}
      {check.monitored && <Said term={words.columns.outcome}>{words.monitored}</Said>}
      {finding.meaning && <Said term={words.columns.meaning}>{finding.meaning}</Said>}
      <Said term={words.columns.why}>{why}</Said>
      <Said term={words.columns.acts}>
        {finding.acts}
        {finding.next && <span className="block">{finding.next}</span>}
      </Said>
      <Said term={words.columns.say}>
        {finding.say === null ? (
          words.nothingToSay
        ) : (
          <span className="mt-0.5 flex items-start gap-2 rounded-sm border-info border-l-2 bg-info-soft py-1 ps-2 pe-1">
            <q className="min-w-0 flex-1">{finding.say}</q>
            <CopyButton value={finding.say} what={words.sayCopied} className="print:hidden" />
          </span>
        )}
      </Said>
    </dl>
  )
}

function Compared({ text, other }: { text: string; other: string | null }) {
  const { before, word, after } = splitAtDifference(text, other ?? text)
  return (
    <>
      {before}
      {word && <mark className="bg-transparent text-inherit underline decoration-2 underline-offset-4">{word}</mark>}
      {after}
    </>
  )
}

/** On paper the terms stand beside what they say: twenty-five checks are many. */
function Said({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="print:grid print:grid-cols-[7rem_minmax(0,1fr)]">
      <dt className="font-medium text-muted-foreground text-xs print:leading-[1.125rem]">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}
