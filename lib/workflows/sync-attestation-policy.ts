/**
 * What a worker does about ATTESTATION_KEYS_FILE when it starts: if the file's keys are not those of the newest version of the attestation
 * policy, it adds a version in which they are. So an operator goes on changing the file and restarting, every judgement still names one
 * version that is complete in itself, and any number of workers that start at once make one version of one change.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { diffPolicies, fileKeySetsOf, readAttestationPolicy } from '#lib/core/enrollment/attestation-policy.ts'
import { syncFileKeySets } from '#lib/data/attestation-policy.ts'
import { logger } from '#lib/log.ts'
import { policyWords } from '#lib/messages/attestation-changes.ts'

/**
 * @param file the content of ATTESTATION_KEYS_FILE
 * @throws AttestationKeysError with a sentence for whoever starts the worker
 */
export async function syncAttestationPolicy(
  grant: Grant<'system:work'>,
  file: Readonly<Record<string, readonly object[]>>,
): Promise<void> {
  const added = await syncFileKeySets(grant, fileKeySetsOf(file), (before, after) => ({
    note: policyWords.fileNote,
    changes: diffPolicies(readAttestationPolicy(before), readAttestationPolicy(after)).map(policyWords.change),
  }))
  if (added !== null)
    logger('policy').info({ version: added }, 'the attestation keys of the file are a new version of the policy')
}
