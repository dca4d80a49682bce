'use client'
/** The decoded exchange: each part with its values line by line, marks on what the chosen check looked at, and the octets of one line. */
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { checksLookingAt } from '#lib/core/enrollment/checks/places.ts'
import type { CheckId, CheckResult } from '#lib/core/enrollment/evidence.ts'
import { enrollments } from '#lib/messages/enrollments.ts'
import { evidence } from '#lib/messages/evidence.ts'
import { Part } from './answer-part.tsx'
import type { AnswerPart, PartLine } from './decode-answer.ts'
import { type Marks, nameKeys, partsMarked } from './evidence-marks.ts'
import { PartOctets } from './part-octets.tsx'

const words = evidence.answer

interface Props {
  parts: readonly AnswerPart[] | null
  failed: boolean
  loading: boolean
  marks: Marks
  chosen: CheckResult | null
  /** Counts the wishes to be taken to the marks. */
  jump: number
  checks: readonly CheckResult[]
  onChoose: (id: CheckId) => void
}

export function AnswerPane({ parts, failed, loading, ...rest }: Props) {
  if (failed) return <p className="py-6 text-center text-muted-foreground">{enrollments.noMessages.failed}</p>
  if (loading) return <Skeleton className="h-80 w-full" />
  if (parts === null) return <p className="py-6 text-center text-muted-foreground">{words.none}</p>
  return <Decoded parts={parts} {...rest} />
}

function Decoded({
  parts,
  marks,
  chosen,
  jump,
  checks,
  onChoose,
}: Omit<Props, 'parts' | 'failed' | 'loading'> & { parts: readonly AnswerPart[] }) {
  const scroller = useRef<HTMLElement>(null)
  const [path, setPath] = useState<string | null>(null)
  const { first, paths } = marks
  const keys = useMemo(() => nameKeys(parts), [parts])
  const titleOf = (part: string): string => words.partTitle(part, keys.get(part.split('.', 1)[0] ?? '') ?? null)
  const asked = useRef(jump)

  useEffect(() => {
    const line = scrollTo(scroller, first)
    // Whoever asked to be taken there goes on from there with the keyboard; others keep the focus on the row they chose.
    if (asked.current !== jump) line?.focus({ preventScroll: true })
    asked.current = jump
  }, [first, jump])

  const selected = path === null ? null : findLine(parts, path)
  return (
    <div className="flex max-h-[calc(100dvh-5.5rem)] flex-col rounded-md border print:block print:max-h-none">
      <header className="space-y-1.5 border-b bg-muted/50 px-3 py-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <h3 className="font-semibold">{words.title}</h3>
          <p className={`text-muted-foreground text-sm ${chosen ? '' : 'print:hidden'}`} aria-live="polite">
            {chosen ? words.marked(chosen.id, paths.length) : words.choose}
          </p>
        </div>
        {chosen && (
          <div className="flex flex-wrap gap-1.5 print:hidden">
            <MarkedParts
              parts={parts}
              marks={paths}
              titleOf={titleOf}
              onGo={(to) => scrollTo(scroller, to)?.focus({ preventScroll: true })}
            />
            <Button variant="outline" size="sm" className="xl:hidden" onClick={() => onChoose(chosen.id)}>
              {words.back(chosen.id)}
            </Button>
          </div>
        )}
      </header>
      <section
        ref={scroller}
        aria-label={words.title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable (axe: scrollable-region-focusable)
        tabIndex={0}
        onKeyDown={walkLines}
        // Positioned, because words for screen readers alone are, and would lengthen the page if they were not held here.
        className="relative min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px] print:overflow-visible"
      >
        {parts.map((part) => (
          <Part key={part.path} part={part} title={titleOf(part.path)} marks={paths} selected={path} onSelect={setPath} />
        ))}
      </section>
      <footer className="border-t bg-muted/30 px-3 py-2 text-sm print:hidden">
        <div aria-live="polite">
          {selected === null ? (
            <p className="text-muted-foreground">{words.chooseLine}</p>
          ) : (
            <LookedAt path={selected.line.path} checks={checks} onChoose={onChoose} />
          )}
        </div>
        {selected && <PartOctets part={selected.part} line={selected.line} />}
      </footer>
    </div>
  )
}

/** Scrolls the pane alone, so that the row beside it stays where it is; a quarter down, clear of the part's title. */
function scrollTo(scroller: RefObject<HTMLElement | null>, path: string | null): HTMLElement | null {
  const pane = scroller.current
  const line = path === null ? null : (pane?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`) ?? null)
  if (pane && line) pane.scrollTop += line.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 4
  return line
}

function findLine(parts: readonly AnswerPart[], path: string): { part: AnswerPart; line: PartLine } | null {
  for (const part of parts) {
    const line = part.lines.find((one) => one.path === path)
    if (line) return { part, line }
  }
  return null
}

/** The marks may lie far apart: in what was sent and in what came back, in one key and the next. */
function MarkedParts({
  parts,
  marks,
  titleOf,
  onGo,
}: {
  parts: readonly AnswerPart[]
  marks: readonly string[]
  titleOf: (part: string) => string
  onGo: (path: string) => void
}) {
  const marked = partsMarked(parts, marks)
  if (marked.length === 0) return null
  return (
    <nav aria-label={words.markedParts} className="min-w-0">
      <ul className="flex flex-wrap gap-1.5">
        {marked.map(({ path, count, first }) => (
          <li key={path} className="min-w-0">
            <button
              type="button"
              onClick={() => onGo(first)}
              className="flex min-h-6 max-w-full items-center gap-1.5 rounded-sm border border-info/40 bg-info-soft px-1.5 text-left text-info text-xs hover:border-info"
            >
              <bdi className="foreign">{titleOf(path)}</bdi>
              <span className="font-semibold tabular-nums">{count}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function LookedAt({ path, checks, onChoose }: { path: string; checks: readonly CheckResult[]; onChoose: (id: CheckId) => void }) {
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
          className="inline-flex min-h-6 items-center"
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
