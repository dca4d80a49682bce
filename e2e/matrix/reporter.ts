/** Prints the matrix's table after vitest's own report, whenever tests that carry a row's id were run. */
import type { Reporter, TestModule } from 'vitest/node'
import { summariseMatrix } from './summary.ts'

export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const outcomes = tests
      .filter((test) => test.result().state !== 'skipped')
      .map((test) => ({ name: test.fullName, passed: test.result().state === 'passed' }))
    const lines = summariseMatrix(outcomes)
    if (lines.length > 0) console.log(`\n${lines.join('\n')}\n`)
  }
}
