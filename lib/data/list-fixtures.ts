/** For database tests of lists: people, phones and certificates as rows, made by the owner, read with the web's rights. */
import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { createTestDatabase } from '#e2e/harness/database.ts'
import { type Actor, authorize } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { newId } from './new-id.ts'

const helpdesk: Actor = { kind: 'account', id: 'a1', name: 'Hanna Helpdesk', role: 'helpdesk', userId: null }
export const grants = {
  users: authorize(helpdesk, 'user:read'),
  manageUsers: authorize(helpdesk, 'user:manage'),
  certificates: authorize(helpdesk, 'certificate:read'),
  enrollments: authorize(helpdesk, 'enrollment:read'),
}

const DAY_MS = 86_400_000

export interface PersonRow {
  userid: string
  name: string
  email?: string | null
  department?: string | null
  status?: 'active' | 'disabled'
}

export interface CertificateSpec {
  userId: string
  phoneId?: string | null
  serialNumber?: string
  daysLeft: number
  status?: 'issued' | 'revoked' | 'reserved'
  state?: EnrollmentState
}

export async function startLists() {
  const database = await createTestDatabase()
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.webUrl)
  const issuerId = newId()
  await owner.query(`INSERT INTO issuer (id, name, kind) VALUES ($1, 'list-tests-ca', 'scep')`, [issuerId])
  const versions = await owner.query<{ id: string }>('SELECT id FROM profile_version ORDER BY id LIMIT 1')
  const profileVersionId = versions.rows[0]?.id ?? (await addProfile(owner, issuerId))

  return {
    owner,
    /** @returns id by userid */
    async addPeople(people: readonly PersonRow[]): Promise<ReadonlyMap<string, string>> {
      const rows = people.map((p) => ({ id: newId(), status: 'active', email: null, department: null, ...p }))
      await owner.query(
        `INSERT INTO "user" (id, userid, name, email, department, status, updated_at)
         SELECT id, userid, name, email, department, status::user_status, now()
         FROM json_to_recordset($1) AS p (id uuid, userid text, name text, email text, department text, status text)`,
        [JSON.stringify(rows)],
      )
      return new Map(rows.map((row) => [row.userid, row.id]))
    },
    async addPhone(userId: string, name: string, model = 'iPhone 15', minutesAgo = 1): Promise<string> {
      const id = newId()
      await owner.query(
        `INSERT INTO phone (id, user_id, profile_ref, profile_name, box_url, name, model, operating_system, attestation_thumbprint, last_contact_at)
         VALUES ($1, $2, $3, 'Demo', 'https://hermod.example/box', $4, $5, 'iOS 18', 'thumbprint', now() - make_interval(mins => $6))`,
        [id, userId, `ref-${id}`, name, model, minutesAgo],
      )
      return id
    },
    async addEnrollment(userId: string, state: EnrollmentState): Promise<string> {
      const id = newId()
      await owner.query(
        `INSERT INTO enrollment (id, user_id, profile_version_id, state, started_by_name) VALUES ($1, $2, $3, $4, 'Hanna Helpdesk')`,
        [id, userId, profileVersionId, state],
      )
      return id
    },
    async addCertificate(spec: CertificateSpec): Promise<{ id: string; serialNumber: string; der: Buffer }> {
      const enrollmentId = await this.addEnrollment(spec.userId, spec.state ?? 'completed')
      const [keyId, id, der] = [newId(), newId(), randomBytes(600)]
      const spki = createHash('sha256').update(der).digest()
      const serialNumber = spec.serialNumber ?? `4${randomBytes(15).toString('hex')}`
      const status = spec.status ?? 'issued'
      const signed = status !== 'reserved'
      await owner.query(
        `INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
         VALUES ($1, $2, $3, 'signer', 'SIG', $4, $5, '', 'CN=x')`,
        [keyId, enrollmentId, spec.userId, der, spki],
      )
      const notAfter = new Date(Date.now() + spec.daysLeft * DAY_MS + 60_000)
      await owner.query(
        `INSERT INTO certificate (id, issuer_id, serial_number, enrollment_key_id, user_id, phone_id, status, tbs, der, subject, spki_sha256,
           sha256, not_before, not_after, issued_at, revoked_at, revocation_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, 'CN=x', $9, $10, $11, $12, $13, $14, $15)`,
        [
          id,
          issuerId,
          serialNumber,
          keyId,
          spec.userId,
          spec.phoneId ?? null,
          status,
          signed ? der : null,
          spki,
          signed ? createHash('sha256').update(der).digest() : null,
          new Date(notAfter.getTime() - 800 * DAY_MS),
          notAfter,
          signed ? new Date() : null,
          status === 'revoked' ? new Date() : null,
          status === 'revoked' ? 'keyCompromise' : null,
        ],
      )
      return { id, serialNumber, der }
    },
    async stop(): Promise<void> {
      await closeDb()
      await owner.end()
      await database.drop()
    },
  }
}

async function addProfile(owner: pg.Client, issuerId: string): Promise<string> {
  const [profileId, versionId] = [newId(), newId()]
  await owner.query(`INSERT INTO profile (id, name, title) VALUES ($1, 'list-tests', 'List tests')`, [profileId])
  await owner.query(`INSERT INTO profile_version (id, profile_id, version, definition, issuer_id) VALUES ($1, $2, 1, '{}', $3)`, [
    versionId,
    profileId,
    issuerId,
  ])
  return versionId
}
