/**
 * Is everything there that an enrolment needs, before anybody is asked to scan? Pure: facts in, one part a line out.
 *
 * `broken` stops the start; it is said only of what is known to be so now. What was not tried lately is `unknown` and warns: a portal
 * must not refuse work because nobody has looked. `failing` warns too: a messaging server that is there and did not take the last command.
 * Only the next command can tell whether that has been mended, and no phone is asked before it has taken one, so trying costs nobody anything.
 */
import type { ReadinessPart } from '../views.ts'

/** How a connection did lately. */
export interface LatelySeen {
  lastSuccessAt: Date | null
  lastErrorAt: Date | null
  lastError: string | null
  /** The last error was that nobody answered. */
  unreachable: boolean
}

export interface ReadinessFacts {
  now: Date
  /** Alive. */
  workers: number
  hermod: LatelySeen | null
  issuer: {
    title: string
    embedded: boolean
    /** The time in which its whole chain is valid; null: it has no certificate yet. */
    valid: { from: Date; until: Date } | null
    /** A newer signing certificate stands in for one that the profile names: always false for remote ones. */
    lately: LatelySeen | null
    /** One-time challenges: left, and needed by this profile; null: this CA wants none. */
    challenges: { left: number; needed: number } | null
  }
  /** By the profile. */
  validityDays: number
}

const DAY_MS = 86_400_000
/** The worker looks at what is quiet every minute; older than this, nobody has looked. */
const STALE_MS = 180_000

export const PART_STATES = ['ok', 'unknown', 'failing', 'broken'] as const

type Look = Pick<ReadinessPart, 'state' | 'detail'>

function lookAt(seen: LatelySeen | null, now: Date): Look {
  const { lastSuccessAt = null, lastErrorAt = null, lastError = null } = seen ?? {}
  const failed = lastErrorAt !== null && (lastSuccessAt === null || lastErrorAt > lastSuccessAt)
  const at = failed ? lastErrorAt : lastSuccessAt
  if (at === null || now.getTime() - at.getTime() > STALE_MS) return { state: 'unknown', detail: failed ? lastError : null }
  return failed ? { state: 'broken', detail: lastError } : { state: 'ok', detail: null }
}

function lookAtIssuer({ issuer, now, validityDays }: ReadinessFacts): Look & { reason?: ReadinessPart['reason'] } {
  const { valid, embedded, challenges } = issuer
  if (valid === null) return { state: 'broken', detail: null, reason: embedded ? 'no_worker_yet' : 'not_tested' }
  if (now < valid.from || now > valid.until) return { state: 'broken', detail: null, reason: 'ca_expired' }
  // Ours refuses what would outlive it; another's shortens it.
  if (embedded && now.getTime() + validityDays * DAY_MS > valid.until.getTime())
    return { state: 'broken', detail: null, reason: 'ca_too_short' }
  if (challenges !== null && challenges.left < challenges.needed) return { state: 'broken', detail: null, reason: 'no_challenge' }
  return embedded ? { state: 'ok', detail: null } : lookAt(issuer.lately, now)
}

function lookAtHermod({ hermod, now }: ReadinessFacts): Look {
  const look = lookAt(hermod, now)
  return look.state === 'broken' && hermod?.unreachable === false ? { ...look, state: 'failing' } : look
}

export function judgeReadiness(facts: ReadinessFacts): ReadinessPart[] {
  const worker: ReadinessPart =
    facts.workers > 0
      ? { part: 'worker', name: null, state: 'ok', detail: null }
      : { part: 'worker', name: null, state: 'broken', detail: null, reason: 'no_worker' }
  return [
    worker,
    { part: 'hermod', name: null, ...lookAtHermod(facts) },
    { part: 'issuer', name: facts.issuer.title, ...lookAtIssuer(facts) },
  ]
}

/** Until when the certificate will be valid: not beyond a CA of others, which shortens it. */
export const expectedNotAfter = ({ now, validityDays, issuer }: ReadinessFacts): Date => {
  const wanted = now.getTime() + validityDays * DAY_MS
  return new Date(issuer.valid === null || issuer.embedded ? wanted : Math.min(wanted, issuer.valid.until.getTime()))
}
