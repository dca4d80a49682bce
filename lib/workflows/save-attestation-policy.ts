/**
 * Saving a changed attestation policy as a new version: only with a note, only on top of the version that was looked at, and only after a
 * fresh rehearsal of exactly this change, so that nobody changes what is trusted without having seen what that does.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Grant } from '#lib/auth/permissions.ts'
import { diffPolicies, type PolicyDraft, readAttestationPolicy } from '#lib/core/enrollment/attestation-policy.ts'
import { RequestError } from '#lib/core/errors.ts'
import { insertPolicyVersion, listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { findRehearsal } from '#lib/data/rehearsals.ts'
import { attestationMessages as texts } from '#lib/messages/attestation.ts'
import { policyWords } from '#lib/messages/attestation-changes.ts'
import { rehearsalMessages } from '#lib/messages/rehearsal.ts'
import { isStale, showsEnough } from './stale-rehearsal.ts'

/**
 * @returns the new number
 * @throws RequestError invalid_input, conflict
 */
export async function saveAttestationPolicy(
  grant: Grant<'settings:manage'>,
  change: { basedOn: number; draft: PolicyDraft; note: string; rehearsalId: string },
): Promise<{ number: number }> {
  const { basedOn, draft, rehearsalId } = change
  const note = change.note.trim()
  if (note === '') throw new RequestError('invalid_input', texts.errors.note, { fields: { note: texts.errors.note } })
  const [newest] = await listPolicyVersions(grant)
  if (!newest || newest.number !== basedOn) throw new RequestError('conflict', texts.errors.overtaken)
  const after = readAttestationPolicy({ fileKeySets: newest.policy.definition.fileKeySets, ...draft })
  const changes = diffPolicies(newest.policy, after)
  if (changes.length === 0) throw new RequestError('invalid_input', texts.errors.unchanged)
  await requireRehearsal(grant, rehearsalId, { basedOn, draft })
  const number = await insertPolicyVersion(grant, { basedOn, draft, note, changes: changes.map(policyWords.change) })
  if (number === null) throw new RequestError('conflict', texts.errors.overtaken)
  return { number }
}

/** @throws RequestError invalid_input if it is not finished, was of something else, or of too long ago */
async function requireRehearsal(
  grant: Grant<'settings:manage'>,
  id: string,
  { basedOn, draft }: { basedOn: number; draft: PolicyDraft },
): Promise<void> {
  const rehearsal = await findRehearsal(grant, id)
  const { wish } = rehearsal ?? {}
  const same = wish?.change === 'policy' && wish.basedOn === basedOn && isDeepStrictEqual(wish.draft, draft)
  if (!same || !rehearsal?.result || !showsEnough(wish, new Date()))
    throw new RequestError('invalid_input', texts.errors.rehearse)
  if (isStale(rehearsal)) throw new RequestError('invalid_input', rehearsalMessages.tooOld)
}
