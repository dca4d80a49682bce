/**
 * What is fuzzed: one small file for each reader of foreign bytes (targets/). A target makes mutants, lets the product read them, and
 * says what became of each. It must hold for every mutant: the product does not throw, is done within HANG_MS, and what it accepts
 * means what the original meant.
 */
import type { Choices } from './choices.ts'

export interface Mutant {
  bytes: Buffer<ArrayBuffer>
  /** Name of the good input it was made of. */
  original: string
  /** Who signed it again after the change; null if nobody did. */
  signedBy: 'attestation' | 'phone' | 'ca' | null
  /** The changes, in words. */
  how: string
}

export interface Judgement {
  /** For the histogram: "refused: CODE", "accepted: the same", "accepted: WHAT MAY VARY". */
  outcome: string
  /** What must not be. */
  problem: string | null
}

export interface Target<Reading> {
  name: string
  /** One line. */
  what: string
  /** Of a mixed run, in parts of 100. */
  share: number
  mutate: (choices: Choices) => Mutant
  /** The product's code and nothing else: this is what is timed. */
  read: (mutant: Mutant) => Reading
  judge: (mutant: Mutant, reading: Reading) => Judgement
  /** Where the product and another implementation both accept: what the other reads differently, or null. */
  agree?: (mutant: Mutant, reading: Reading) => Promise<string | null>
}

export const refused = (code: string): Judgement => ({ outcome: `refused: ${code}`, problem: null })
export const same: Judgement = { outcome: 'accepted: the same', problem: null }
export const varies = (what: string): Judgement => ({ outcome: `accepted: ${what}`, problem: null })
export const wrong = (problem: string): Judgement => ({ outcome: 'PROBLEM', problem })
/** Of two judgements the worse. */
export const unless = (problem: string | null, judgement: Judgement): Judgement => (problem === null ? judgement : wrong(problem))

/** Readings are the target's own affair. */
export type AnyTarget = Target<unknown>
export const target = <Reading>(definition: Target<Reading>): AnyTarget => definition as unknown as AnyTarget
