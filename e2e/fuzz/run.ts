/**
 * `npm run fuzz -- --runs N [--seed S] [--target NAME] [--workers W]`: N mutations of good messages, spread over all targets by their shares (or
 * all on one). Prints figures; ends with 1 if the product threw, took more than 50 ms or accepted what it must not. Each finding is saved
 * below test-results/fuzz with its input; `--replay FILE` reads that input again. The same seed makes the same mutations.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { attemptMutant, textOf } from './attempt.ts'
import { seededChoices } from './choices.ts'
import { printFigures } from './figures.ts'
import { TARGETS } from './targets.ts'
import { type Finding, type Share, type TargetFigures, toFinding, type WorkerMessage, type WorkerTask } from './worker.ts'

const HUNG_AFTER_MS = 20_000
const FOLDER = 'test-results/fuzz'
const MAX_SAVED = 50

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    target: { type: 'string' },
    workers: { type: 'string', default: '2' },
    replay: { type: 'string' },
  },
})

function fail(sentence: string): never {
  console.error(`npm run fuzz: ${sentence}`)
  process.exit(2)
}

const whole = (name: 'runs' | 'seed' | 'workers', text: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : fail(`--${name} must be a whole number, not "${text}".`)

/** Every mutation of the run has a target; what is left after rounding goes to the first. */
function shareOut(runs: number): Share[] {
  if (values.target !== undefined) {
    if (!TARGETS.some(({ name }) => name === values.target))
      fail(`no target is called ${values.target}; there are ${TARGETS.map(({ name }) => name).join(', ')}.`)
    return [{ target: values.target, runs }]
  }
  const whole = TARGETS.reduce((sum, { share }) => sum + share, 0)
  const shares = TARGETS.map(({ name, share }) => ({ target: name, runs: Math.floor((runs * share) / whole) }))
  const rest = runs - shares.reduce((sum, share) => sum + share.runs, 0)
  return shares.map((share, i) => (i === 0 ? { ...share, runs: share.runs + rest } : share))
}

let saved = 0

function save(finding: Finding): void {
  saved++
  if (saved > MAX_SAVED) return
  mkdirSync(FOLDER, { recursive: true })
  const file = `${FOLDER}/${finding.target}-${finding.seed}-${finding.index}.json`
  writeFileSync(file, `${JSON.stringify(finding, null, 2)}\n`)
  console.log(
    `FOUND ${finding.target}, mutation ${finding.index} of seed ${finding.seed} (${finding.mutant.how}):\n  ${finding.problem}\n  saved as ${file}`,
  )
}

/** Resolves when the thread has ended; a thread that stands still is stopped, and its mutation, as that of one that dies, is a finding. */
function runWorker(task: WorkerTask, figures: TargetFigures[]): Promise<void> {
  return new Promise((done) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task })
    const blame = (problem: string): void => {
      const [number = 0, index = 0] = task.at
      const target = TARGETS.find(({ name }) => name === task.shares[number]?.target)
      if (target === undefined) throw new Error(`a thread ${problem} outside of every target`)
      save(toFinding(target.name, task.seed, index, problem, target.mutate(seededChoices(task.seed, target.name, index))))
    }
    let last = ''
    const watch = setInterval(() => {
      const now = task.at.join()
      if (now !== last) {
        last = now
        return
      }
      blame(`stood still for ${HUNG_AFTER_MS} ms`)
      void worker.terminate()
    }, HUNG_AFTER_MS)
    worker.on('message', (message: WorkerMessage) =>
      message.kind === 'finding' ? save(message.finding) : void figures.push(message.figures),
    )
    worker.on('error', (error) => blame(`ended its thread: ${textOf(error)}`))
    worker.on('exit', () => {
      clearInterval(watch)
      done()
    })
  })
}

if (values.replay !== undefined) {
  const finding = JSON.parse(readFileSync(values.replay, 'utf8')) as Finding
  const target = TARGETS.find(({ name }) => name === finding.target) ?? fail(`no target is called ${finding.target}.`)
  const { base64, ...rest } = finding.mutant
  const { outcome, problem, elapsedMs } = await attemptMutant(target, { ...rest, bytes: Buffer.from(base64, 'base64') })
  console.log(`${finding.target}: ${outcome}, ${elapsedMs.toFixed(2)} ms${problem === null ? '' : `\n${problem}`}`)
  process.exit(problem === null ? 0 : 1)
}

const runs = whole('runs', values.runs)
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : whole('seed', values.seed)
const workers = Math.max(1, whole('workers', values.workers))
const shares = shareOut(runs)
console.log(`seed ${seed}, ${runs} mutations, ${workers} threads, Node ${process.version}`)
const figures: TargetFigures[] = []
const started = performance.now()
await Promise.all(
  Array.from({ length: workers }, (_, worker) => {
    const at = new Int32Array(new SharedArrayBuffer(8))
    return runWorker({ seed, shares, worker, workers, at }, figures)
  }),
)
const mutations = printFigures(figures, seed, (performance.now() - started) / 1000)
if (mutations < runs) console.log(`only ${mutations} of ${runs} mutations were tried`)
console.log(saved === 0 ? 'nothing found' : `${saved} found`)
process.exit(saved > 0 || mutations < runs ? 1 : 0)
