'use client'
/**
 * The evidence of one answer: what the checks came to, group by group as the data flows; below on the left every check, on the right the
 * exchange it was made from. Choosing a check marks what it looked at; choosing a marked part says which checks looked at it. The chosen check and the filter stand in the
 * address, so that a colleague can be sent to exactly this row. Loaded when somebody opens the tab.
 */
import { useSearchParams } from 'next/navigation'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { cn } from '#components/ui/cn.ts'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CheckGroup, CheckId, CheckOutcome, CheckResult } from '#lib/core/enrollment/evidence.ts'
import type { EnrollmentView, ExchangeMessage } from '#lib/core/views.ts'
import { CHECK_GROUPS, evidence as words } from '#lib/messages/evidence.ts'
import { sayOfNotes } from '#lib/messages/evidence-findings.ts'
import { AnswerPane } from './answer-pane.tsx'
import { CheckFlow } from './check-flow.tsx'
import { CheckRow } from './check-row.tsx'
import { decodeAnswer } from './decode-answer.ts'
import { findMarks, NO_MARKS } from './evidence-marks.ts'

const FILTERS = ['all', 'fail', 'warn', 'skipped'] as const satisfies readonly ('all' | CheckOutcome)[]
type Filter = (typeof FILTERS)[number]

interface Props {
  view: EnrollmentView
  evidence: NonNullable<EnrollmentView['evidence']>
  /** Null while they are on their way; "failed" if they did not come. */
  messages: readonly ExchangeMessage[] | null | 'failed'
}

export function EvidencePage({ view, evidence, messages }: Props) {
  const { checks } = evidence
  const [address, setAddress] = useAddress()
  const firstFailed = checks.find((check) => check.outcome === 'fail') ?? null
  // Whoever opens a refused answer wants to know why.
  const filter = FILTERS.find((name) => name === address.show) ?? (firstFailed ? 'fail' : 'all')
  const chosen = address.check === 'none' ? null : (checks.find((check) => check.id === address.check) ?? firstFailed)
  const parts = useMemo(() => decodeJudged(messages), [messages])
  const marks = useMemo(() => (chosen && parts ? findMarks(chosen, parts) : NO_MARKS), [chosen, parts])
  const [jump, setJump] = useState(0)
  const showRow = useRowToSee(address.check)
  const pane = useRef<HTMLDivElement>(null)

  const choose = (id: string) => setAddress({ check: id === chosen?.id ? 'none' : id })
  const showMarks = () => {
    setJump((count) => count + 1)
    pane.current?.scrollIntoView({ block: 'start' })
  }
  const isShown = (check: CheckResult) => filter === 'all' || check.outcome === filter
  const goToCheck = (id: CheckId) => {
    const shown = checks.some((check) => check.id === id && isShown(check))
    setAddress(shown ? { check: id } : { check: id, show: 'all' })
    showRow(id)
  }
  const goToGroup = (group: CheckGroup) => {
    const members = checks.filter((check) => check.group === group)
    const target = members.find(({ outcome }) => outcome === 'fail') ?? members.find(isShown) ?? members[0]
    if (target) goToCheck(target.id)
  }
  const good = evidence.verdict === 'passed'
  return (
    <div className="space-y-4">
      <p className="hidden font-semibold print:block">
        {words.printed(view.id)} · <bdi className="foreign">{view.user.name}</bdi> ({view.user.userid})
      </p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {view.confirmation && view.confirmation.heldBy.length > 0 ? (
          <Badge tone="warning" icon="hourglass">
            {words.held}
          </Badge>
        ) : (
          <Badge tone={good ? 'success' : 'destructive'} icon={good ? 'shield-check' : 'shield-x'}>
            {words.verdict[evidence.verdict]}
          </Badge>
        )}
        <p className="font-medium">{words.counts(countOutcomes(checks))}</p>
        <p className="text-muted-foreground text-sm sm:ms-auto print:ms-0">
          {words.judged} <AbsoluteTime at={evidence.judgedAt} full />
          {evidence.policyVersion !== null && ` ${words.byPolicy(evidence.policyVersion)}`}
        </p>
      </div>
      <CheckFlow checks={checks} onGo={goToGroup} />
      <div className="grid items-start gap-x-5 gap-y-6 xl:grid-cols-[minmax(0,27rem)_minmax(0,1fr)] print:block">
        <div className="min-w-0 space-y-4 print:space-y-0">
          <Filters checks={checks} value={filter} onChange={(show) => setAddress({ show })} />
          <Checks
            checks={checks}
            sayOfNote={sayOfNotes(view.state, view.failure?.code ?? null)}
            chosen={chosen}
            onChoose={choose}
            onGoTo={goToCheck}
            onShowMarks={marks.first !== null ? showMarks : null}
            filter={filter}
          />
        </div>
        <div ref={pane} className="min-w-0 scroll-mt-16 xl:sticky xl:top-16 print:static print:mt-6">
          <AnswerPane
            parts={parts}
            failed={messages === 'failed'}
            loading={messages === null}
            marks={marks}
            chosen={chosen}
            jump={jump}
            checks={checks}
            onChoose={goToCheck}
          />
        </div>
      </div>
      <p className="text-muted-foreground text-sm print:hidden">
        {words.bundle.text}{' '}
        <a href="/verify-bundle.html" className="text-link underline underline-offset-4">
          {words.bundle.verifier}
        </a>
        {' · '}
        <a href="/pki/bundle-keys.pem" className="text-link underline underline-offset-4">
          {words.bundle.keys}
        </a>
      </p>
    </div>
  )
}

/**
 * Brings a row into view once it is there to be seen: a filter that hides it is taken off by a later render. Whoever was sent to one check
 * sees it at once, with the focus left where the browser has it.
 */
function useRowToSee(sentTo: string | null): (id: CheckId) => void {
  const wanted = useRef(sentTo === null ? null : { id: sentTo, focus: false })
  const show = () => {
    if (wanted.current === null) return
    const { id, focus } = wanted.current
    const row = document.querySelector<HTMLElement>(`button[data-check="${CSS.escape(id)}"]`)
    if (!row?.checkVisibility()) return
    wanted.current = null
    if (focus) row.focus({ preventScroll: true })
    row.scrollIntoView({ block: 'center' })
  }
  useEffect(show)
  return (id) => {
    wanted.current = { id, focus: true }
    show()
  }
}

function countOutcomes(checks: readonly CheckResult[]) {
  const of = (outcome: CheckOutcome): number => checks.filter((check) => check.outcome === outcome).length
  const monitored = checks.filter((check) => check.monitored).length
  return { all: checks.length, fail: of('fail'), warn: of('warn'), skipped: of('skipped'), monitored }
}

function decodeJudged(messages: Props['messages']) {
  if (messages === null || messages === 'failed') return null
  const answer = messages.find((message) => message.answerTo !== null)
  if (answer === undefined) return null
  return decodeAnswer(answer, messages.find((message) => message.id === answer.answerTo) ?? null)
}

/** What stands in the address behind "?", and changing it without asking the server. */
function useAddress() {
  const params = useSearchParams()
  const change = (members: Record<string, string | null>) => {
    const url = new URL(window.location.href)
    url.searchParams.set('tab', 'evidence')
    for (const [name, value] of Object.entries(members)) {
      if (value === null) url.searchParams.delete(name)
      else url.searchParams.set(name, value)
    }
    window.history.replaceState(null, '', url)
  }
  return [{ check: params.get('check'), show: params.get('show') }, change] as const
}

function Filters({
  checks,
  value,
  onChange,
}: {
  checks: readonly CheckResult[]
  value: Filter
  onChange: (filter: Filter) => void
}) {
  const count = (filter: Filter) => checks.filter((check) => filter === 'all' || check.outcome === filter).length
  return (
    <fieldset className="flex w-fit min-w-0 max-w-full overflow-x-auto rounded-md border bg-card p-0.5 shadow-card print:hidden">
      <legend className="sr-only">{words.show}</legend>
      {FILTERS.map((filter) => (
        <button
          key={filter}
          type="button"
          aria-pressed={value === filter}
          onClick={() => onChange(filter)}
          className={cn(
            'h-6.5 whitespace-nowrap rounded-sm px-2.5 font-medium text-sm focus-visible:outline-offset-[-2px]',
            value === filter ? 'bg-accent text-foreground' : 'text-muted-foreground hover:text-foreground',
          )}
        >
          {words.filters[filter](count(filter))}
        </button>
      ))}
    </fieldset>
  )
}

function Checks({
  checks,
  sayOfNote,
  chosen,
  onChoose,
  onGoTo,
  onShowMarks,
  filter,
}: {
  checks: readonly CheckResult[]
  sayOfNote: string
  chosen: CheckResult | null
  onChoose: (id: string) => void
  onGoTo: (id: CheckId) => void
  onShowMarks: (() => void) | null
  filter: Filter
}) {
  const isShown = (check: CheckResult) => filter === 'all' || check.outcome === filter
  return (
    <section className="min-w-0 space-y-5" aria-label={words.checks} onKeyDown={walkRows}>
      {filter !== 'all' && !checks.some(isShown) && (
        <p className="py-6 text-center text-muted-foreground">{words.nothing[filter]}</p>
      )}
      {CHECK_GROUPS.map((group) => {
        const members = checks.filter((check) => check.group === group)
        if (members.length === 0) return null
        const { title, text } = words.groups[group]
        return (
          // On paper all of them stand, whatever is chosen on the screen.
          <section key={group} aria-labelledby={`checks-${group}`} className={cn(!members.some(isShown) && 'hidden print:block')}>
            <h3 id={`checks-${group}`} className="font-semibold">
              {title}
            </h3>
            <p className="mb-1.5 text-muted-foreground text-sm">{text}</p>
            <ul className="divide-y overflow-hidden rounded-md border">
              {members.map((check) => (
                <CheckRow
                  key={check.id}
                  check={check}
                  sayOfNote={sayOfNote}
                  shown={isShown(check)}
                  open={check.id === chosen?.id}
                  onChoose={() => onChoose(check.id)}
                  onGoTo={onGoTo}
                  onShowMarks={check.id === chosen?.id ? onShowMarks : null}
                />
              ))}
            </ul>
          </section>
        )
      })}
    </section>
  )
}

/** Arrow keys, Home and End go from check to check, over the borders of groups. */
function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-check]')].filter((row) =>
    row.checkVisibility(),
  )
  const at = rows.indexOf(document.activeElement as HTMLButtonElement)
  if (at < 0) return
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
  if (to === undefined) return
  event.preventDefault()
  rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus()
}
