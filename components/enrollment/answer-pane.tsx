'use client'
/** The decoded exchange: each part with its values line by line, marks on what the chosen check looked at, and the octets of one part. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { cn } from '#components/ui/cn.ts'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { checksLookingAt } from '#lib/core/enrollment/checks/places.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import { evidence } from '#lib/messages/evidence.ts'
import type { AnswerPart, PartLine } from './decode-answer.ts'
import { liesIn, type Marks } from './evidence-marks.ts'
import { PartOctets } from './part-octets.tsx'

const words = evidence.answer

interface Props {
  parts: readonly AnswerPart[] | null
  failed: boolean
  loading: boolean
  marks: Marks
  chosen: CheckResult | null
  /** Counts the wishes to see the marks again. */
  jump: number
  checks: readonly CheckResult[]
  onChoose: (id: string) => void
}

export function AnswerPane({ parts, failed, loading, marks, chosen, jump, checks, onChoose }: Props) {
  const scroller = useRef<HTMLElement>(null)
  const [path, setPath] = useState<string | null>(null)
  const { first, paths } = marks

  // biome-ignore lint/correctness/useExhaustiveDependencies: a wish to see the marks again, which `jump` counts, is a reason too
  useEffect(() => {
    const pane = scroller.current
    const line = first && pane?.querySelector<HTMLElement>(`[data-path="${CSS.escape(first)}"]`)
    if (pane && line)
      pane.scrollTop += line.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 4
  }, [first, jump])

  if (failed) return <p className="py-6 text-center text-muted-foreground">{evidence.exchange.failed}</p>
  if (loading) return <Skeleton className="h-80 w-full" />
  if (parts === null) return <p className="py-6 text-center text-muted-foreground">{words.none}</p>
  const selected = path === null ? null : findLine(parts, path)
  return (
    <div className="rounded-md border xl:flex xl:max-h-[calc(100dvh-5.5rem)] xl:flex-col print:block print:max-h-none">
      <header className="flex flex-wrap items-baseline justify-between gap-x-3 border-b bg-muted/50 px-3 py-2">
        <h3 className="font-semibold">{words.title}</h3>
        <p className="text-muted-foreground text-sm print:hidden" aria-live="polite">
          {chosen ? words.marked(chosen.id, paths.length) : words.choose}
        </p>
      </header>
      <section
        ref={scroller}
        aria-label={words.title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable (axe: scrollable-region-focusable)
        tabIndex={0}
        onKeyDown={walkLines}
        className="space-y-3 overflow-auto p-3 focus-visible:outline-offset-[-2px] xl:min-h-0 xl:flex-1 print:overflow-visible"
      >
        {parts.map((part) => (
          <Part key={part.path} part={part} marks={paths} selected={path} onSelect={setPath} />
        ))}
      </section>
      <footer className="border-t bg-muted/30 px-3 py-2 text-sm print:hidden" aria-live="polite">
        {selected === null ? (
          <p className="text-muted-foreground">{words.chooseLine}</p>
        ) : (
          <>
            <LookedAt path={selected.line.path} checks={checks} onChoose={onChoose} />
            <PartOctets part={selected.part} line={selected.line} />
          </>
        )}
      </footer>
    </div>
  )
}

function findLine(parts: readonly AnswerPart[], path: string): { part: AnswerPart; line: PartLine } | null {
  for (const part of parts) {
    const line = part.lines.find((one) => one.path === path)
    if (line) return { part, line }
  }
  return null
}

function Part({
  part,
  marks,
  selected,
  onSelect,
}: {
  part: AnswerPart
  marks: readonly string[]
  selected: string | null
  onSelect: (path: string) => void
}) {
  return (
    <section aria-labelledby={`part-${part.path}`}>
      <h4 id={`part-${part.path}`} className="mb-0.5 font-medium text-muted-foreground text-xs">
        {words.partTitle(part.path)}
        {part.problem && <span className="foreign ms-2 text-destructive">{words.problem(part.problem)}</span>}
      </h4>
      <ol dir="ltr" className="font-mono text-xs leading-6">
        {part.lines.map((line, index) => (
          // Two members of one name have one path: that is what is wrong with them.
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one decoded part never move
          <li key={index}>
            <Line part={part} line={line} marks={marks} selected={selected} onSelect={onSelect} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function Line({
  part,
  line,
  marks,
  selected,
  onSelect,
}: {
  part: AnswerPart
  line: PartLine
  marks: readonly string[]
  selected: string | null
  onSelect: (path: string) => void
}) {
  const marked = marks.includes(line.path)
  return (
    <button
      type="button"
      data-path={line.path}
      data-marked={marked || undefined}
      aria-pressed={selected === line.path}
      tabIndex={-1}
      onClick={() => onSelect(line.path)}
      style={{ paddingInlineStart: `${0.25 + Math.min(line.depth, 12) * 0.875}rem` }}
      className={cn(
        'block w-full rounded-sm border-s-2 pe-1 text-left hover:bg-accent focus-visible:outline-offset-[-2px]',
        liesIn(line.path, marks) && 'bg-info-soft/50',
        marked ? 'border-info bg-info-soft' : 'border-transparent',
        selected === line.path && 'outline-2 outline-ring outline-offset-[-2px]',
      )}
    >
      {marked && <span className="sr-only">{words.markedLine} </span>}
      {line.der && (
        <span className="me-2 text-muted-foreground" title={words.derColumns}>
          {line.start} {line.der.tag.toString(16).padStart(2, '0')} {line.der.length}
        </span>
      )}
      {part.kind === 'bytes' ? (
        <bdi className="foreign">{words.octets(line.end - line.start)}</bdi>
      ) : (
        <Named part={part} line={line} />
      )}
    </button>
  )
}

/** A name and what it says. Long values are shortened; the octets below show all that there is. */
function Named({ part, line }: { part: AnswerPart; line: PartLine }) {
  if (line.der)
    return (
      <>
        {line.name} <bdi className="foreign">{line.value === null ? '' : shorten(line.value)}</bdi>
        {line.der.field && <span className="ms-2 font-sans text-info">{words.csrFields[line.der.field]}</span>}
      </>
    )
  const name = line.name === null ? null : part.kind === 'facts' ? (words.receipt[line.name] ?? line.name) : line.name
  return (
    <>
      {name !== null && <bdi className="foreign text-muted-foreground">{name}: </bdi>}
      <bdi className="foreign">{line.opens ?? shorten(line.value ?? '')}</bdi>
    </>
  )
}

const MAX_SHOWN = 96
const shorten = (text: string): string =>
  text.length <= MAX_SHOWN ? text : words.shortened(text.slice(0, MAX_SHOWN - 24), text.length)

function LookedAt({ path, checks, onChoose }: { path: string; checks: readonly CheckResult[]; onChoose: (id: string) => void }) {
  const looking = checksLookingAt(path)
  const found = checks.filter((check) => looking.includes(check.id))
  return (
    <div className="mb-1.5 flex flex-wrap items-center gap-x-2 gap-y-1">
      <bdi className="foreign font-mono text-xs">{path}</bdi>
      <span className="text-muted-foreground">{found.length === 0 ? words.lookedAtByNone : words.lookedAtBy}</span>
      {found.map((check) => (
        <button
          key={check.id}
          type="button"
          title={check.title}
          onClick={() => onChoose(check.id)}
          aria-label={`${check.id} ${check.title}`}
        >
          <Badge tone={check.outcome === 'fail' ? 'destructive' : 'info'}>{check.id}</Badge>
        </button>
      ))}
    </div>
  )
}

/** One stop for the Tab key; arrow keys go from line to line. */
function walkLines(event: KeyboardEvent<HTMLElement>): void {
  const lines = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-path]')]
  const at = lines.indexOf(document.activeElement as HTMLButtonElement)
  const to = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: lines.length - 1 }[event.key]
  if (to === undefined) return
  event.preventDefault()
  lines[Math.min(lines.length - 1, to)]?.focus()
}
