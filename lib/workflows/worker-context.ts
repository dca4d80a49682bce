/**
 * What the worker's workflows need beside the database: made once by lib/jobs/main.ts from the environment, and by tests by hand, so that
 * no workflow reads the environment and every one can be run against a peer of the test's own.
 */
import type { HermodConfig } from '#lib/external/hermod.ts'
import type { DummyKeys } from './dummy-keys.ts'

export interface WorkerContext {
  hermod: HermodConfig
  /** Host names accepted in an answer's `fqdn`, lower case. */
  fqdns: readonly string[]
  /** Names of RSA keys that anybody can make again; absent: there is no list. */
  weakKeys?: ReadonlySet<string>
  caKeyPassphrase: string
  publicUrl: string
  dummyKeys: DummyKeys
  /** Hears how Hermod did with the last command. */
  onHermod(health: { ok: boolean; detail: string }): void
  /** Pauses before the second, third, … attempt to give Hermod one command, in seconds. */
  retryDelaysS: readonly number[]
}

/** 1, 2 and 5 s: long enough for a restart of the messaging server behind a proxy, short enough for somebody who is looking at the page. */
export const RETRY_DELAYS_S = [1, 2, 5] as const

/** The pause before attempt `attempt + 1`, ±20 % so that many do not knock at once; null: no more attempts. */
export function retryDelayS(context: WorkerContext, attempt: number, random: () => number = Math.random): number | null {
  const delay = context.retryDelaysS[attempt - 1]
  return delay === undefined ? null : delay * (0.8 + 0.4 * random())
}
