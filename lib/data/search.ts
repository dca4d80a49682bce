/**
 * The one search box: a person, phone, serial number, e-mail or enrolment id. People first, serial numbers last, at most ten.
 *
 * Each kind is asked with its own index and a LIMIT, so the answer comes while somebody types, whoever many people there are.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { isId } from './new-id.ts'
import { PHONE_TAKEN } from './phone-taken.ts'
import { PHONE_WORDS } from './phones.ts'
import { matchWords, serialPrefix } from './search-words.ts'

export interface SearchHit {
  kind: 'user' | 'phone' | 'certificate' | 'enrollment'
  id: string
  title: string
  subtitle: string
  href: string
  /** Of an enrolment; its words are the page's. */
  state?: EnrollmentState
}

const MAX_HITS = 10

const path = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`

export async function searchEverything(_grant: Grant<'user:read'>, q: string): Promise<SearchHit[]> {
  const text = q.trim()
  if (text === '') return []
  const found = await Promise.all([findUsers(text), findPhones(text), findEnrollments(text), findCertificates(text)])
  const [users, phones, enrollments, certificates] = found
  // An exact id or serial number is what was meant; words are first of all somebody's name.
  const exact = isId(text)
  return [
    ...(exact ? enrollments : users),
    ...(exact ? users : phones),
    ...(exact ? phones : enrollments),
    ...certificates,
  ].slice(0, MAX_HITS)
}

async function findUsers(text: string): Promise<SearchHit[]> {
  const words = matchWords(Prisma.sql`u.search`, text)
  if (!words) return []
  const where = isId(text) ? Prisma.sql`u.id = ${text}::uuid` : words
  const rows = await db().$queryRaw<
    { id: string; userid: string; name: string; email: string | null; department: string | null }[]
  >`
    (SELECT u.id, u.userid, u.name, u.email, u.department FROM "user" u WHERE u.userid = ${text})
    UNION ALL
    (SELECT u.id, u.userid, u.name, u.email, u.department FROM "user" u WHERE ${where} AND u.userid <> ${text}
     ORDER BY u.search USING ~<~ LIMIT 6)`
  return rows.map((r) => ({
    kind: 'user',
    id: r.id,
    title: r.name,
    subtitle: [r.userid, r.email, r.department].filter(Boolean).join(' · '),
    href: path('users', r.userid),
  }))
}

async function findPhones(text: string): Promise<SearchHit[]> {
  const words = matchWords(PHONE_WORDS, text)
  if (!words) return []
  const where = isId(text) ? Prisma.sql`p.id = ${text}::uuid` : Prisma.sql`(${words}) OR p.profile_ref = ${text}`
  const rows = await db().$queryRaw<{ id: string; name: string; model: string; userid: string; userName: string }[]>`
    SELECT p.id, p.name, p.model, u.userid, u.name AS "userName"
    FROM (SELECT * FROM phone p WHERE (${where}) AND ${PHONE_TAKEN} LIMIT 3) AS p JOIN "user" u ON u.id = p.user_id`
  return rows.map((r) => ({
    kind: 'phone',
    id: r.id,
    title: r.name || r.model,
    subtitle: [r.userName, r.model].filter(Boolean).join(' · '),
    href: `${path('users', r.userid)}#phone-${r.id}`,
  }))
}

/** By the id, or by its beginning of at least eight digits, as it stands in an address or a mail. */
async function findEnrollments(text: string): Promise<SearchHit[]> {
  const digits = text.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{8,32}$/.test(digits)) return []
  const rows = await db().$queryRaw<{ id: string; state: EnrollmentState; userName: string; title: string }[]>`
    SELECT e.id, e.state::text AS state, u.name AS "userName", p.title
    FROM enrollment e JOIN "user" u ON u.id = e.user_id
    JOIN profile_version v ON v.id = e.profile_version_id JOIN profile p ON p.id = v.profile_id
    WHERE e.id BETWEEN ${digits.padEnd(32, '0')}::uuid AND ${digits.padEnd(32, 'f')}::uuid ORDER BY e.id LIMIT 3`
  return rows.map((r) => ({
    kind: 'enrollment',
    id: r.id,
    title: `${r.title} · ${r.userName}`,
    subtitle: r.id,
    href: path('enrollments', r.id),
    state: r.state,
  }))
}

async function findCertificates(text: string): Promise<SearchHit[]> {
  const serial = serialPrefix(text)
  if (!serial && !isId(text)) return []
  const where = isId(text) ? Prisma.sql`c.id = ${text}::uuid` : Prisma.sql`c.serial_number LIKE ${`${serial}%`}`
  const rows = await db().$queryRaw<{ id: string; subject: string; serialNumber: string; userName: string }[]>`
    SELECT c.id, c.subject, c.serial_number AS "serialNumber", u.name AS "userName"
    FROM certificate c JOIN "user" u ON u.id = c.user_id WHERE ${where} ORDER BY c.serial_number LIMIT 4`
  return rows.map((r) => ({
    kind: 'certificate',
    id: r.id,
    title: r.serialNumber,
    subtitle: `${r.userName} · ${r.subject}`,
    href: path('certificates', r.id),
  }))
}
