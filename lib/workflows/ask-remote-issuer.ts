/**
 * Asking a CA of others for the certificate of one key: step 3 of issuing (issue-certificates.ts), where the CA is not ours to repeat.
 *
 * What was got before is kept and not asked for again. Otherwise: the request is written down, made, and its answer written down; a
 * certificate that passes the check is kept at once. Silence and "not now" wait with growing pauses until a budget is used up; "somebody
 * must approve it" waits as long as the CA says, for days. A CA that fails for everybody is left alone for a while (lib/issuer/gate.ts).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { holdCertificate, noteAnswerRead, noteAsking, REQUEST_LEASE_S } from '#lib/data/asking.ts'
import { noteConnection } from '#lib/data/connections.ts'
import type { Issuance } from '#lib/data/issuing.ts'
import { Gate } from '#lib/issuer/gate.ts'
import type { IssuanceResult, Refused } from '#lib/issuer/port.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'
import { type Completed, checkIssued, type NotYet, type ReservedKey } from './check-issued.ts'

const gate = new Gate()

const SECOND_MS = 1_000
const DAY_MS = 86_400_000
/** How long an enrolment waits for a CA that does not answer, and for somebody there who must approve. */
const UNAVAILABLE_BUDGET_MS = DAY_MS
const PENDING_BUDGET_MS = 14 * DAY_MS
const MIN_RETRY_S = 5
const MAX_UNAVAILABLE_RETRY_S = 120
const MAX_PENDING_RETRY_S = 3_600
/** Another worker's request is under way. */
const IN_FLIGHT_RETRY_S = 5
/** Before a request that was not answered is made again, so that the CA had time to finish it; ±20 % later. */
const AFTER_SILENCE_S = REQUEST_LEASE_S * 1.3

export async function askRemoteIssuer(
  grant: Grant<'system:work'>,
  issuance: Issuance,
  key: ReservedKey,
  open: OpenIssuer,
): Promise<Completed> {
  const { issuer } = issuance
  const held = key.reserved?.heldDer ?? null
  if (held !== null) return checkIssued(held, key, open)

  const admission = gate.enter(issuer.id)
  if (!admission.admitted) return waitForAnswer(issuance, admission.detail, admission.retryAfterS)
  let answer: IssuanceResult
  try {
    const asking = { enrollmentId: issuance.enrollmentId, certificateId: key.certificateId, issuerName: issuer.name }
    if (!(await noteAsking(grant, asking, unansweredBefore(issuance, key)))) {
      admission.leave({ reached: true, detail: '' })
      return { status: 'waiting', detail: texts.caIsAsked(issuer.name), retryAfterS: IN_FLIGHT_RETRY_S }
    }
    const progress = { asks: key.reserved?.asks ?? 0, pending: key.reserved?.pendingSince != null }
    answer = await open.issuer.complete(key.prepared, key.idempotencyKey, progress)
  } catch (error) {
    admission.leave({ reached: false, detail: texts.caFailedHere })
    throw error
  }
  const reached = answer.status !== 'unavailable'
  const detail = 'detail' in answer ? answer.detail : ''
  admission.leave({ reached, detail })
  await noteConnection(grant, issuer.id, { ok: isWell(answer), detail, unreachable: !reached })
  return readAnswer(grant, issuance, key, open, answer)
}

async function readAnswer(
  grant: Grant<'system:work'>,
  issuance: Issuance,
  key: ReservedKey,
  open: OpenIssuer,
  answer: IssuanceResult,
): Promise<Completed> {
  if (answer.status === 'issued') {
    const checked = checkIssued(answer.der, key, open)
    if (checked.status === 'refused') {
      await noteAnswerRead(grant, key.certificateId, { pending: false })
      return checked
    }
    const kept = await holdCertificate(grant, key.certificateId, answer.der)
    return kept === null ? checked : checkIssued(kept, key, open)
  }
  if (answer.status !== 'unavailable' || !answer.mayHaveActed)
    await noteAnswerRead(grant, key.certificateId, { pending: answer.status === 'pending' })
  if (answer.status === 'refused') return answer
  if (answer.status === 'pending') {
    const since = key.reserved?.pendingSince ?? issuance.now
    if (issuance.now.getTime() - since.getTime() > PENDING_BUDGET_MS)
      return { status: 'refused', code: 'ca_unreachable', detail: texts.caNeverApproved(answer.detail, since) }
    const retryAfterS = Math.min(Math.max(answer.retryAfterS, MIN_RETRY_S), MAX_PENDING_RETRY_S)
    return { status: 'waiting', detail: texts.caPending(answer.detail, since), retryAfterS }
  }
  const backOffS = Math.min(MIN_RETRY_S * 2 ** Math.min(key.reserved?.asks ?? 0, 10), MAX_UNAVAILABLE_RETRY_S)
  const wishedS = Math.min(answer.retryAfterS ?? 0, MAX_PENDING_RETRY_S)
  return waitForAnswer(issuance, answer.detail, Math.max(backOffS, wishedS, answer.mayHaveActed ? AFTER_SILENCE_S : 0))
}

/** Later, ±20 %, so that many do not knock at once; or never, when the budget is used up. */
export function waitForAnswer({ since, now }: Issuance, detail: string, retryAfterS: number): NotYet | Refused {
  if (now.getTime() - since.getTime() > UNAVAILABLE_BUDGET_MS)
    return { status: 'refused', code: 'ca_unreachable', detail: texts.caNeverAnswered(detail, since) }
  return { status: 'waiting', detail: texts.caUnavailable(detail, since), retryAfterS: retryAfterS * (0.8 + 0.4 * Math.random()) }
}

/** A request that the CA refuses says nothing against the connection; a certificate that cannot be used does. */
const isWell = (answer: IssuanceResult): boolean =>
  answer.status === 'refused' ? answer.code === 'ca_refused' : answer.status !== 'unavailable'

/**
 * Asking again after a silence may make another certificate. EST has no transactions; SCEP's transactionID is meant to make it the same one
 * (RFC 8894 §4.4), but there are CAs that forget it, and nothing of theirs tells.
 */
function unansweredBefore({ issuer }: Issuance, { reserved }: ReservedKey): Date | null {
  if (!reserved?.askedAt) return null
  // CertPoll asks about what is there; it makes nothing.
  if (issuer.kind === 'scep' && reserved.pendingSince !== null) return null
  const { askedAt, answerReadAt } = reserved
  return answerReadAt === null || answerReadAt.getTime() + SECOND_MS < askedAt.getTime() ? askedAt : null
}
