/**
 * Versions of the attestation policy: only ever added, the newest is in force, every judgement names the one it was made by.
 *
 * A version never changes, so it is read and judged once per process and kept by its id. Two that add a version at once make two numbers,
 * never one twice: the number is unique, and whoever comes second compares again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import {
  type AttestationPolicy,
  EMPTY_POLICY,
  type FileKeySets,
  type PolicyDraft,
  type ReadyPolicy,
  readAttestationPolicy,
} from '#lib/core/enrollment/attestation-policy.ts'
import { db } from '#lib/db.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import { inTransaction, type Tx } from './transaction.ts'

export interface PolicyVersion {
  id: string
  number: number
  note: string
  createdByName: string
  createdAt: string
  policy: ReadyPolicy
}

interface RawVersion {
  id: string
  number: number
  definition: unknown
  note: string
  createdByName: string
  createdAt: Date
}

const cache = new Map<string, PolicyVersion>()

function toVersion(row: RawVersion): PolicyVersion {
  const known = cache.get(row.id)
  if (known) return known
  const version = { ...row, createdAt: row.createdAt.toISOString(), policy: readAttestationPolicy(row.definition) }
  cache.set(row.id, version)
  return version
}

type Reader = Grant<'system:work' | 'settings:read' | 'settings:manage'>

/** All of them, newest first. */
export async function listPolicyVersions(_grant: Reader): Promise<PolicyVersion[]> {
  const rows = await db().$queryRaw<RawVersion[]>`
    SELECT id, number, definition, note, created_by_name AS "createdByName", created_at AS "createdAt"
    FROM policy_version ORDER BY number DESC`
  return rows.map(toVersion)
}

export interface PolicyInForce {
  policy: ReadyPolicy
  /** Thumbprints of every key that the set holds, or held in an earlier version. */
  everIn(set: string): ReadonlySet<string>
}

const NO_POLICY: PolicyInForce = { policy: { definition: EMPTY_POLICY, sets: new Map() }, everIn: () => new Set() }

/** By the id of a version, with what came before it; from memory where it was asked for before. */
export async function policyById(grant: Grant<'system:work'>, id: string | null): Promise<PolicyInForce> {
  if (id === null) return NO_POLICY
  if (!cache.has(id)) await listPolicyVersions(grant)
  const version = cache.get(id)
  if (!version) throw new Error(`there is no policy version ${id}`)
  const until = [...cache.values()].filter((one) => one.number <= version.number)
  return {
    policy: version.policy,
    everIn: (set) => new Set(until.flatMap((one) => (one.policy.sets.get(set) ?? []).map(({ key }) => key.thumbprint))),
  }
}

async function newest(tx: Tx): Promise<{ number: number; definition: AttestationPolicy }> {
  const rows = await tx.$queryRaw<{ number: number; definition: unknown }[]>`
    SELECT number, definition FROM policy_version ORDER BY number DESC LIMIT 1`
  const row = rows[0]
  return row
    ? { number: row.number, definition: readAttestationPolicy(row.definition).definition }
    : { number: 0, definition: EMPTY_POLICY }
}

/** @returns false if that number was taken meanwhile; nothing was written then */
async function insertVersion(
  tx: Tx,
  grant: Grant,
  version: { number: number; definition: AttestationPolicy; note: string; changes: readonly string[] },
): Promise<boolean> {
  const id = newId()
  const made = await tx.$executeRaw`
    INSERT INTO policy_version (id, number, definition, note, created_by_name, created_at)
    VALUES (${id}::uuid, ${version.number}, ${storableJson(version.definition)}::jsonb, ${storableText(version.note)}, ${grant.actor.name},
      clock_timestamp())
    ON CONFLICT (number) DO NOTHING`
  if (made === 0) return false
  await writeAudit(tx, grant.actor, {
    action: 'policy.changed',
    objectKind: 'policy',
    objectId: id,
    detail: { version: version.number, note: version.note, changes: version.changes.slice(0, 50) },
  })
  return true
}

/** jsonb keeps members in an order of its own; keys of a set stand in the file's. */
const fingerprint = (sets: FileKeySets): string =>
  JSON.stringify(
    Object.entries(sets)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([set, keys]) => [set, keys.map(({ jwk, kid }) => [jwk.n, jwk.e, kid])]),
  )

const MAX_ROUNDS = 10

/**
 * Makes the file's keys those of the newest version, by a new version if they are others.
 * @param inWords what changed, for the audit
 * @returns the number of the version that was added; null if they were the same
 */
export async function syncFileKeySets(
  grant: Grant<'system:work'>,
  fileKeySets: FileKeySets,
  inWords: (before: AttestationPolicy, after: AttestationPolicy) => { note: string; changes: string[] },
): Promise<number | null> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const outcome = await inTransaction(grant, async (tx) => {
      const { number, definition } = await newest(tx)
      if (number > 0 && fingerprint(definition.fileKeySets) === fingerprint(fileKeySets)) return { number: null }
      const next = { ...definition, fileKeySets }
      const version = { number: number + 1, definition: next, ...inWords(definition, next) }
      return (await insertVersion(tx, grant, version)) ? { number: version.number } : null
    })
    if (outcome) return outcome.number
  }
  throw new Error('the attestation policy changed at every attempt')
}

/**
 * Adds a version with what a page changed; the file's keys stay those of the version it is based on.
 * @returns the new number; null if the newest version is not the one it is based on
 */
export function insertPolicyVersion(
  grant: Grant<'settings:manage'>,
  change: { basedOn: number; draft: PolicyDraft; note: string; changes: readonly string[] },
): Promise<number | null> {
  return inTransaction(grant, async (tx) => {
    const { number, definition } = await newest(tx)
    if (number !== change.basedOn) return null
    const next = { fileKeySets: definition.fileKeySets, ...change.draft }
    const made = await insertVersion(tx, grant, {
      number: number + 1,
      definition: next,
      note: change.note,
      changes: change.changes,
    })
    return made ? number + 1 : null
  })
}

/** Values of `sch` that good answers of the last weeks carried, with how often: what a pin can be taken from. */
export async function recentSchValues(_grant: Reader): Promise<{ value: string; count: number; lastSeenAt: string }[]> {
  const rows = await db().$queryRaw<{ value: string; count: number; lastSeenAt: Date }[]>`
    SELECT c.value ->> 'observed' AS value, count(*)::int AS count, max(e.created_at) AS "lastSeenAt"
    FROM (SELECT checks, created_at FROM evidence WHERE verdict = 'passed' ORDER BY answer_id DESC LIMIT 500) AS e,
      jsonb_array_elements(e.checks) AS c (value)
    WHERE c.value ->> 'id' = 'C14' GROUP BY 1 ORDER BY 2 DESC LIMIT 20`
  return rows.map((row) => ({ ...row, lastSeenAt: row.lastSeenAt.toISOString() }))
}
