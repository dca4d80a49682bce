/** One thread of `npm run fuzz`: every n-th mutation of each target. Where it is stands in shared memory, so that a hang can be told. */
import { parentPort, workerData } from 'node:worker_threads'
import { attempt } from './attempt.ts'
import { seededChoices } from './choices.ts'
import type { Mutant } from './target.ts'
import { TARGETS } from './targets.ts'

export interface Share {
  target: string
  runs: number
}

export interface WorkerTask {
  seed: number
  shares: Share[]
  worker: number
  workers: number
  /** [number of the target in `shares`, number of the mutation] */
  at: Int32Array
}

export interface Finding {
  target: string
  seed: number
  index: number
  problem: string
  mutant: Omit<Mutant, 'bytes'> & { base64: string }
}

export interface TargetFigures {
  target: string
  mutations: number
  seconds: number
  outcomes: Record<string, number>
  slowest: { ms: number; index: number; how: string }
}

export type WorkerMessage = { kind: 'finding'; finding: Finding } | { kind: 'figures'; figures: TargetFigures }

export const toFinding = (target: string, seed: number, index: number, problem: string, mutant: Mutant): Finding => {
  const { bytes, ...rest } = mutant
  return { target, seed, index, problem, mutant: { ...rest, base64: bytes.toString('base64') } }
}

async function runShare(task: WorkerTask, number: number, share: Share): Promise<TargetFigures> {
  const target = TARGETS.find(({ name }) => name === share.target)
  if (target === undefined) throw new Error(`no target is called ${share.target}`)
  const figures: TargetFigures = {
    target: share.target,
    mutations: 0,
    seconds: 0,
    outcomes: {},
    slowest: { ms: 0, index: 0, how: '' },
  }
  const started = performance.now()
  for (let index = task.worker; index < share.runs; index += task.workers) {
    Atomics.store(task.at, 0, number)
    Atomics.store(task.at, 1, index)
    const { mutant, outcome, problem, elapsedMs } = await attempt(target, seededChoices(task.seed, share.target, index))
    figures.mutations++
    figures.outcomes[outcome] = (figures.outcomes[outcome] ?? 0) + 1
    if (elapsedMs > figures.slowest.ms) figures.slowest = { ms: elapsedMs, index, how: mutant.how }
    if (problem !== null)
      parentPort?.postMessage({
        kind: 'finding',
        finding: toFinding(share.target, task.seed, index, problem, mutant),
      } satisfies WorkerMessage)
  }
  return { ...figures, seconds: (performance.now() - started) / 1000 }
}

if (parentPort !== null) {
  const task = workerData as WorkerTask
  for (const [number, share] of task.shares.entries())
    parentPort.postMessage({ kind: 'figures', figures: await runShare(task, number, share) } satisfies WorkerMessage)
}
