/**
 * What an enrolment is made of, as it stands now: the person and the profile version. Used when one is started, when its provision command
 * is made, and when the phone's answer is judged (the person may have been renamed or disabled meanwhile, F-C23, F-C24).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { type Db, db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'

export interface UserFacts {
  id: string
  userid: string
  name: string
  email: string | null
  department: string | null
  attributes: Readonly<Record<string, string>>
  status: 'active' | 'disabled'
}

export interface ProfileFacts {
  versionId: string
  name: string
  title: string
  enabled: boolean
  definition: ProfileDefinition
}

type Asker = Grant<'enrollment:manage'> | Grant<'self:enroll'> | Grant<'system:work'>

const USER_COLUMNS = Prisma.sql`u.id, u.userid, u.name, u.email, u.department, u.attributes, u.status::text AS status`

/** `by` is exactly one of the person's names. */
export async function findUserFacts(
  _grant: Asker,
  by: { id: string } | { userid: string },
  on: Db = db(),
): Promise<UserFacts | null> {
  const where = 'id' in by ? Prisma.sql`u.id = ${by.id}::uuid` : Prisma.sql`u.userid = ${by.userid}`
  const rows = await on.$queryRaw<
    (Omit<UserFacts, 'attributes'> & { attributes: unknown })[]
  >`SELECT ${USER_COLUMNS} FROM "user" u WHERE ${where}`
  const row = rows[0]
  return row ? { ...row, attributes: textAttributes(row.attributes) } : null
}

/** The newest version by name, or the very version by its id (a link, an enrolment under way). */
export async function findProfileFacts(
  _grant: Asker,
  by: { name: string } | { versionId: string },
  on: Db = db(),
): Promise<ProfileFacts | null> {
  const where = 'name' in by ? Prisma.sql`p.name = ${by.name}` : Prisma.sql`pv.id = ${by.versionId}::uuid`
  const rows = await on.$queryRaw<(Omit<ProfileFacts, 'definition'> & { definition: unknown })[]>`
    SELECT pv.id AS "versionId", p.name, p.title, p.enabled, pv.definition
    FROM profile_version pv JOIN profile p ON p.id = pv.profile_id WHERE ${where} ORDER BY pv.version DESC LIMIT 1`
  const row = rows[0]
  return row ? { ...row, definition: profileDefinitionSchema.parse(row.definition) } : null
}

/** Only text values feed a subject; anything else in the JSON is as if it were not there. */
export const textAttributes = (value: unknown): Record<string, string> =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
    : {}
