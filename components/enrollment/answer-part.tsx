/** One part of the decoded exchange, line by line; each line can be chosen, and those that the chosen check looked at are marked. */
import { cn } from '#components/ui/cn.ts'
import { evidence } from '#lib/messages/evidence.ts'
import type { AnswerPart, PartLine } from './decode-answer.ts'
import { liesIn } from './evidence-marks.ts'

const words = evidence.answer

interface PartProps {
  part: AnswerPart
  title: string
  marks: readonly string[]
  selected: string | null
  onSelect: (path: string) => void
}

export function Part({ part, title, marks, selected, onSelect }: PartProps) {
  return (
    <section aria-labelledby={`part-${part.path}`} className="px-3 pb-3">
      <h4
        id={`part-${part.path}`}
        className="sticky top-0 z-10 -mx-3 mb-1 border-b bg-card px-3 py-1.5 font-semibold text-sm print:static print:break-after-avoid"
      >
        <bdi className="foreign">{title}</bdi>
      </h4>
      {part.problem && <p className="foreign text-destructive text-sm">{words.problem(part.problem)}</p>}
      {part.kind === 'asn1' && <p className="mb-1 text-muted-foreground text-xs">{words.derColumns}</p>}
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

function Line({ part, line, marks, selected, onSelect }: Omit<PartProps, 'title'> & { line: PartLine }) {
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
        marked ? 'border-info bg-info-soft' : 'border-transparent',
        !marked && liesIn(line.path, marks) && 'bg-info-soft/50',
        selected === line.path && 'outline-2 outline-ring outline-offset-[-2px]',
      )}
    >
      {marked && <span className="sr-only">{words.markedLine} </span>}
      {line.der && (
        <span className="me-2 text-muted-foreground">
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
      <bdi className={cn('foreign', line.opens && 'text-muted-foreground')}>{line.opens ?? shorten(line.value ?? '')}</bdi>
    </>
  )
}

const MAX_SHOWN = 96
const shorten = (text: string): string =>
  text.length <= MAX_SHOWN ? text : words.shortened(text.slice(0, MAX_SHOWN - 24), text.length)
