/**
 * Asking for a revocation: writes the wish, who had it and why, and the job that makes it true (revoke-certificate.ts). Asking twice is one
 * wish.
 *
 * A certificate can be revoked while it is still being delivered: safety first. The enrolment then runs to its end as it would have; if
 * that is `undelivered`, asking again settles it as `revoked_undelivered`.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { isRevocationReason, REVOCATION_REASONS } from '#lib/core/x509/crl-reasons.ts'
import { insertRevocationRequest } from '#lib/data/revocation.ts'
import { revocationMessages as texts } from '#lib/messages/revocation.ts'

const MAX_NOTE = 500

/**
 * @param wish.reason one of `REVOCATION_REASONS`, as RFC 5280 §5.3.1 names it
 * @throws RequestError invalid_input, not_found, wrong_state
 */
export async function requestRevocation(
  grant: Grant<'certificate:revoke'>,
  wish: { certificateId: string; reason: string; note?: string | null },
): Promise<void> {
  const { certificateId, reason } = wish
  const note = wish.note?.trim() || null
  if (!isRevocationReason(reason)) {
    const sentence = texts.unknownReason(REVOCATION_REASONS)
    throw new RequestError('invalid_input', sentence, { fields: { reason: sentence } })
  }
  if (note !== null && note.length > MAX_NOTE) {
    const sentence = texts.noteTooLong(MAX_NOTE)
    throw new RequestError('invalid_input', sentence, { fields: { note: sentence } })
  }
  const outcome = await insertRevocationRequest(grant, { certificateId, reason, note })
  if (outcome === 'not_found') throw new RequestError('not_found', texts.noCertificate)
  if (outcome === 'not_issued') throw new RequestError('wrong_state', texts.notIssued)
  if (outcome === 'revoked_before') throw new RequestError('wrong_state', texts.revokedBefore)
}
