/**
 * `npm run bench [-- NAME…]`: every performance row that exists, each as a ratio to something measured in the same run. It reports; it
 * fails nothing, because a shared machine's seconds prove nothing. Names: validate, issue, scep, pipeline, live, weight.
 */
import { cpus, loadavg } from 'node:os'
import type { BenchRow } from './row.ts'

const BENCHES: Record<string, () => Promise<{ bench: () => Promise<BenchRow[]> }>> = {
  validate: () => import('./validate.ts'),
  issue: () => import('./issue.ts'),
  scep: () => import('./scep.ts'),
  pipeline: () => import('./pipeline.ts'),
  live: () => import('./live.ts'),
  weight: () => import('./weight.ts'),
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  console.error(`npm run bench: no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}

const load = () => loadavg()[0]?.toFixed(2)
console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}, load before ${load()}`)
const rows: BenchRow[] = []
for (const [name, load] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue
  console.log(`… ${name}`)
  rows.push(...(await (await load()).bench()))
}
const cells = rows.map((row) => [
  row.id,
  row.title,
  row.figure,
  row.denominator,
  row.ratio === null ? '–' : `${row.ratio.toFixed(2)}×`,
  row.target,
  row.ok ? 'met' : 'MISSED',
])
const head = ['row', 'what', 'figure', 'against', 'ratio', 'target', '']
const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
for (const row of [head, ...cells])
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
console.log(`load after ${load()}`)
process.exit(0)
