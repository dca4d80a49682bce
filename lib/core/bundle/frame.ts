/**
 * The frame of a bundle's file: what stands around the lines of its parts.
 *
 * A file with an octet changed must still fail by the name of the part in which that octet lies, also when it is no JSON or no UTF-8 any
 * more, or when the octet made or took away the end of a line. Therefore nobody parses the file as a whole. The first line says how many
 * octets each of the following has, so each is found by its place whatever stands in it; and if that first line is what was changed
 * (its lengths do not come to the length of the file) the ends of lines find them. What is not in a part's line belongs to "file".
 */
import { BUNDLE_FORMAT, BUNDLE_VERSION, type EncodedPart, encodeLine, MAX_BUNDLE_BYTES } from './format.ts'

/** Parts with the manifest and the signature: more than the most that a bundle is made of (content.ts: commands with eight keys, callbacks). */
const MAX_LINES = 4002
const BEGINNING = `{"format":"${BUNDLE_FORMAT}","version":${BUNDLE_VERSION},"lengths":[`
/** The rest of the first line, but for its end. */
const LENGTHS = /^([1-9]\d{0,7}(?:,[1-9]\d{0,7}){0,4001})\],"parts":\[/
const BETWEEN = ',\n'
const END = '\n]}\n'

const headOf = (lengths: readonly number[]): string => `${BEGINNING}${lengths.join()}],"parts":[\n`

/** @param parts the manifest and its signature first */
export function serializeBundle(parts: readonly EncodedPart[]): string {
  const lines = parts.map(encodeLine)
  return headOf(lines.map((line) => Buffer.byteLength(line))) + lines.join(BETWEEN) + END
}

export interface FramedLines {
  lines: Uint8Array[]
  /** Why the frame is not as it was written. */
  problem: string | null
}

/** The lines of the parts, by their places. Never throws. */
export function findLines(file: Uint8Array): FramedLines {
  if (file.length > MAX_BUNDLE_BYTES) return { lines: [], problem: `${file.length} bytes are more than any bundle has` }
  const text = Buffer.from(file.buffer, file.byteOffset, file.length).toString('latin1')
  const lengths = text.startsWith(BEGINNING) ? LENGTHS.exec(text.slice(BEGINNING.length))?.[1]?.split(',').map(Number) : undefined
  if (lengths === undefined)
    return { lines: byLineEnds(file, text), problem: `it does not begin as an evidence bundle of version ${BUNDLE_VERSION}` }
  const head = headOf(lengths)
  const lines: Uint8Array[] = []
  let frame = ''
  let at = 0
  for (const [index, length] of lengths.entries()) {
    const start = at + (index === 0 ? head : BETWEEN).length
    frame += text.slice(at, start)
    at = start + length
    lines.push(file.subarray(start, at))
  }
  if (at + END.length !== file.length)
    return { lines: byLineEnds(file, text), problem: 'it is longer or shorter than its first line says' }
  frame += text.slice(at)
  const asWritten = head + BETWEEN.repeat(lengths.length - 1) + END
  return { lines, problem: frame === asWritten ? null : 'what stands around its parts is not as it was written' }
}

/** Every line that begins like a part's; `text` has one character for each octet. */
function byLineEnds(file: Uint8Array, text: string): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (const { index, 1: line = '' } of text.matchAll(/^(\{"name":.*?),?$/gm)) {
    if (lines.length === MAX_LINES) break
    lines.push(file.subarray(index, index + line.length))
  }
  return lines
}
