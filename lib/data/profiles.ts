/** Reading profiles: what can be put on a phone. Each in its newest version; an enrolment keeps the version it was started with. */
import type { Grant } from '#lib/auth/permissions.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { ProfileView } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { issuerTitle } from './issuer-title.ts'

export interface RawProfile {
  id: string
  name: string
  title: string
  version: number
  versionId: string
  definition: unknown
  issuerName: string
  issuerCertificate: string | null
}

const select = (where: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT p.id, p.name, p.title, v.version, v.id AS "versionId", v.definition, i.name AS "issuerName",
         encode(i.certificate, 'base64') AS "issuerCertificate"
  FROM profile p
  JOIN LATERAL (SELECT * FROM profile_version WHERE profile_id = p.id ORDER BY version DESC LIMIT 1) v ON true
  JOIN issuer named ON named.id = v.issuer_id
  JOIN issuer i ON i.id = coalesce(named.replaced_by_id, named.id)
  WHERE ${where} ORDER BY p.position, p.name LIMIT 200`

export function toProfileView(r: RawProfile): ProfileView {
  const definition = profileDefinitionSchema.parse(r.definition)
  return {
    id: r.id,
    name: r.name,
    title: r.title,
    version: r.version,
    versionId: r.versionId,
    servername: definition.servername,
    keys: definition.keys.map(({ keyid, usage, keyTypes }) => ({ keyid, usage, keyTypes: [...keyTypes] })),
    validityDays: definition.certificate.validityDays,
    issuer: issuerTitle(r.issuerName, r.issuerCertificate),
    approval: definition.approval,
    confirmation: definition.confirmation,
    confirmedBy: definition.confirmedBy,
  }
}

/** Those that enrolments can be started with, in the order the admin gave them. */
export async function listProfiles(_grant: Grant<'profile:read' | 'enrollment:manage'>): Promise<ProfileView[]> {
  return (await db().$queryRaw<RawProfile[]>(select(Prisma.sql`p.enabled`))).map(toProfileView)
}

/** By its name, switched on or off. */
export async function getProfile(_grant: Grant<'profile:read' | 'enrollment:manage'>, name: string): Promise<ProfileView | null> {
  const rows = await db().$queryRaw<RawProfile[]>(select(Prisma.sql`p.name = ${name}`))
  return rows[0] ? toProfileView(rows[0]) : null
}
