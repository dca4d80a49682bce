/**
 * What a callback makes of a command, and the phone's answer on its way through the checks. Verbs are one statement each, for use inside
 * the transaction that also moves the enrolment.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { CheckResult, Verdict } from '#lib/core/enrollment/evidence.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { Device } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { type CommandKind, type CommandState, GRACE_S } from './commands.ts'
import { textAttributes, type UserFacts } from './enrollment-facts.ts'
import type { LockedEnrollment } from './enrollment-writes.ts'
import { newId } from './new-id.ts'
import { storableJson, storableText } from './storable.ts'
import type { Tx } from './transaction.ts'

type System = Grant<'system:work'>

/** Locks the enrolment that the command of this kind and external id belongs to. Null: there is no such command. */
export async function lockByExternalId(
  tx: Tx,
  _grant: System,
  kind: CommandKind,
  externalId: string,
): Promise<LockedEnrollment | null> {
  const rows = await tx.$queryRaw<LockedEnrollment[]>`
    SELECT e.id, e.state::text AS state, e.version, e.user_id AS "userId", e.profile_version_id AS "profileVersionId", e.link_id AS "linkId",
           e.current_command_id AS "currentCommandId"
    FROM enrollment e WHERE e.id = (SELECT enrollment_id FROM command WHERE kind = ${kind}::command_kind AND external_id = ${externalId})
    FOR UPDATE`
  return rows[0] ?? null
}

export interface CalledCommand {
  id: string
  kind: CommandKind
  state: CommandState
  hermodCommandId: string | null
  /** The callback was received after the command's end and grace. */
  late: boolean
  profileRef: string | null
}

/** The command as it stands, with the enrolment locked. */
export async function readCalledCommand(
  tx: Tx,
  _grant: System,
  kind: CommandKind,
  externalId: string,
  receivedAt: Date,
): Promise<CalledCommand | null> {
  const rows = await tx.$queryRaw<CalledCommand[]>`
    SELECT c.id, c.kind::text AS kind, c.state::text AS state, c.hermod_command_id AS "hermodCommandId", p.profile_ref AS "profileRef",
      ${receivedAt}::timestamptz > coalesce(c.expires_at, c.created_at + make_interval(secs => c.timeout_s)) + make_interval(secs => ${GRACE_S}) AS late
    FROM command c JOIN enrollment e ON e.id = c.enrollment_id LEFT JOIN phone p ON p.id = e.phone_id
    WHERE c.kind = ${kind}::command_kind AND c.external_id = ${externalId}`
  return rows[0] ?? null
}

/** Ends the command by what was called back, early or not: what the reply has not filled yet is filled, the offer goes. */
export async function closeCommand(
  tx: Tx,
  _grant: System,
  id: string,
  state: 'answered' | 'timed_out',
  hermodCommandId: string | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE command SET state = ${state}::command_state, offer_uri = NULL, ended_at = clock_timestamp(),
      hermod_command_id = coalesce(hermod_command_id, ${hermodCommandId}), sent_at = coalesce(sent_at, created_at),
      expires_at = coalesce(expires_at, created_at + make_interval(secs => timeout_s))
    WHERE id = ${id}::uuid AND state IN ('sending', 'sent')`
}

/** Keeps the answer that is to be judged. @returns its id */
export async function insertAnswer(
  tx: Tx,
  _grant: System,
  a: { enrollmentId: string; commandId: string; callbackId: string; jws: string; receivedAt: Date },
): Promise<string> {
  const id = newId()
  await tx.$executeRaw`
    INSERT INTO answer (id, enrollment_id, command_id, callback_id, judged_for, jws, received_at)
    VALUES (${id}::uuid, ${a.enrollmentId}::uuid, ${a.commandId}::uuid, ${a.callbackId}::uuid, ${a.enrollmentId}::uuid, ${storableText(a.jws)}, ${a.receivedAt}::timestamptz)`
  return id
}

export interface AnswerToCheck {
  id: string
  enrollmentId: string
  state: EnrollmentState
  linkId: string | null
  /** The callback as received. */
  body: Buffer<ArrayBuffer>
  receivedAt: Date
  user: UserFacts
  profileName: string
  definition: ProfileDefinition
  command: {
    nonce: string
    externalId: string
    hermodCommandId: string | null
    mid: string | null
    /** Its end and the grace after it: what is received by then is in time. */
    takenUntil: Date
  }
  keys: { keyid: string; dummyCsr: Buffer; dummySpkiSha256: Buffer; subjectDer: Buffer }[]
}

interface RawAnswer extends Omit<AnswerToCheck, 'user' | 'definition' | 'command' | 'keys' | 'body'> {
  body: Uint8Array
  user: Omit<UserFacts, 'attributes'> & { attributes: unknown }
  definition: unknown
  nonce: string
  externalId: string
  hermodCommandId: string | null
  mid: string | null
  takenUntil: Date
  keys: { keyid: string; csr: string; spki: string; subject: string }[] | null
}

/** Everything the checks are given that is stored, in one query. */
export async function findAnswerToCheck(_grant: System, id: string): Promise<AnswerToCheck | null> {
  const rows = await db().$queryRaw<RawAnswer[]>`
    SELECT a.id, a.enrollment_id AS "enrollmentId", e.state::text AS state, e.link_id AS "linkId", b.body, a.received_at AS "receivedAt",
      json_build_object('id', u.id, 'userid', u.userid, 'name', u.name, 'email', u.email, 'department', u.department,
        'attributes', u.attributes, 'status', u.status) AS user,
      p.name AS "profileName", pv.definition, c.nonce, c.external_id AS "externalId", c.hermod_command_id AS "hermodCommandId", c.mid,
      coalesce(c.expires_at, c.created_at + make_interval(secs => c.timeout_s)) + make_interval(secs => ${GRACE_S}) AS "takenUntil",
      (SELECT json_agg(json_build_object('keyid', k.keyid, 'csr', encode(k.dummy_csr, 'base64'), 'spki', encode(k.dummy_spki_sha256, 'base64'),
         'subject', encode(k.subject_der, 'base64'))) FROM command_key k WHERE k.command_id = c.id) AS keys
    FROM answer a JOIN enrollment e ON e.id = a.enrollment_id JOIN callback b ON b.id = a.callback_id JOIN command c ON c.id = a.command_id
    JOIN "user" u ON u.id = e.user_id JOIN profile_version pv ON pv.id = e.profile_version_id JOIN profile p ON p.id = pv.profile_id
    WHERE a.id = ${id}::uuid`
  const row = rows[0]
  if (!row) return null
  const { user, definition, nonce, externalId, hermodCommandId, mid, takenUntil, keys, body, ...rest } = row
  return {
    ...rest,
    body: Buffer.from(body),
    user: { ...user, attributes: textAttributes(user.attributes) },
    definition: profileDefinitionSchema.parse(definition),
    command: { nonce, externalId, hermodCommandId, mid, takenUntil },
    keys: (keys ?? []).map((key) => ({
      keyid: key.keyid,
      dummyCsr: Buffer.from(key.csr, 'base64'),
      dummySpkiSha256: Buffer.from(key.spki, 'base64'),
      subjectDer: Buffer.from(key.subject, 'base64'),
    })),
  }
}

export interface KnownFacts {
  /** Keys somebody has proved to hold before: SHA-256 of the SPKI (hex) → userid. */
  keys: Map<string, string>
  /** True if the profile id is already bound to a phone. */
  profileRefTaken: boolean
  /** Thumbprints of attestation keys of this person's phones. */
  earlierAttestation: string[]
}

/** What the database knows of the things an answer names: one query. */
export async function findKnownFacts(
  _grant: System,
  a: { userId: string; spkiSha256: readonly string[]; profileRef: string | null },
): Promise<KnownFacts> {
  const hashes = a.spkiSha256.map((hex) => Buffer.from(hex, 'hex'))
  const rows = await db().$queryRaw<{ keys: Record<string, string> | null; taken: boolean; earlier: string[] | null }[]>`
    SELECT (SELECT json_object_agg(encode(k.spki_sha256, 'hex'), u.userid) FROM enrollment_key k JOIN "user" u ON u.id = k.user_id
            WHERE k.spki_sha256 = ANY(${hashes}::bytea[])) AS keys,
      EXISTS (SELECT 1 FROM phone WHERE profile_ref = ${a.profileRef}) AS taken,
      (SELECT array_agg(DISTINCT attestation_thumbprint) FROM phone WHERE user_id = ${a.userId}::uuid) AS earlier`
  const row = rows[0]
  return {
    keys: new Map(Object.entries(row?.keys ?? {})),
    profileRefTaken: row?.taken ?? false,
    earlierAttestation: row?.earlier ?? [],
  }
}

export interface ReadAnswer {
  device: Device | null
  attestationThumbprint: string | null
  keys: { keyid: string; csrSubject: string; spkiSha256: string }[]
}

/** Writes the evidence and what was read of the answer. Once: a second time falls on the primary key. */
export async function insertEvidence(
  tx: Tx,
  _grant: System,
  e: { answerId: string; verdict: Verdict; checks: readonly CheckResult[]; policy: unknown; read: ReadAnswer },
): Promise<void> {
  await tx.$executeRaw`
    WITH judged AS (
      UPDATE answer SET judged_at = clock_timestamp(), device = ${e.read.device && storableJson(e.read.device)}::jsonb,
        attestation_thumbprint = ${e.read.attestationThumbprint}, keys = ${storableJson(e.read.keys)}::jsonb
      WHERE id = ${e.answerId}::uuid
    )
    INSERT INTO evidence (answer_id, verdict, checks, policy)
    VALUES (${e.answerId}::uuid, ${e.verdict}::verdict, ${storableJson(e.checks)}::jsonb, ${storableJson(e.policy)}::jsonb)`
}

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
 * Keeps the phone and the keys it proved to hold. @returns the phone's id
 * A key or profile id that another enrolment has got meanwhile falls on its UNIQUE constraint (R3).
 */
export async function insertPhoneAndKeys(
  tx: Tx,
  _grant: System,
  p: { enrollmentId: string; userId: string; phone: SeenPhone; keys: readonly ProvedKey[] },
): Promise<string> {
  const { phone, keys } = p
  const id = newId()
  const columns = {
    ids: keys.map(() => newId()),
    keyids: keys.map((key) => key.keyid),
    usages: keys.map((key) => key.usage),
    spkis: keys.map((key) => Buffer.from(key.spki)),
    hashes: keys.map((key) => Buffer.from(key.spkiSha256, 'hex')),
    csrs: keys.map((key) => Buffer.from(key.csr)),
    subjects: keys.map((key) => storableText(key.csrSubject)),
  }
  await tx.$executeRaw`
    WITH seen AS (
      INSERT INTO phone (id, user_id, profile_ref, profile_name, box_url, name, model, operating_system, attestation_thumbprint, last_contact_at)
      VALUES (${id}::uuid, ${p.userId}::uuid, ${phone.profileRef}, ${storableText(phone.profileName)}, ${storableText(phone.boxUrl)},
              ${storableText(phone.device.name)}, ${storableText(phone.device.model)}, ${storableText(phone.device.operatingsystem)},
              ${phone.attestationThumbprint}, clock_timestamp())
    )
    INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
    SELECT k.id, ${p.enrollmentId}::uuid, ${p.userId}::uuid, k.keyid, k.usage, k.spki, k.hash, k.csr, k.subject
    FROM unnest(${columns.ids}::uuid[], ${columns.keyids}::text[], ${columns.usages}::text[], ${columns.spkis}::bytea[],
                ${columns.hashes}::bytea[], ${columns.csrs}::bytea[], ${columns.subjects}::text[])
      AS k (id, keyid, usage, spki, hash, csr, subject)`
  return id
}
