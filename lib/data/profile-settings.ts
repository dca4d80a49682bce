/** Reading profiles for those who set them up: every one, switched on or off, with its versions and who made them. */
import { X509Certificate } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { IssuerChoice, ProfileSettingsRow, ProfileSettingsView, ProfileVersionView } from '#lib/core/views.ts'
import { type Db, db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { issuerTitle } from './issuer-title.ts'
import { type RawProfile, toProfileView } from './profiles.ts'

type Reader = Grant<'settings:read'> | Grant<'settings:manage'>

const MAX_VERSIONS = 100

/** Enrolments that have not ended. */
const RUNNING = Prisma.sql`
  (SELECT count(*)::int FROM enrollment e JOIN profile_version x ON x.id = e.profile_version_id
   WHERE x.profile_id = p.id AND e.state IN ('awaiting_approval', 'requesting', 'offered', 'answered', 'confirming', 'issuing', 'delivering'))`

/** Who made a version stands in the audit and nowhere else. */
const MADE_BY = Prisma.sql`
  (SELECT a.actor_name FROM audit_entry a WHERE a.object_kind = 'profile' AND a.object_id = p.id::text
   AND a.detail->>'version' = v.version::text ORDER BY a.seq LIMIT 1)`

interface RawRow extends RawProfile {
  enabled: boolean
  running: number
  createdAt: Date
  createdBy: string | null
}

/** In the order in which they are offered. */
export async function listProfileSettings(_grant: Reader): Promise<ProfileSettingsRow[]> {
  const rows = await db().$queryRaw<RawRow[]>`
    SELECT p.id, p.name, p.title, p.enabled, v.version, v.id AS "versionId", v.definition, i.name AS "issuerName",
           encode(i.certificate, 'base64') AS "issuerCertificate", ${RUNNING} AS running, v.created_at AS "createdAt", ${MADE_BY} AS "createdBy"
    FROM profile p
    JOIN LATERAL (SELECT * FROM profile_version WHERE profile_id = p.id ORDER BY version DESC LIMIT 1) v ON true
    JOIN issuer i ON i.id = v.issuer_id
    ORDER BY p.position, p.name LIMIT 200`
  return rows.map((row) => ({
    ...toProfileView(row),
    enabled: row.enabled,
    running: row.running,
    changedAt: row.createdAt.toISOString(),
    changedBy: row.createdBy,
  }))
}

interface RawVersion {
  name: string
  title: string
  enabled: boolean
  running: number
  version: number
  definition: unknown
  createdAt: Date
  createdBy: string | null
  issuerId: string
  issuerName: string
  issuerCertificate: string | null
}

/** Null for a profile that is not there. */
export async function getProfileSettings(_grant: Reader, id: string, on: Db = db()): Promise<ProfileSettingsView | null> {
  const rows = await on.$queryRaw<RawVersion[]>`
    SELECT p.name, p.title, p.enabled, ${RUNNING} AS running, v.version, v.definition, v.created_at AS "createdAt", ${MADE_BY} AS "createdBy",
           i.id AS "issuerId", i.name AS "issuerName", encode(i.certificate, 'base64') AS "issuerCertificate"
    FROM profile p JOIN profile_version v ON v.profile_id = p.id JOIN issuer i ON i.id = v.issuer_id
    WHERE p.id = ${id}::uuid ORDER BY v.version DESC LIMIT ${MAX_VERSIONS}::int`
  const [first, ...earlier] = rows
  if (!first) return null
  const { name, title, enabled, running } = first
  return { id, name, title, enabled, running, versions: [toVersion(first), ...earlier.map(toVersion)] }
}

const toVersion = (row: RawVersion): ProfileVersionView => ({
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  issuerId: row.issuerId,
  issuer: issuerTitle(row.issuerName, row.issuerCertificate),
  definition: profileDefinitionSchema.parse(row.definition),
})

/** Every CA that a profile can be issued by. */
export async function listIssuerChoices(_grant: Reader): Promise<IssuerChoice[]> {
  const rows = await db().$queryRaw<{ id: string; name: string; certificate: Uint8Array | null }[]>`
    SELECT id, name, certificate FROM issuer ORDER BY name LIMIT 200`
  return rows.map(({ id, name, certificate }) => {
    const base64 = certificate && Buffer.from(certificate).toString('base64')
    const notAfter = certificate && new X509Certificate(certificate).validToDate.toISOString()
    return { id, name, title: issuerTitle(name, base64), notAfter }
  })
}
