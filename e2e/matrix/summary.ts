/** The matrix as a table: how many tests carry a row's id in their name, by group, and how they ended. */
import { GROUPS, type GroupName, groupOf, rowsIn } from './rows.ts'

export interface TestOutcome {
  /** Full name: describe blocks and title. */
  name: string
  passed: boolean
}

/** Lines to print; none if no test named a row. */
export function summariseMatrix(tests: readonly TestOutcome[]): string[] {
  const named = tests.map((test) => ({ ...test, rows: rowsIn(test.name) })).filter((test) => test.rows.length > 0)
  if (named.length === 0) return []
  const lines = (Object.keys(GROUPS) as GroupName[]).map((name) => {
    const cases = named.filter((test) => test.rows.some((row) => groupOf(row) === name))
    const rows = new Set(cases.flatMap((test) => test.rows.filter((row) => groupOf(row) === name)))
    const all = GROUPS[name].rows
    return line(
      `${name}  ${GROUPS[name].title}`,
      cases,
      `${rows.size} of ${all.length}`,
      all.filter((row) => !rows.has(row)),
    )
  })
  const covered = new Set(named.flatMap((test) => test.rows)).size
  const total = Object.values(GROUPS).reduce((sum, group) => sum + group.rows.length, 0)
  const head = `${'hostile inputs'.padEnd(26)} ${'cases'.padStart(6)} ${'passed'.padStart(7)} ${'failed'.padStart(7)}  rows`
  return [head, ...lines, line('all', named, `${covered} of ${total}`, [])]
}

function line(title: string, cases: readonly TestOutcome[], rows: string, without: readonly string[]): string {
  const passed = cases.filter((test) => test.passed).length
  const figures = [cases.length, passed, cases.length - passed].map((n, i) => String(n).padStart(i === 0 ? 6 : 7)).join(' ')
  return `${title.padEnd(26)} ${figures}  ${rows}${without.length > 0 ? ` (none here for ${without.join(', ')})` : ''}`
}
