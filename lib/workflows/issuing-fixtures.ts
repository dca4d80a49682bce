/** For database tests and the bench: enrolments that stand at `issuing`, with keys that a phone has proved. */
import { createHash, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import type { TestKey } from '#lib/core/x509/certificate-fixtures.ts'
import { encodeCsr } from '#lib/core/x509/csr.ts'
import { formatName } from '#lib/core/x509/name.ts'

export interface IssuingEnrollment {
  enrollmentId: string
  userId: string
  keyIds: string[]
}

/** Makes a user (or takes the one named by id, under a new name if one is given) and an enrolment of the first profile; each key becomes one EnrollmentKey. Through the owner's connection. */
export async function insertIssuing(
  client: pg.ClientBase,
  keys: readonly TestKey[],
  user: { id?: string; name?: string; email?: string | null } = {},
): Promise<IssuingEnrollment> {
  const userId = user.id ?? randomUUID()
  const enrollmentId = randomUUID()
  const userid = `u${userId.slice(0, 8)}`
  const { name = 'Åsa Öberg', email = `${userid}@example.org` } = user
  if (user.id === undefined)
    await client.query(
      `INSERT INTO "user" (id, userid, name, email, attributes, updated_at) VALUES ($1, $2, $3, $4, '{"C":"SE"}', now())`,
      [userId, userid, name, email],
    )
  else if (user.name !== undefined) await client.query('UPDATE "user" SET name = $2 WHERE id = $1', [userId, user.name])
  await client.query(
    `INSERT INTO enrollment (id, user_id, profile_version_id, state, started_by_name)
     SELECT $1, $2, v.id, 'issuing', 'Test' FROM profile_version v JOIN profile p ON p.id = v.profile_id ORDER BY p.position LIMIT 1`,
    [enrollmentId, userId],
  )
  const subject = await subjectOf(client, enrollmentId)
  const keyIds: string[] = []
  for (const [index, key] of keys.entries()) {
    const id = randomUUID()
    keyIds.push(id)
    await client.query(
      `INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
       VALUES ($1, $2, $3, $4, 'SIG', $5, $6, $7, $8)`,
      [
        id,
        enrollmentId,
        userId,
        index === 0 ? 'signer' : `signer-${index + 1}`,
        Buffer.from(key.spki),
        createHash('sha256').update(key.spki).digest(),
        encodeCsr(subject, key.spki, key.privateKey),
        formatName(subject),
      ],
    )
  }
  await client.query(
    `INSERT INTO audit_entry (actor_kind, actor_name, action, object_kind, object_id, enrollment_id, detail)
     VALUES ('system', 'Test', 'enrollment.issuing', 'enrollment', $1::text, $1::text::uuid, '{"from":"answered","to":"issuing"}')`,
    [enrollmentId],
  )
  return { enrollmentId, userId, keyIds }
}

/** What the profile makes of the user, as the offer would have said it. */
async function subjectOf(client: pg.ClientBase, enrollmentId: string): Promise<Buffer<ArrayBuffer>> {
  const { rows } = await client.query(
    `SELECT u.userid, u.name, u.email, u.department, u.attributes, v.definition FROM enrollment e
     JOIN "user" u ON u.id = e.user_id JOIN profile_version v ON v.id = e.profile_version_id WHERE e.id = $1`,
    [enrollmentId],
  )
  const { definition, ...user } = rows[0]
  return renderSubject(profileDefinitionSchema.parse(definition).subject, user).der
}
