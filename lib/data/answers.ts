/**
 * The phone's answer on its way through the checks: what they are given, and their outcome.
 *
 * Everything an outcome writes (evidence, phone, keys, transition, audit row, job) is one statement (transition.ts, `also`): either all of
 * it is there or nothing, and no lock is held while we wait for anything.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { CheckResult, Verdict } from '#lib/core/enrollment/evidence.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { Device } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { BLOCKED_KEYS_AUDIT, blockLeakedKeysSql } from './blocked-keys.ts'
import { GRACE_S } from './commands.ts'
import { textAttributes, type UserFacts } from './enrollment-facts.ts'
import { type NewIncident, OPENED_INCIDENTS_AUDIT, openIncidentsSql } from './incidents.ts'
import { newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import { type AlsoInTheMove, type Transition, tryTransition } from './transition.ts'

type System = Grant<'system:work'>

/** What is stored of a provision command and its enrolment, as far as the checks want it. */
export interface CheckMaterial {
  user: UserFacts
  profileName: string
  definition: ProfileDefinition
  /** The attestation policy in force when this was read; null before there is any. */
  policyId: string | null
  command: {
    nonce: string
    externalId: string
    hermodCommandId: string | null
    mid: string | null
    /** Its end and the grace after it: what is received by then is in time. */
    takenUntil: Date
  }
  keys: { keyid: string; dummySpkiSha256: Buffer; subjectDer: Buffer; attributesSha256: string | null }[]
}

export interface RawMaterial {
  user: Omit<UserFacts, 'attributes'> & { attributes: unknown }
  profileName: string
  versionId: string
  definition: unknown
  policyId: string | null
  nonce: string
  externalId: string
  hermodCommandId: string | null
  mid: string | null
  takenUntil: Date
  keys: { keyid: string; spki: string; subject: string; attributes: string | null }[] | null
}

/** Columns of RawMaterial, from `c` (the command) and `e` (its enrolment) joined with MATERIAL_JOINS. */
export const MATERIAL_COLUMNS = Prisma.sql`
  json_build_object('id', u.id, 'userid', u.userid, 'name', u.name, 'email', u.email, 'department', u.department,
    'attributes', u.attributes, 'status', u.status) AS user,
  p.name AS "profileName", pv.id AS "versionId", pv.definition,
  (SELECT v.id FROM policy_version v ORDER BY v.number DESC LIMIT 1) AS "policyId", c.nonce, c.external_id AS "externalId",
  c.hermod_command_id AS "hermodCommandId", c.mid,
  coalesce(c.expires_at, c.created_at + make_interval(secs => c.timeout_s)) + make_interval(secs => ${GRACE_S}) AS "takenUntil",
  (SELECT json_agg(json_build_object('keyid', k.keyid, 'spki', encode(k.dummy_spki_sha256, 'base64'),
     'subject', encode(k.subject_der, 'base64'), 'attributes', encode(k.attributes_sha256, 'hex'))) FROM command_key k WHERE k.command_id = c.id) AS keys`
export const MATERIAL_JOINS = Prisma.sql`
  JOIN "user" u ON u.id = e.user_id JOIN profile_version pv ON pv.id = e.profile_version_id JOIN profile p ON p.id = pv.profile_id`

/** A profile version never changes, so its definition is checked once per process. */
const definitions = new Map<string, ProfileDefinition>()

function definitionOf({ versionId, definition }: RawMaterial): ProfileDefinition {
  const known = definitions.get(versionId)
  if (known) return known
  const parsed = profileDefinitionSchema.parse(definition)
  if (definitions.size > 500) definitions.clear()
  definitions.set(versionId, parsed)
  return parsed
}

export const toMaterial = (row: RawMaterial): CheckMaterial => ({
  user: { ...row.user, attributes: textAttributes(row.user.attributes) },
  profileName: row.profileName,
  definition: definitionOf(row),
  policyId: row.policyId,
  command: {
    nonce: row.nonce,
    externalId: row.externalId,
    hermodCommandId: row.hermodCommandId,
    mid: row.mid,
    takenUntil: row.takenUntil,
  },
  keys: (row.keys ?? []).map((key) => ({
    keyid: key.keyid,
    dummySpkiSha256: Buffer.from(key.spki, 'base64'),
    subjectDer: Buffer.from(key.subject, 'base64'),
    attributesSha256: key.attributes,
  })),
})

export interface AnswerToCheck extends CheckMaterial {
  id: string
  enrollmentId: string
  state: EnrollmentState
  /** The callback as received. */
  body: Buffer<ArrayBuffer>
  receivedAt: Date
}

/** An answer with everything stored that the checks are given, in one query. */
export async function findAnswerToCheck(_grant: System, id: string): Promise<AnswerToCheck | null> {
  const rows = await db().$queryRaw<(RawMaterial & Omit<AnswerToCheck, keyof CheckMaterial | 'body'> & { body: Uint8Array })[]>`
    SELECT a.id, a.enrollment_id AS "enrollmentId", e.state::text AS state, b.body, a.received_at AS "receivedAt", ${MATERIAL_COLUMNS}
    FROM answer a JOIN enrollment e ON e.id = a.enrollment_id JOIN callback b ON b.id = a.callback_id JOIN command c ON c.id = a.command_id
    ${MATERIAL_JOINS} WHERE a.id = ${id}::uuid`
  const row = rows[0]
  if (!row) return null
  const { id: answerId, enrollmentId, state, receivedAt } = row
  return { ...toMaterial(row), id: answerId, enrollmentId, state, receivedAt, body: Buffer.from(row.body) }
}

/** The answer that waits to be judged. */
export async function findOpenAnswerId(_grant: System, enrollmentId: string): Promise<string | null> {
  const rows = await db().$queryRaw<
    { id: string }[]
  >`SELECT id FROM answer WHERE judged_for = ${enrollmentId}::uuid AND judged_at IS NULL`
  return rows[0]?.id ?? null
}

export interface JudgedAnswer {
  answerId: string
  enrollmentId: string
  verdict: Verdict
  checks: readonly CheckResult[]
  /** What the checks were given beside the stored bytes (checks/record.ts). */
  policy: unknown
  policyId: string | null
  device: Device | null
  attestationThumbprint: string | null
  keys: { keyid: string; csrSubject: string; spkiSha256: string }[]
  /** What a person should look at, and keys never to be taken again: written with the verdict or not at all. */
  incidents: readonly Omit<NewIncident, 'enrollmentId' | 'userId' | 'certificateId'>[]
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  leakedKeys: readonly string[]
}

/** Evidence is written once: a second time falls on its primary key. */
const evidenceSql = (j: JudgedAnswer): Prisma.Sql[] => [
  Prisma.sql`judged AS (
    UPDATE answer a SET judged_at = clock_timestamp(), device = ${j.device && storableJson(j.device)}::jsonb,
      attestation_thumbprint = ${j.attestationThumbprint}, keys = ${storableJson(j.keys)}::jsonb
    FROM moved WHERE a.id = ${j.answerId}::uuid)`,
  Prisma.sql`evidenced AS (
    INSERT INTO evidence (answer_id, verdict, checks, policy, policy_version_id)
    SELECT ${j.answerId}::uuid, ${j.verdict}::verdict, ${storableJson(j.checks)}::jsonb, ${storableJson(j.policy)}::jsonb,
      ${j.policyId}::uuid FROM moved)`,
]

/** Incidents and blocked keys of a judgement, with their audit rows. Nearly every answer has none, and then nothing is said. */
function noticedSql(j: JudgedAnswer): Pick<AlsoInTheMove, 'audit'> & { with: Prisma.Sql[] } {
  const rows: Prisma.Sql[] = []
  const audit: Prisma.Sql[] = []
  if (j.incidents.length > 0) {
    rows.push(openIncidentsSql(j.incidents))
    audit.push(OPENED_INCIDENTS_AUDIT)
  }
  if (j.leakedKeys.length > 0) {
    rows.push(blockLeakedKeysSql(j.leakedKeys, j.enrollmentId))
    audit.push(BLOCKED_KEYS_AUDIT)
  }
  return { with: rows, ...(audit.length > 0 ? { audit: Prisma.join(audit, ' UNION ALL ') } : {}) }
}

/** Everything that is written with a verdict, whichever it is. */
function verdictSql(j: JudgedAnswer, ...rows: Prisma.Sql[]): AlsoInTheMove {
  const noticed = noticedSql(j)
  return { ...noticed, with: [...evidenceSql(j), ...noticed.with, ...rows] }
}

/** `answered` → `rejected`, with the evidence. False: somebody else has judged it. */
export const rejectAnswer = (grant: System, judged: JudgedAnswer, move: Pick<Transition, 'set' | 'detail'>): Promise<boolean> =>
  tryTransition(db(), grant, {
    enrollmentId: judged.enrollmentId,
    from: 'answered',
    to: 'rejected',
    ...move,
    also: verdictSql(judged),
  })

export interface ProvedKey {
  keyid: string
  usage: string
  spki: Uint8Array
  /** Hex. */
  spkiSha256: string
  csr: Uint8Array
  csrSubject: string
}

export interface SeenPhone {
  profileRef: string
  profileName: string
  boxUrl: string
  device: Device
  attestationThumbprint: string
}

/**
 * `answered` → `issuing` or `confirming`, with the evidence, the phone and the keys it proved to hold. False: somebody else has judged it.
 * A key or profile id that another enrolment has got meanwhile falls on its UNIQUE constraint (R3), and nothing is written.
 */
export function acceptAnswer(
  grant: System,
  judged: JudgedAnswer,
  proved: { phone: SeenPhone; keys: readonly ProvedKey[] },
  move: Pick<Transition, 'to' | 'job' | 'detail'>,
): Promise<boolean> {
  const { phone, keys } = proved
  const phoneId = newId()
  const columns = {
    ids: keys.map(() => newId()),
    keyids: keys.map((key) => key.keyid),
    usages: keys.map((key) => key.usage),
    spkis: keys.map((key) => Buffer.from(key.spki)),
    hashes: keys.map((key) => Buffer.from(key.spkiSha256, 'hex')),
    csrs: keys.map((key) => Buffer.from(key.csr)),
    subjects: keys.map((key) => storableText(key.csrSubject)),
  }
  const rows = [
    Prisma.sql`seen AS (
      INSERT INTO phone (id, user_id, profile_ref, profile_name, box_url, name, model, operating_system, attestation_thumbprint, last_contact_at)
      SELECT ${phoneId}::uuid, moved.user_id, ${phone.profileRef}, ${storableText(phone.profileName)}, ${storableText(phone.boxUrl)},
        ${storableText(phone.device.name)}, ${storableText(phone.device.model)}, ${storableText(phone.device.operatingsystem)},
        ${phone.attestationThumbprint}, clock_timestamp()
      FROM moved)`,
    Prisma.sql`proved AS (
      INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
      SELECT k.id, moved.id, moved.user_id, k.keyid, k.usage, k.spki, k.hash, k.csr, k.subject
      FROM moved, unnest(${columns.ids}::uuid[], ${columns.keyids}::text[], ${columns.usages}::text[], ${columns.spkis}::bytea[],
                         ${columns.hashes}::bytea[], ${columns.csrs}::bytea[], ${columns.subjects}::text[])
        AS k (id, keyid, usage, spki, hash, csr, subject))`,
  ]
  return tryTransition(db(), grant, {
    enrollmentId: judged.enrollmentId,
    from: 'answered',
    ...move,
    set: { phoneId },
    also: verdictSql(judged, ...rows),
  })
}
