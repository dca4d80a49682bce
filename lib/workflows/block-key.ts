/**
 * Putting a key on the block list: named by the SHA-256 of its SubjectPublicKeyInfo, by the thumbprint of an attestation key that is or was
 * configured here, or by the enrolment whose answer carried it (then all its keys). It counts for the next answer that is judged.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { blockKey, keysOfAnswers } from '#lib/data/blocked-keys.ts'
import { isId } from '#lib/data/new-id.ts'
import { attestationMessages as texts } from '#lib/messages/attestation.ts'

type Manager = Grant<'settings:manage'>

/**
 * @returns how many keys were blocked
 * @throws RequestError invalid_input, conflict
 */
export async function blockNamedKey(grant: Manager, wish: { key: string; reason: string }): Promise<{ blocked: number }> {
  const reason = wish.reason.trim()
  if (reason === '') throw new RequestError('invalid_input', texts.errors.reason, { fields: { reason: texts.errors.reason } })
  const keys = await findKeys(grant, wish.key.trim())
  if (keys.length === 0) throw new RequestError('invalid_input', texts.errors.noKey, { fields: { key: texts.errors.noKey } })
  let blocked = 0
  for (const spkiSha256 of keys) if (await blockKey(grant, { spkiSha256, reason })) blocked++
  if (blocked === 0)
    throw new RequestError('conflict', texts.errors.blockedBefore, { fields: { key: texts.errors.blockedBefore } })
  return { blocked }
}

async function findKeys(grant: Manager, name: string): Promise<string[]> {
  const hex = name.replace(/[\s:]/g, '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(hex)) return [hex]
  if (isId(name)) return keysOfAnswers(grant, name)
  const configured = (await listPolicyVersions(grant)).flatMap(({ policy }) => [...policy.sets.values()].flat())
  const found = configured.filter(({ key }) => key.thumbprint === name).map(({ key }) => key.spkiSha256)
  return [...new Set(found)]
}
