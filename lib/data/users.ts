/**
 * People of the directory: the list, one person with everything the desk needs on the phone, and adding one.
 *
 * Lists are raw SQL: the page's ids come from an index, and only for those fifty are phones and certificates counted (LATERAL).
 * "By name" is the order of the folded search text, which has the prefix index: the first page of a million people, or of those beginning
 * with "an", is a range of that index.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { Page, UserRow, UserView } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { writeAudit } from './audit.ts'
import { certificatesOf } from './certificates.ts'
import { textAttributes } from './enrollment-facts.ts'
import { listEnrollments } from './enrollments.ts'
import { cappedCount, makeCursor, type PageQuery, readCursor, TOTAL_CAP, toPage, windowOf } from './list-page.ts'
import { isId, newId } from './new-id.ts'
import { PHONE_TAKEN } from './phone-taken.ts'
import { phonesOf } from './phones.ts'
import { matchWords } from './search-words.ts'
import { inTransaction, isUniqueViolation } from './transaction.ts'
import { userTimeline } from './user-timeline.ts'

export const USER_SORTS = ['name', '-name', 'userid', '-userid', '-created'] as const
export type UserSort = (typeof USER_SORTS)[number]

export interface UserListQuery extends PageQuery {
  q?: string | undefined
  status?: 'active' | 'disabled' | undefined
  sort?: UserSort | undefined
}

interface RawUser {
  id: string
  userid: string
  name: string
  email: string | null
  department: string | null
  status: 'active' | 'disabled'
  phones: number
  activeCertificates: number
  soonestExpiry: Date | null
  sortKey: string
}

interface Order {
  key: Prisma.Sql
  by: Prisma.Sql
  after: (key: string) => Prisma.Sql
}

// Each key is unique (the search text contains the userid), so it is its own tie-breaker. `~<~` is the order of the prefix index.
const ORDERS: Record<UserSort, Order> = {
  name: { key: Prisma.sql`u.search`, by: Prisma.sql`u.search USING ~<~`, after: (k) => Prisma.sql`u.search ~>~ ${k}` },
  '-name': { key: Prisma.sql`u.search`, by: Prisma.sql`u.search USING ~>~`, after: (k) => Prisma.sql`u.search ~<~ ${k}` },
  userid: { key: Prisma.sql`u.userid`, by: Prisma.sql`u.userid`, after: (k) => Prisma.sql`u.userid > ${k}` },
  '-userid': { key: Prisma.sql`u.userid`, by: Prisma.sql`u.userid DESC`, after: (k) => Prisma.sql`u.userid < ${k}` },
  // UUIDs of version 7 are in the order of their making.
  '-created': {
    key: Prisma.sql`u.id::text`,
    by: Prisma.sql`u.id DESC`,
    after: (k) => (isId(k) ? Prisma.sql`u.id < ${k}::uuid` : Prisma.sql`false`),
  },
}

const COLUMNS = (key: Prisma.Sql) => Prisma.sql`
  u.id, u.userid, u.name, u.email, u.department, u.status::text AS status, ${key} AS "sortKey",
  (SELECT count(*)::int FROM phone p WHERE p.user_id = u.id AND ${PHONE_TAKEN}) AS phones,
  live.n AS "activeCertificates", live.soonest AS "soonestExpiry"`

const LIVE = Prisma.sql`
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS n, min(c.not_after) AS soonest FROM certificate c
    WHERE c.user_id = u.id AND c.status = 'issued' AND c.not_after > now()
  ) AS live`

const toUserRow = (r: RawUser): UserRow => ({
  id: r.id,
  userid: r.userid,
  name: r.name,
  email: r.email,
  department: r.department,
  status: r.status,
  phones: r.phones,
  activeCertificates: r.activeCertificates,
  soonestExpiry: r.soonestExpiry?.toISOString() ?? null,
})

type Reader = Grant<'user:read'>

/** @throws RequestError invalid_input for a cursor of another list */
export async function listUsers(_grant: Reader, query: UserListQuery = {}): Promise<Page<UserRow>> {
  const sort = query.sort ?? 'name'
  const order = ORDERS[sort]
  const window = windowOf(query)
  const conditions = [Prisma.sql`true`]
  if (query.status) conditions.push(Prisma.sql`u.status = ${query.status}::user_status`)
  const words = matchWords(Prisma.sql`u.search`, query.q ?? '')
  if (words) conditions.push(words)
  const where = Prisma.join(conditions, ' AND ')
  const after = query.cursor ? Prisma.sql`AND ${order.after(readCursor(query.cursor, sort).key)}` : Prisma.empty
  const few = words ? await countUpTo(FEW, where) : null
  const ids =
    few !== null && few <= FEW
      ? Prisma.sql`WITH hits AS MATERIALIZED (SELECT u.* FROM "user" u WHERE ${where}),
          page AS (SELECT u.id FROM hits u WHERE true`
      : Prisma.sql`WITH page AS (SELECT u.id FROM "user" u WHERE ${where}`
  const rows = await db().$queryRaw<RawUser[]>`
    ${ids} ${after} ORDER BY ${order.by} LIMIT ${window.limit + 1}::int OFFSET ${window.offset}::int)
    SELECT ${COLUMNS(order.key)} FROM page JOIN "user" u ON u.id = page.id ${LIVE} ORDER BY ${order.by}`
  return toPage(
    rows,
    window,
    query,
    async () => (few !== null && few <= FEW ? few : countUpTo(TOTAL_CAP, where)),
    toUserRow,
    (row) => makeCursor(sort, row.sortKey, row.id),
  )
}

/**
 * PostgreSQL believes that what matches is spread evenly over the order of the list, and then reads the list until it has fifty; words
 * of a name are not ("li andersson": 200 ms among 300 000 people). When there are few matches they are fetched by the trigram index first.
 */
const FEW = 2_000

const countUpTo = async (cap: number, where: Prisma.Sql): Promise<number> =>
  (await db().$queryRaw<{ n: number }[]>(cappedCount(Prisma.sql`"user" u`, where, cap)))[0]?.n ?? 0

/** By userid, or by the row's id. Null for somebody who is not there. */
export async function getUser(grant: Reader, useridOrId: string): Promise<UserView | null> {
  const where = isId(useridOrId)
    ? Prisma.sql`(u.id = ${useridOrId}::uuid OR u.userid = ${useridOrId})`
    : Prisma.sql`u.userid = ${useridOrId}`
  const found = await db().$queryRaw<(RawUser & { attributes: unknown; createdAt: Date })[]>`
    SELECT ${COLUMNS(Prisma.sql`u.userid`)}, u.attributes, u.created_at AS "createdAt" FROM "user" u ${LIVE} WHERE ${where} LIMIT 1`
  const row = found[0]
  if (!row) return null
  const [phones, certificates, enrollments, timeline] = await Promise.all([
    phonesOf(grant, row.id),
    certificatesOf(grant, row.id),
    listEnrollments(grant, { userId: row.id, limit: 20 }),
    userTimeline(grant, row.id),
  ])
  return {
    ...toUserRow(row),
    attributes: textAttributes(row.attributes),
    createdAt: row.createdAt.toISOString(),
    phoneList: phones.map((phone) => ({ ...phone, certificates: certificates.filter((c) => c.phone?.id === phone.id) })),
    enrollments: enrollments.items,
    timeline,
  }
}

export interface NewUser {
  userid: string
  name: string
  email?: string | undefined
  department?: string | undefined
  attributes?: Readonly<Record<string, string>> | undefined
}

/** @throws RequestError userid_taken */
export async function createUser(grant: Grant<'user:manage'>, user: NewUser): Promise<UserRow> {
  const id = newId()
  const { userid, name, email = null, department = null, attributes = {} } = user
  try {
    await inTransaction(grant, async (tx) => {
      await tx.$executeRaw`
        INSERT INTO "user" (id, userid, name, email, department, attributes, updated_at)
        VALUES (${id}::uuid, ${userid}, ${name}, ${email}, ${department}, ${JSON.stringify(attributes)}::jsonb, now())`
      await writeAudit(tx, grant.actor, { action: 'user.created', objectKind: 'user', objectId: id, detail: { userid } })
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new RequestError('userid_taken', `There is already somebody with the user id ${userid}.`, {
        fields: { userid: 'Somebody else has it.' },
      })
    throw error
  }
  return { id, userid, name, email, department, status: 'active', phones: 0, activeCertificates: 0, soonestExpiry: null }
}
