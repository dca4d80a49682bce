/**
 * What a SCEP CA says of itself (GetCACaps, GetCACert), held against the pin and kept for a while: registration authorities are replaced
 * every year or so, and an answer signed by one that is not known yet is a reason to look again.
 */

import { readCaCertificates, type ScepCa } from '#lib/core/scep/ca-certificates.ts'
import { type Capabilities, type Choice, chooseAlgorithms } from '#lib/core/scep/capabilities.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { getCaCaps, getCaCert, type ScepAddress, type ScepOutcome } from '#lib/external/scep-http.ts'

const KEEP_MS = 600_000

export interface KnownCa {
  ca: ScepCa
  capabilities: Capabilities
  choice: Choice
}

export type CaOutcome = { ok: true; known: KnownCa } | { ok: false; fault: 'unreachable' | 'refused' | 'answer'; detail: string }

export interface ScepCaConfig extends ScepAddress {
  anchorSha256: string
  legacyAlgorithms: boolean
}

/** Asks the CA; believes nothing that the pin does not vouch for. Never rejects. */
export async function fetchScepCa(config: ScepCaConfig): Promise<CaOutcome> {
  const [caps, certificates] = await Promise.all([getCaCaps(config), getCaCert(config)])
  for (const outcome of [certificates, caps])
    if (!outcome.ok)
      return { ok: false, fault: outcome.fault === 'broken' ? 'unreachable' : outcome.fault, detail: outcome.detail }
  if (!caps.ok || !certificates.ok) throw new Error('unreachable')
  try {
    const ca = readCaCertificates(certificates.value, config.anchorSha256)
    const choice = chooseAlgorithms(caps.value, config.legacyAlgorithms)
    if (typeof choice === 'string')
      throw new ScepError('algorithms', `${choice}. If that is known and accepted, allow legacy algorithms in its connection.`)
    return { ok: true, known: { ca, capabilities: caps.value, choice } }
  } catch (error) {
    if (error instanceof ScepError) return { ok: false, fault: 'answer', detail: error.message }
    throw error
  }
}

/** Nothing was asked for yet, so a broken answer is no more than silence. */
export const faultOf = ({ fault, detail }: Extract<ScepOutcome<never>, { ok: false }>): Extract<CaOutcome, { ok: false }> => ({
  ok: false,
  fault: fault === 'broken' ? 'unreachable' : fault,
  detail,
})

/** The CA as it was a few minutes ago. */
export class CaCache {
  readonly #config: ScepCaConfig
  #latest: { at: number; outcome: Promise<CaOutcome> } | null = null

  constructor(config: ScepCaConfig) {
    this.#config = config
  }

  get(): Promise<CaOutcome> {
    const latest = this.#latest
    return latest !== null && performance.now() - latest.at < KEEP_MS ? latest.outcome : this.refresh()
  }

  /** A failure is not kept. */
  refresh(): Promise<CaOutcome> {
    const outcome = fetchScepCa(this.#config)
    const entry = { at: performance.now(), outcome }
    this.#latest = entry
    void outcome.then(({ ok }) => {
      if (!ok && this.#latest === entry) this.#latest = null
    })
    return outcome
  }
}
