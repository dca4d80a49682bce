/** The figures of a fuzz run, for people. */
import type { TargetFigures } from './worker.ts'

/** Threads of one target added up. */
function merge(figures: readonly TargetFigures[]): TargetFigures[] {
  const merged = new Map<string, TargetFigures>()
  for (const one of figures) {
    const so = merged.get(one.target)
    if (so === undefined) {
      merged.set(one.target, { ...one, outcomes: { ...one.outcomes } })
      continue
    }
    so.mutations += one.mutations
    so.seconds = Math.max(so.seconds, one.seconds)
    if (one.slowest.ms > so.slowest.ms) so.slowest = one.slowest
    for (const [outcome, count] of Object.entries(one.outcomes)) so.outcomes[outcome] = (so.outcomes[outcome] ?? 0) + count
  }
  return [...merged.values()]
}

/** Prints them; returns how many mutations there were. */
export function printFigures(figures: readonly TargetFigures[], seed: number, seconds: number): number {
  const merged = merge(figures)
  let mutations = 0
  for (const { target, mutations: count, seconds: spent, outcomes, slowest } of merged) {
    mutations += count
    console.log(`\n${target}: ${count} mutations, ${Math.round(count / spent)} a second`)
    for (const [outcome, times] of Object.entries(outcomes).sort((a, b) => b[1] - a[1]))
      console.log(`  ${String(times).padStart(8)}  ${outcome}`)
    console.log(`  slowest: ${slowest.ms.toFixed(1)} ms, mutation ${slowest.index} (${slowest.how})`)
  }
  console.log(`\n${mutations} mutations of seed ${seed} in ${seconds.toFixed(0)} s, ${Math.round(mutations / seconds)} a second`)
  return mutations
}
