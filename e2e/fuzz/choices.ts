/**
 * Where mutators take their decisions from: a row of numbers. Given by a seed it makes a long run that repeats; given by fast-check it
 * shrinks to the few decisions that matter. Zero is always the plainest decision.
 */

export class Choices {
  readonly #next: () => number

  /** @param next whole numbers from 0 to 2^32 - 1 */
  constructor(next: () => number) {
    this.#next = next
  }

  /** From 0 to n - 1. */
  below(n: number): number {
    return n <= 1 ? 0 : this.#next() % n
  }

  of<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)]
    if (item === undefined && list.length === 0) throw new RangeError('nothing to choose from')
    return item as T
  }

  /** True once in n. */
  onceIn(n: number): boolean {
    return this.below(n) === n - 1
  }

  octet(): number {
    return this.below(256)
  }

  /** Small counts are likely, larger ones possible. */
  count(max: number): number {
    return 1 + (this.onceIn(4) ? this.below(max) : 0)
  }
}

/** A fixed row; then zeros. */
export function choicesFrom(tape: readonly number[]): Choices {
  let at = 0
  return new Choices(() => {
    const number = tape[at] ?? 0
    at++
    return number
  })
}

/** The row of one mutation of a run: by seed, name of the target and number of the mutation (splitmix32). */
export function seededChoices(seed: number, target: string, index: number): Choices {
  let state = seed >>> 0
  for (const c of `${target}/${index}`) state = mix(state ^ (c.codePointAt(0) ?? 0))
  return new Choices(() => {
    state = (state + 0x9e3779b9) >>> 0
    return mix(state)
  })
}

function mix(value: number): number {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}
