/** Phones: the list, and those of one person. A phone is found by its name and model, or by whose it is. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Page, PhoneRow } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { cappedCount, cursorTime, makeCursor, type PageQuery, readCursor, toPage, windowOf } from './list-page.ts'
import { isId } from './new-id.ts'
import { PHONE_TAKEN } from './phone-taken.ts'
import { matchWords } from './search-words.ts'

export const PHONE_SORTS = ['-contact', 'contact', '-created'] as const
export type PhoneSort = (typeof PHONE_SORTS)[number]

export interface PhoneListQuery extends PageQuery {
  q?: string | undefined
  sort?: PhoneSort | undefined
}

interface RawPhone {
  id: string
  name: string
  model: string
  operatingSystem: string
  profileName: string
  profileRef: string
  userRowId: string
  userid: string
  userName: string
  lastContactAt: Date
  createdAt: Date
  activeCertificates: number
  soonestExpiry: Date | null
}

const COLUMNS = Prisma.sql`
  p.id, p.name, p.model, p.operating_system AS "operatingSystem", p.profile_name AS "profileName", p.profile_ref AS "profileRef",
  u.id AS "userRowId", u.userid, u.name AS "userName", p.last_contact_at AS "lastContactAt", p.created_at AS "createdAt",
  live.n AS "activeCertificates", live.soonest AS "soonestExpiry"`

const JOINS = Prisma.sql`
  JOIN "user" u ON u.id = p.user_id
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS n, min(c.not_after) AS soonest FROM certificate c
    WHERE c.phone_id = p.id AND c.status = 'issued' AND c.not_after > now()
  ) AS live`

/** The very expression of the index phone_words_trgm. */
export const PHONE_WORDS = Prisma.sql`certdesk_fold(p.name || ' ' || p.model)`

const ORDERS = {
  '-contact': {
    by: Prisma.sql`p.last_contact_at DESC, p.id`,
    key: (r: RawPhone) => r.lastContactAt.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`p.last_contact_at <= ${at} AND (p.last_contact_at < ${at} OR p.id > ${id}::uuid)`,
  },
  contact: {
    by: Prisma.sql`p.last_contact_at, p.id DESC`,
    key: (r: RawPhone) => r.lastContactAt.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`p.last_contact_at >= ${at} AND (p.last_contact_at > ${at} OR p.id < ${id}::uuid)`,
  },
  // UUIDs of version 7 are in the order of their making.
  '-created': {
    by: Prisma.sql`p.id DESC`,
    key: (r: RawPhone) => r.createdAt.toISOString(),
    after: (_at: Date, id: string) => Prisma.sql`p.id < ${id}::uuid`,
  },
} satisfies Record<PhoneSort, unknown>

const toPhoneRow = (r: RawPhone): PhoneRow => ({
  id: r.id,
  name: r.name,
  model: r.model,
  operatingSystem: r.operatingSystem,
  profileName: r.profileName,
  profileRef: r.profileRef,
  user: { id: r.userRowId, userid: r.userid, name: r.userName },
  lastContactAt: r.lastContactAt.toISOString(),
  createdAt: r.createdAt.toISOString(),
  activeCertificates: r.activeCertificates,
  soonestExpiry: r.soonestExpiry?.toISOString() ?? null,
})

type Reader = Grant<'user:read' | 'user:manage'>

/** All words are the person's, or all are the phone's; or it is the phone's own id at the messaging server. */
function searchCondition(q: string): Prisma.Sql | null {
  const ofUser = matchWords(Prisma.sql`u.search`, q)
  const ofPhone = matchWords(PHONE_WORDS, q)
  if (!ofUser || !ofPhone) return null
  const id = q.trim()
  return Prisma.sql`p.id IN (
    SELECT p.id FROM phone p JOIN "user" u ON u.id = p.user_id WHERE ${ofUser}
    UNION SELECT p.id FROM phone p WHERE ${ofPhone}
    UNION SELECT p.id FROM phone p WHERE p.profile_ref = ${id}
    ${isId(id) ? Prisma.sql`UNION SELECT ${id}::uuid` : Prisma.empty})`
}

/** @throws RequestError invalid_input for a cursor of another list */
export async function listPhones(_grant: Reader, query: PhoneListQuery = {}): Promise<Page<PhoneRow>> {
  const sort = query.sort ?? '-contact'
  const order = ORDERS[sort]
  const window = windowOf(query)
  const found = searchCondition(query.q ?? '')
  const where = found ? Prisma.sql`${PHONE_TAKEN} AND ${found}` : PHONE_TAKEN
  let after = Prisma.empty
  if (query.cursor) {
    const { key, id } = readCursor(query.cursor, sort)
    after = isId(id) ? Prisma.sql`AND ${order.after(cursorTime(key), id)}` : Prisma.sql`AND false`
  }
  const rows = await db().$queryRaw<RawPhone[]>`
    WITH page AS (
      SELECT p.id FROM phone p WHERE ${where} ${after}
      ORDER BY ${order.by} LIMIT ${window.limit + 1}::int OFFSET ${window.offset}::int
    )
    SELECT ${COLUMNS} FROM page JOIN phone p ON p.id = page.id ${JOINS} ORDER BY ${order.by}`
  return toPage(
    rows,
    window,
    query,
    async () => (await db().$queryRaw<{ n: number }[]>(cappedCount(Prisma.sql`phone p`, where)))[0]?.n ?? 0,
    toPhoneRow,
    (row) => makeCursor(sort, order.key(row), row.id),
  )
}

/** The phones of one person, last seen first. */
export async function phonesOf(_grant: Reader, userId: string): Promise<PhoneRow[]> {
  const rows = await db().$queryRaw<RawPhone[]>`
    SELECT ${COLUMNS} FROM phone p ${JOINS} WHERE p.user_id = ${userId}::uuid AND ${PHONE_TAKEN} ORDER BY p.last_contact_at DESC, p.id LIMIT 50`
  return rows.map(toPhoneRow)
}

/** True if there is such a phone. */
export async function hasPhone(_grant: Reader, id: string): Promise<boolean> {
  return isId(id) && (await db().phone.count({ where: { id } })) > 0
}
