/** Asking for a rehearsal: checks that there is something to rehearse, says in words what would change, and leaves the replaying to a worker. */
import type { Grant } from '#lib/auth/permissions.ts'
import { diffPolicies, readAttestationPolicy } from '#lib/core/enrollment/attestation-policy.ts'
import type { RehearsalWish } from '#lib/core/enrollment/rehearsal.ts'
import { RequestError } from '#lib/core/errors.ts'
import { AttestationKeysError } from '#lib/core/jws/attestation-keys.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { insertRehearsal } from '#lib/data/rehearsals.ts'
import { attestationMessages as texts } from '#lib/messages/attestation.ts'
import { policyWords } from '#lib/messages/attestation-changes.ts'

/**
 * @returns the id to ask for the outcome by, and what would change
 * @throws RequestError invalid_input, conflict
 */
export async function requestRehearsal(
  grant: Grant<'settings:manage'>,
  wish: RehearsalWish,
): Promise<{ id: string; changes: string[] }> {
  const changes = wish.change === 'policy' ? await changesOf(grant, wish) : []
  return { id: await insertRehearsal(grant, wish), changes }
}

async function changesOf(
  grant: Grant<'settings:manage'>,
  { draft, basedOn }: Extract<RehearsalWish, { change: 'policy' }>,
): Promise<string[]> {
  const [newest] = await listPolicyVersions(grant)
  if (!newest || newest.number !== basedOn) throw new RequestError('conflict', texts.errors.overtaken)
  try {
    const after = readAttestationPolicy({ fileKeySets: newest.policy.definition.fileKeySets, ...draft })
    const changes = diffPolicies(newest.policy, after).map(policyWords.change)
    if (changes.length === 0) throw new RequestError('invalid_input', texts.errors.unchanged)
    return changes
  } catch (error) {
    if (error instanceof AttestationKeysError) throw new RequestError('invalid_input', error.message)
    throw error
  }
}
