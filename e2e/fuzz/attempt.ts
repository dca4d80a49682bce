/** One mutation: made, read by the product against the clock, judged. */
import type { Choices } from './choices.ts'
import { type AnyTarget, type Judgement, type Mutant, same, unless, wrong } from './target.ts'

export const HANG_MS = 50
/** From here on it is worth knowing whether it was the input or the machine. */
const SUSPECT_MS = 5
/** A machine that was busy elsewhere is no hang: the same input must take this thread's own time, every time. */
const CONFIRMATIONS = 5

export interface Attempt {
  mutant: Mutant
  outcome: string
  problem: string | null
  elapsedMs: number
}

/** For an input that is there already (a saved finding), and for a new one. */
export async function attemptMutant(target: AnyTarget, mutant: Mutant): Promise<Attempt> {
  const started = performance.now()
  let reading: unknown
  try {
    reading = target.read(mutant)
  } catch (error) {
    return { mutant, outcome: 'PROBLEM', problem: `threw ${textOf(error)}`, elapsedMs: performance.now() - started }
  }
  let elapsedMs = performance.now() - started
  if (elapsedMs > SUSPECT_MS) elapsedMs = Math.min(elapsedMs, ...timeAgain(target, mutant))
  if (elapsedMs > HANG_MS) return { mutant, outcome: 'PROBLEM', problem: `took ${elapsedMs.toFixed(0)} ms every time`, elapsedMs }
  const { outcome, problem } = await judge(target, mutant, reading)
  return { mutant, outcome, problem, elapsedMs }
}

async function judge(target: AnyTarget, mutant: Mutant, reading: unknown): Promise<Judgement> {
  try {
    const judgement = target.judge(mutant, reading)
    // What was signed is then as it was: others have been asked about it.
    if (judgement === same || judgement.problem !== null || target.agree === undefined) return judgement
    return unless(await target.agree(mutant, reading), judgement)
  } catch (error) {
    return wrong(`accepted, and another reader threw ${textOf(error)}`)
  }
}

export const attempt = (target: AnyTarget, choices: Choices): Promise<Attempt> => attemptMutant(target, target.mutate(choices))

const timeAgain = (target: AnyTarget, mutant: Mutant): number[] =>
  Array.from({ length: CONFIRMATIONS }, () => {
    const before = process.threadCpuUsage()
    target.read(mutant)
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1000
  })

export const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
