/** Taking a key off the block list, with a reason that stays in the audit. */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { unblockKey } from '#lib/data/blocked-keys.ts'
import { attestationMessages as texts } from '#lib/messages/attestation.ts'

/** @throws RequestError invalid_input, not_found, conflict for a leaked key */
export async function unblockNamedKey(
  grant: Grant<'settings:manage'>,
  wish: { spkiSha256: string; reason: string },
): Promise<void> {
  const reason = wish.reason.trim()
  if (reason === '') throw new RequestError('invalid_input', texts.errors.reason, { fields: { reason: texts.errors.reason } })
  const outcome = await unblockKey(grant, { spkiSha256: wish.spkiSha256, reason })
  if (outcome === 'not_blocked') throw new RequestError('not_found', texts.errors.notBlocked)
  if (outcome === 'leaked') throw new RequestError('conflict', texts.errors.leakedStays)
}
