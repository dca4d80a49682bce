/** For the tests of the attestation policy as the worker lives it: a flow, and the steps of an administrator and of a phone. */
import { generateKeyPairSync, type KeyPairKeyObjectResult, type webcrypto } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { appJwk } from '#e2e/peer/answer.mjs'
import { authorize } from '#lib/auth/permissions.ts'
import { type PolicyDraft, readVendorJwk } from '#lib/core/enrollment/attestation-policy.ts'
import type { RehearsalResult } from '#lib/core/enrollment/rehearsal.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { findRehearsal, insertRehearsal } from '#lib/data/rehearsals.ts'
import { saveAttestationPolicy } from '#lib/workflows/save-attestation-policy.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

export const admin = authorize({ kind: 'account', id: 'adm', name: 'Ada Admin', role: 'admin', userId: null }, 'settings:manage')
/** Of the file that called policyTests. */
export let flow: Flow

/** Starts a flow before the tests of a file and stops it after them; after each the rules of the durability note hold. */
export function policyTests(): void {
  beforeAll(async () => {
    flow = await startFlow()
  })
  afterEach(async () => {
    expect(await flow.brokenRules()).toEqual([])
  })
  afterAll(() => flow?.stop())
}

export const query = async (sql: string, ...values: unknown[]) => (await flow.owner.query(sql, values)).rows
export const vendorLine = (pair: { publicKey: unknown }, kid: string) => {
  const { n, e } = appJwk(pair.publicKey as never, { kid, use: 'sig' }) as webcrypto.JsonWebKey
  return JSON.stringify({ alg: 'RS256', e, keystate: 'active', kid, kty: 'RSA', n, use: 'sig' })
}
export const imported = (pair: { publicKey: unknown }, kid: string, validUntil: string | null = null) => {
  const { jwk } = readVendorJwk(vendorLine(pair, kid))
  return { jwk, kid, note: '', validFrom: null, validUntil }
}

export async function offered(userid?: string) {
  const { id, userid: who } = await flow.start(userid)
  await flow.runJobs()
  return { id, userid: who, command: flow.commandFor(who, 'provision') }
}

/** An enrolment up to its verdict. */
export async function answered(bendings: Record<string, (value: never) => unknown> = {}, userid?: string) {
  const enrollment = await offered(userid)
  const body = flow.answerTo(enrollment.command, bendings)
  await flow.callBack(body)
  await flow.runJobs()
  return { ...enrollment, body }
}

export const signedBy = (pair: KeyPairKeyObjectResult): Record<string, (value: never) => unknown> => ({
  headerKey: () => pair.publicKey,
  signer: () => pair.privateKey,
})

export async function rehearsed(
  draft: PolicyDraft,
): Promise<{ id: string; result: RehearsalResult | null; failure: string | null }> {
  const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
  const id = await insertRehearsal(admin, { change: 'policy', draft, basedOn, asOf: null, period: { days: 7 } })
  await flow.runJobs()
  const found = await findRehearsal(admin, id)
  return { id, result: found?.result ?? null, failure: found?.failure ?? null }
}

export async function save(draft: PolicyDraft, note = 'for the test') {
  const { id: rehearsalId } = await rehearsed(draft)
  const basedOn = (await listPolicyVersions(admin))[0]?.number ?? 0
  return saveAttestationPolicy(admin, { basedOn, draft, note, rehearsalId })
}

export const judgedBy = async (id: string) =>
  (
    await query(
      `SELECT v.number, e.verdict FROM evidence e JOIN answer a ON a.id = e.answer_id JOIN policy_version v ON v.id = e.policy_version_id
       WHERE a.enrollment_id = $1`,
      id,
    )
  )[0]
export const incidentsOf = (id: string) =>
  query('SELECT kind, about, detail FROM incident WHERE enrollment_id = $1 ORDER BY kind', id)

export const answerOf = async (id: string) => (await query('SELECT id FROM answer WHERE enrollment_id = $1', id))[0]
export const setHeldChecks = (heldChecks: string[]) =>
  query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), profile_id, version + 1, definition || jsonb_build_object('heldChecks', $1::jsonb), issuer_id
     FROM profile_version WHERE profile_id = (SELECT id FROM profile WHERE name = 'Employee mobile ID') ORDER BY version DESC LIMIT 1`,
    JSON.stringify(heldChecks),
  )

/** As if it had been finished so much earlier: its row does not let itself be changed. */
export const makeOlder = (rehearsalId: string, by: string) =>
  flow.owner.query(`ALTER TABLE rehearsal DISABLE TRIGGER USER;
    UPDATE rehearsal SET finished_at = finished_at - interval '${by}' WHERE id = '${rehearsalId}';
    ALTER TABLE rehearsal ENABLE TRIGGER USER`)

export const app = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const file = () => flow.attestationKeys as Record<string, object[]>
