/** One line of `npm run bench`: a figure, what it is measured against in the same run, and the target. */
export interface BenchRow {
  /** Row of the performance goals, e.g. "P1". */
  id: string
  title: string
  /** The figure with its unit. */
  figure: string
  /** What it is compared with, measured in the same run; "–" where the target is absolute. */
  denominator: string
  ratio: number | null
  target: string
  ok: boolean
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** Nearest-rank percentile. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN
}
