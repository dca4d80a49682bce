/**
 * Asking for a revocation, a hold or a release, of one certificate or of all that count of a phone or a person: writes the wishes, who had
 * them and why, and the jobs that make them true (revoke-certificate.ts). Asking twice is one wish.
 *
 * A certificate can be revoked while it is still being delivered: safety first. The enrolment then runs to its end as it would have; if
 * that is `undelivered`, asking again settles it as `revoked_undelivered`.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { isRevocationReason, REVOCATION_REASONS } from '#lib/core/x509/crl-reasons.ts'
import { insertWishes, type RevocationScope, type Wish, type WishOutcome } from '#lib/data/revocation-wishes.ts'
import { revocationMessages as texts } from '#lib/messages/revocation.ts'

type Revoking = Grant<'certificate:revoke'>

const MAX_NOTE = 500

/** @throws RequestError invalid_input */
function readNote(given: string | null | undefined): string | null {
  const note = given?.trim() || null
  if (note === null || note.length <= MAX_NOTE) return note
  const sentence = texts.noteTooLong(MAX_NOTE)
  throw new RequestError('invalid_input', sentence, { fields: { note: sentence } })
}

/** certificateHold is a hold, every other reason is for good. @throws RequestError invalid_input */
function readWish(reason: string, note: string | null): Wish {
  if (!isRevocationReason(reason)) {
    const sentence = texts.unknownReason(REVOCATION_REASONS)
    throw new RequestError('invalid_input', sentence, { fields: { reason: sentence } })
  }
  return reason === 'certificateHold' ? { kind: 'hold', note } : { kind: 'revoke', reason, note }
}

/** What a single certificate's outcome means to whoever asked. */
const REFUSALS: Partial<Record<WishOutcome, string>> = {
  not_issued: texts.notIssued,
  revoked_before: texts.revokedBefore,
  held_before: texts.heldBefore,
  not_held: texts.notHeld,
}

async function wishForOne(grant: Revoking, certificateId: string, wish: Wish): Promise<void> {
  const [result] = await insertWishes(grant, { certificateId }, wish)
  if (result === undefined) throw new RequestError('not_found', texts.noCertificate)
  const refusal = REFUSALS[result.outcome]
  if (refusal !== undefined) throw new RequestError('wrong_state', refusal)
}

/**
 * @param wish.reason one of `REVOCATION_REASONS`, as RFC 5280 §5.3.1 names it
 * @throws RequestError invalid_input, not_found, wrong_state
 */
export async function requestRevocation(
  grant: Revoking,
  wish: { certificateId: string; reason: string; note?: string | null },
): Promise<void> {
  await wishForOne(grant, wish.certificateId, readWish(wish.reason, readNote(wish.note)))
}

/** Takes a certificate off hold. @throws RequestError invalid_input, not_found, wrong_state */
export async function requestRelease(grant: Revoking, wish: { certificateId: string; note?: string | null }): Promise<void> {
  await wishForOne(grant, wish.certificateId, { kind: 'release', note: readNote(wish.note) })
}

/**
 * Everything that still counts of a phone or a person, all or none of it.
 *
 * @returns for how many certificates it was written down now
 * @throws RequestError invalid_input; wrong_state where nothing is left to revoke
 */
export async function requestRevocations(
  grant: Revoking,
  scope: Exclude<RevocationScope, { certificateId: string }>,
  given: { reason: string; note?: string | null },
): Promise<{ certificates: number }> {
  const outcomes = await insertWishes(grant, scope, readWish(given.reason, readNote(given.note)))
  if (outcomes.length === 0) throw new RequestError('wrong_state', texts.nothingLeft)
  return { certificates: outcomes.filter(({ outcome }) => outcome === 'wanted').length }
}
