/** The octets of one value in hexadecimal, sixteen a line, with their place in the part and their printable characters. */
import { evidence } from '#lib/messages/evidence.ts'
import type { AnswerPart, PartLine } from './decode-answer.ts'

const PER_LINE = 16
const MAX_OCTETS = 320

export function PartOctets({ part, line }: { part: AnswerPart; line: PartLine }) {
  const octets = part.bytes.subarray(line.start, Math.min(line.end, line.start + MAX_OCTETS))
  if (octets.length === 0) return null
  const left = line.end - line.start - octets.length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable (axe: scrollable-region-focusable)
    <section aria-label={evidence.answer.hex} tabIndex={0} className="max-h-36 overflow-auto focus-visible:outline-offset-[-2px]">
      <pre dir="ltr" className="font-mono text-[0.6875rem] leading-relaxed">
        {rows(octets, line.start)}
        {left > 0 && `\n${evidence.answer.more(left)}`}
      </pre>
    </section>
  )
}

function rows(octets: Uint8Array, offset: number): string {
  const lines: string[] = []
  for (let at = 0; at < octets.length; at += PER_LINE) {
    const row = [...octets.subarray(at, at + PER_LINE)]
    const hex = row.map((octet) => octet.toString(16).padStart(2, '0')).join(' ')
    const text = row.map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·')).join('')
    lines.push(`${String(offset + at).padStart(5)}  ${hex.padEnd(PER_LINE * 3)} ${text}`)
  }
  return lines.join('\n')
}
