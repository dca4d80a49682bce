/** Where what was seen first differs from what was expected: one other letter in a name is hard to find by eye. */

export interface SplitText {
  before: string
  /** The word in which the two differ; "" where nothing is to be shown. */
  word: string
  after: string
}

/** Below this the two have nothing to do with each other, and every word would be another. */
const MIN_COMMON = 4
const isEdge = (character: string | undefined): boolean => character === undefined || /[\s,;=+]/.test(character)

/** @param other what `text` is compared with */
export function splitAtDifference(text: string, other: string): SplitText {
  const whole = { before: text, word: '', after: '' }
  if (text === other) return whole
  let at = 0
  while (at < text.length && text[at] === other[at]) at++
  // One goes on where the other ends: there is no other letter to point at.
  if (at < MIN_COMMON || at === text.length || at === other.length) return whole
  let [start, end] = [at, at]
  while (start > 0 && !isEdge(text[start - 1])) start--
  while (end < text.length && !isEdge(text[end])) end++
  return { before: text.slice(0, start), word: text.slice(start, end), after: text.slice(end) }
}
