/** The attestation policy as its page shows it: the version in force, what changed from version to version, the block list, values of `sch`. */
import type { Grant } from '#lib/auth/permissions.ts'
import {
  diffPolicies,
  EMPTY_POLICY,
  type PolicyDraft,
  type PolicyKey,
  readAttestationPolicy,
  readSchPin,
} from '#lib/core/enrollment/attestation-policy.ts'
import { listPolicyVersions, type PolicyVersion, recentSchValues } from '#lib/data/attestation-policy.ts'
import { type BlockedKeyRow, listBlockedKeys } from '#lib/data/blocked-keys.ts'
import { policyWords } from '#lib/messages/attestation-changes.ts'

export interface KeyFacts {
  kid: string
  thumbprint: string
  bits: number
}

export interface PolicyView {
  number: number
  draft: PolicyDraft
  /** Keys of ATTESTATION_KEYS_FILE by set. */
  fileKeys: { set: string; keys: KeyFacts[] }[]
  /** Of imported keys, by their modulus. */
  facts: Record<string, KeyFacts>
  seenSch: { value: string; count: number }[]
  versions: { number: number; note: string; createdByName: string; createdAt: string; changes: string[] }[]
  olderVersions: number
  blocked: BlockedKeyRow[]
}

const MAX_VERSIONS = 25

const factsOf = ({ key, bits }: PolicyKey): KeyFacts => ({ kid: key.kid, thumbprint: key.thumbprint, bits })

export async function readPolicyView(grant: Grant<'settings:read'>): Promise<PolicyView> {
  const [versions, seen, blocked] = await Promise.all([listPolicyVersions(grant), recentSchValues(grant), listBlockedKeys(grant)])
  const policy = versions[0]?.policy ?? readAttestationPolicy(EMPTY_POLICY)
  const { keySets, schPins, fileKeySets } = policy.definition
  return {
    number: versions[0]?.number ?? 0,
    draft: { keySets, schPins },
    fileKeys: Object.keys(fileKeySets).map((set) => ({
      set,
      keys: (policy.sets.get(set) ?? []).filter((one) => one.source === 'file').map(factsOf),
    })),
    facts: importedFacts(policy),
    seenSch: seen.flatMap(({ value, count }) => {
      const pin = readSchPin(value)
      return pin === null ? [] : [{ value: pin, count }]
    }),
    versions: versions.slice(0, MAX_VERSIONS).map((version, i) => describeVersion(version, versions[i + 1])),
    olderVersions: Math.max(0, versions.length - MAX_VERSIONS),
    blocked,
  }
}

/** Imported keys of a set stand in the order of the definition, after the file's. */
function importedFacts({ definition, sets }: PolicyVersion['policy']): PolicyView['facts'] {
  return Object.fromEntries(
    Object.entries(definition.keySets).flatMap(([set, keys]) => {
      const imported = (sets.get(set) ?? []).filter((one) => one.source === 'imported')
      return keys.flatMap(({ jwk }, i) => (imported[i] ? [[jwk.n, factsOf(imported[i])]] : []))
    }),
  )
}

function describeVersion({ number, note, createdByName, createdAt, policy }: PolicyVersion, before: PolicyVersion | undefined) {
  const changes = diffPolicies(before?.policy ?? readAttestationPolicy(EMPTY_POLICY), policy).map(policyWords.change)
  return { number, note, createdByName, createdAt, changes }
}
