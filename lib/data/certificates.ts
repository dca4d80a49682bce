/**
 * Certificates: the list, those of one person, and one with its chain. People look for a person, so the words typed are the person's;
 * what looks like a serial number is also looked for as the beginning of one.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { CertificateRow, CertificateState, CertificateView, Page } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { CERTIFICATE_STATE, pemOf } from './enrollment-view.ts'
import { CHAINS_OF_ISSUER, type Chains, chainOf } from './issuer-chains.ts'
import { issuerTitle } from './issuer-title.ts'
import { cappedCount, cursorTime, makeCursor, type PageQuery, readCursor, toPage, windowOf } from './list-page.ts'
import { isId } from './new-id.ts'
import { NEWEST_REVOCATION, type RawRevocation, toRevocationView } from './revocation-view.ts'
import { matchWords, serialPrefix } from './search-words.ts'

export const CERTIFICATE_SORTS = ['-issued', 'issued', 'expiry', '-expiry'] as const
export type CertificateSort = (typeof CERTIFICATE_SORTS)[number]
export const CERTIFICATE_FILTERS = ['active', 'expiring', 'expired', 'revoked'] as const
/** `active` includes those that are expiring: they are still valid. */
export type CertificateFilter = (typeof CERTIFICATE_FILTERS)[number]

export interface CertificateListQuery extends PageQuery {
  q?: string | undefined
  status?: CertificateFilter | undefined
  /** With status expiring: at most so many days left; 30 by default. */
  days?: number | undefined
  sort?: CertificateSort | undefined
}

interface RawCertificate {
  id: string
  /** Null while a remote CA has not given it. */
  serialNumber: string | null
  subject: string
  issuerId: string
  profile: string
  userRowId: string
  userid: string
  userName: string
  phoneId: string | null
  phoneName: string | null
  state: CertificateState
  notBefore: Date
  notAfter: Date
  daysLeft: number
  createdAt: Date
  issuedAt: Date | null
  deliveredAt: Date | null
  revokedAt: Date | null
  revocationReason: string | null
  revoking: boolean
  byHand: 'revoke' | 'hold' | 'release' | null
}

const COLUMNS = Prisma.sql`
  c.id, c.serial_number AS "serialNumber", c.subject, c.issuer_id AS "issuerId", pr.title AS profile,
  u.id AS "userRowId", u.userid, u.name AS "userName", ph.id AS "phoneId", ph.name AS "phoneName", ${CERTIFICATE_STATE} AS state,
  c.not_before AS "notBefore", c.not_after AS "notAfter", floor(extract(epoch FROM c.not_after - now()) / 86400)::int AS "daysLeft",
  c.created_at AS "createdAt", c.issued_at AS "issuedAt", c.delivered_at AS "deliveredAt", c.revoked_at AS "revokedAt",
  c.revocation_reason AS "revocationReason",
  EXISTS (SELECT 1 FROM revocation_request r WHERE r.certificate_id = c.id AND r.done_at IS NULL AND r.kind <> 'release') AS revoking,
  (SELECT r.kind::text FROM revocation_request r WHERE r.certificate_id = c.id AND r.state = 'by_hand') AS "byHand"`

const JOINS = Prisma.sql`
  JOIN "user" u ON u.id = c.user_id
  JOIN enrollment_key k ON k.id = c.enrollment_key_id
  JOIN enrollment e ON e.id = k.enrollment_id
  JOIN profile_version v ON v.id = e.profile_version_id
  JOIN profile pr ON pr.id = v.profile_id
  LEFT JOIN phone ph ON ph.id = c.phone_id`

const ORDERS = {
  '-issued': {
    by: Prisma.sql`c.created_at DESC, c.id`,
    key: (r: RawCertificate) => r.createdAt.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`c.created_at <= ${at} AND (c.created_at < ${at} OR c.id > ${id}::uuid)`,
  },
  issued: {
    by: Prisma.sql`c.created_at, c.id DESC`,
    key: (r: RawCertificate) => r.createdAt.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`c.created_at >= ${at} AND (c.created_at > ${at} OR c.id < ${id}::uuid)`,
  },
  expiry: {
    by: Prisma.sql`c.not_after, c.id`,
    key: (r: RawCertificate) => r.notAfter.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`c.not_after >= ${at} AND (c.not_after > ${at} OR c.id > ${id}::uuid)`,
  },
  '-expiry': {
    by: Prisma.sql`c.not_after DESC, c.id DESC`,
    key: (r: RawCertificate) => r.notAfter.toISOString(),
    after: (at: Date, id: string) => Prisma.sql`c.not_after <= ${at} AND (c.not_after < ${at} OR c.id < ${id}::uuid)`,
  },
} satisfies Record<CertificateSort, unknown>

const MAX_DAYS = 3650
const soon = (days: number) => Prisma.sql`c.not_after > now() AND c.not_after <= now() + make_interval(days => ${days}::int)`

function statusCondition(status: CertificateFilter, days = 30): Prisma.Sql {
  switch (status) {
    case 'active':
      return Prisma.sql`c.status = 'issued' AND c.not_after > now()`
    case 'expiring':
      return Prisma.sql`c.status = 'issued' AND ${soon(Math.min(Math.max(Math.trunc(days) || 1, 1), MAX_DAYS))}`
    case 'expired':
      return Prisma.sql`c.status = 'issued' AND c.not_after <= now()`
    case 'revoked':
      return Prisma.sql`c.status = 'revoked'`
  }
}

function searchCondition(q: string): Prisma.Sql | null {
  const ofUser = matchWords(Prisma.sql`u.search`, q)
  if (!ofUser) return null
  const serial = serialPrefix(q)
  const id = q.trim()
  return Prisma.sql`c.id IN (
    SELECT c.id FROM certificate c JOIN "user" u ON u.id = c.user_id WHERE ${ofUser}
    ${serial ? Prisma.sql`UNION SELECT id FROM certificate WHERE serial_number LIKE ${`${serial}%`}` : Prisma.empty}
    ${isId(id) ? Prisma.sql`UNION SELECT ${id}::uuid` : Prisma.empty})`
}

type Reader = Grant<'certificate:read' | 'user:read' | 'user:manage'>

/** @throws RequestError invalid_input for a cursor of another list */
export async function listCertificates(_grant: Reader, query: CertificateListQuery = {}): Promise<Page<CertificateRow>> {
  const sort = query.sort ?? '-issued'
  const order = ORDERS[sort]
  const window = windowOf(query)
  const conditions = [Prisma.sql`true`]
  if (query.status) conditions.push(statusCondition(query.status, query.days))
  const search = searchCondition(query.q ?? '')
  if (search) conditions.push(search)
  const where = Prisma.join(conditions, ' AND ')
  let after = Prisma.empty
  if (query.cursor) {
    const { key, id } = readCursor(query.cursor, sort)
    after = isId(id) ? Prisma.sql`AND ${order.after(cursorTime(key), id)}` : Prisma.sql`AND false`
  }
  const [rows, issuer] = await Promise.all([
    db().$queryRaw<RawCertificate[]>`
      WITH page AS (
        SELECT c.id FROM certificate c WHERE ${where} ${after}
        ORDER BY ${order.by} LIMIT ${window.limit + 1}::int OFFSET ${window.offset}::int
      )
      SELECT ${COLUMNS} FROM page JOIN certificate c ON c.id = page.id ${JOINS} ORDER BY ${order.by}`,
    issuerTitles(),
  ])
  return toPage(
    rows,
    window,
    query,
    async () => (await db().$queryRaw<{ n: number }[]>(cappedCount(Prisma.sql`certificate c`, where)))[0]?.n ?? 0,
    (row) => toCertificateRow(row, issuer),
    (row) => makeCursor(sort, order.key(row), row.id),
  )
}

/** Those of one person, valid ones first, then the newest. */
export async function certificatesOf(_grant: Reader, userId: string): Promise<CertificateRow[]> {
  const [rows, issuer] = await Promise.all([
    db().$queryRaw<RawCertificate[]>`
      SELECT ${COLUMNS} FROM certificate c ${JOINS} WHERE c.user_id = ${userId}::uuid
      ORDER BY (c.status = 'issued' AND c.not_after > now()) DESC, c.created_at DESC, c.id LIMIT 200`,
    issuerTitles(),
  ])
  return rows.map((row) => toCertificateRow(row, issuer))
}

interface RawCertificateDetail extends RawCertificate {
  der: string | null
  chains: Chains | null
  sha256: string | null
  spkiSha256: string
  enrollmentId: string
  keyid: string
  wanted: RawRevocation | null
}

/** Null for an id that is none or that nobody has. */
export async function getCertificate(_grant: Reader, id: string): Promise<CertificateView | null> {
  if (!isId(id)) return null
  const [rows, issuer] = await Promise.all([
    db().$queryRaw<RawCertificateDetail[]>`
      SELECT ${COLUMNS}, encode(c.der, 'base64') AS der, encode(c.sha256, 'hex') AS sha256, encode(c.spki_sha256, 'hex') AS "spkiSha256",
        k.enrollment_id AS "enrollmentId", k.keyid,
        ${CHAINS_OF_ISSUER} AS chains,
        ${NEWEST_REVOCATION} AS wanted
      FROM certificate c ${JOINS} JOIN issuer i ON i.id = c.issuer_id WHERE c.id = ${id}::uuid`,
    issuerTitles(),
  ])
  const row = rows[0]
  if (!row) return null
  return {
    ...toCertificateRow(row, issuer),
    pem: row.der ? pemOf(row.der) : null,
    chainPem: chainOf(row.der === null ? null : Buffer.from(row.der, 'base64'), row.chains).map((der) =>
      pemOf(der.toString('base64')),
    ),
    sha256: row.sha256,
    spkiSha256: row.spkiSha256,
    enrollmentId: row.enrollmentId,
    keyid: row.keyid,
    revocation: row.wanted && toRevocationView(row.wanted),
  }
}

async function issuerTitles(): Promise<ReadonlyMap<string, string>> {
  const rows = await db().$queryRaw<{ id: string; name: string; certificate: string | null }[]>`
    SELECT id, name, encode(certificate, 'base64') AS certificate FROM issuer LIMIT 1000`
  return new Map(rows.map(({ id, name, certificate }) => [id, issuerTitle(name, certificate)]))
}

const toCertificateRow = (r: RawCertificate, issuer: ReadonlyMap<string, string>): CertificateRow => ({
  id: r.id,
  serialNumber: r.serialNumber,
  subject: r.subject,
  issuer: issuer.get(r.issuerId) ?? '',
  profile: r.profile,
  user: { id: r.userRowId, userid: r.userid, name: r.userName },
  phone: r.phoneId ? { id: r.phoneId, name: r.phoneName ?? '' } : null,
  state: r.state,
  notBefore: r.notBefore.toISOString(),
  notAfter: r.notAfter.toISOString(),
  daysLeft: r.daysLeft,
  issuedAt: r.issuedAt?.toISOString() ?? null,
  deliveredAt: r.deliveredAt?.toISOString() ?? null,
  revokedAt: r.revokedAt?.toISOString() ?? null,
  revocationReason: r.revocationReason,
  revoking: r.revoking,
  byHand: r.byHand,
})
