/**
 * `npm test`: everything that says whether the product is right, in one run: format and lint, types, unit tests, database tests, the build,
 * browser tests, and the independent peer against a portal started the production way. Ends with one line: N passed, N failed.
 *
 * `npm test -- --only unit,database,ca-peers,browser,peer,static` runs a part. `--seed N` repeats an order.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chromiumPath, HEADLESS_SHELL } from './harness/chromium.ts'
import { startTestServer } from './harness/database.ts'
import { CA_PEERS, needPrograms, SCEP_SERVER } from './harness/debian-packages.ts'
import { runPeer } from './harness/peer.ts'
import { summariseMatrix, type TestOutcome } from './matrix/summary.ts'

const PARTS = ['static', 'unit', 'database', 'ca-peers', 'build', 'browser', 'peer'] as const
type Part = (typeof PARTS)[number]

const { values } = parseArgs({ options: { only: { type: 'string' }, seed: { type: 'string' } } })
const wanted = new Set<string>(values.only ? values.only.split(',') : PARTS)
const unknown = [...wanted].filter((name) => !(PARTS as readonly string[]).includes(name))
if (unknown.length > 0) {
  console.error(`npm test: no part is called ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`)
  process.exit(2)
}

let passed = 0
let failed = 0
const summary: string[] = []
/** Every test that ran, for the table of hostile inputs. */
const outcomes: TestOutcome[] = []

function count(name: string, good: number, bad: number, since: number): void {
  passed += good
  failed += bad
  summary.push(
    `${name.padEnd(22)} ${String(good).padStart(5)} passed ${String(bad).padStart(4)} failed ${((Date.now() - since) / 1000).toFixed(0).padStart(5)} s`,
  )
}

/** Runs a program of node_modules with its output shown. Resolves to its exit code. */
function run(program: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
    child.on('error', fail)
    child.on('exit', (code) => done(code ?? 1))
  })
}

/** The same with its output kept, for what runs beside something else. */
function runAside(program: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    child.on('error', (error) => done({ code: 1, output: error.message }))
    child.on('close', (code) => done({ code: code ?? 1, output }))
  })
}

const bin = (name: string): string => `node_modules/.bin/${name}`

async function step(part: Part, name: string, work: () => Promise<[number, number]>): Promise<void> {
  if (!wanted.has(part)) return
  const since = Date.now()
  console.log(`\n── ${name} ──`)
  try {
    const [good, bad] = await work()
    count(name, good, bad, since)
  } catch (error) {
    console.error(error)
    count(name, 0, 1, since)
  }
}

const asOne = async (code: Promise<number>): Promise<[number, number]> => ((await code) === 0 ? [1, 0] : [0, 1])

async function vitest(project: string, env: NodeJS.ProcessEnv): Promise<[number, number]> {
  const file = `test-results/vitest-${project}.json`
  rmSync(file, { force: true })
  const seed = values.seed ? [`--sequence.seed=${values.seed}`] : []
  const code = await run(
    bin('vitest'),
    ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...seed],
    env,
  )
  if (!existsSync(file)) return [0, 1]
  const result = JSON.parse(readFileSync(file, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    testResults: { assertionResults: { fullName: string; status: string }[] }[]
  }
  const tests = result.testResults.flatMap((one) => one.assertionResults).filter((test) => test.status !== 'skipped')
  outcomes.push(...tests.map((test) => ({ name: test.fullName, passed: test.status === 'passed' })))
  // A file that does not load, or an unhandled rejection, fails the run without failing a test.
  return [result.numPassedTests, result.numFailedTests + (code !== 0 && result.numFailedTests === 0 ? 1 : 0)]
}

interface BrowserSuite {
  specs: { title: string; ok: boolean }[]
  suites?: BrowserSuite[]
}

const outcomesOf = ({ specs, suites = [] }: BrowserSuite): TestOutcome[] => [
  ...specs.map(({ title, ok }) => ({ name: title, passed: ok })),
  ...suites.flatMap(outcomesOf),
]

async function playwright(env: NodeJS.ProcessEnv): Promise<[number, number]> {
  const file = 'test-results/playwright.json'
  rmSync(file, { force: true })
  const code = await run(bin('playwright'), ['test'], env)
  if (!existsSync(file)) return [0, 1]
  const { stats, suites } = JSON.parse(readFileSync(file, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number }
    suites: BrowserSuite[]
  }
  outcomes.push(...suites.flatMap(outcomesOf))
  const bad = stats.unexpected + stats.flaky
  return [stats.expected, bad + (code !== 0 && bad === 0 ? 1 : 0)]
}

/** The tests need a Chromium; on Debian as root the headless one is installed, elsewhere the sentence says what to do. */
async function needBrowser(): Promise<void> {
  if (chromiumPath()?.endsWith(HEADLESS_SHELL) || process.env.CHROMIUM_PATH) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing Debian’s package "${HEADLESS_SHELL}"…`)
    await run('apt-get', ['update', '-qq'])
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', HEADLESS_SHELL, 'fonts-liberation'])
  }
  // Another Chromium or Chrome does as well, only more slowly.
  if (chromiumPath()) return
  throw new Error(
    `No Chromium or Chrome was found. Install one (Debian: apt-get install ${HEADLESS_SHELL}) or set CHROMIUM_PATH to it, and run npm test again.`,
  )
}

mkdirSync('test-results', { recursive: true })
await step('static', 'format and lint', () =>
  asOne(run(bin('biome'), ['ci', '--error-on-warnings', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`, '.'])),
)
// Next writes the types of routes and of its own globals; a fresh clone has none.
await step('static', 'types', async () => {
  const written = await run(bin('next'), ['typegen'])
  return written === 0 ? asOne(run(bin('tsc'), ['--noEmit', '-p', '.'])) : [0, 1]
})
await step('unit', 'unit tests', () => vitest('unit', process.env))

const needsDatabase = ['database', 'ca-peers', 'browser', 'peer'].some((part) => wanted.has(part))
const server = needsDatabase ? await startTestServer() : null
const env: NodeJS.ProcessEnv = server ? { ...process.env, CERTDESK_TEST_DATABASE: server.adminUrl } : process.env
try {
  await step('database', 'database tests', () => vitest('database', env))
  // The CAs of others wait more than they work: the pages are built meanwhile.
  const building = wanted.has('build') ? runAside(process.execPath, ['lib/embedded/build.ts']) : null
  await step('ca-peers', 'other makes of CA software', async () => {
    needPrograms(CA_PEERS)
    return vitest('ca-peers', env)
  })
  await step('build', 'build', async () => {
    const { code, output } = (await building) ?? { code: 1, output: '' }
    process.stdout.write(output)
    return code === 0 ? [1, 0] : [0, 1]
  })
  await step('browser', 'browser tests', async () => {
    await needBrowser()
    needPrograms([SCEP_SERVER])
    return playwright(env)
  })
  await step('peer', 'independent peer', () => runPeer(env))
} finally {
  await server?.stop()
}

console.log(`\n${[...summary, '', ...summariseMatrix(outcomes)].join('\n').trimEnd()}\n`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
