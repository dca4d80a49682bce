/**
 * The home page in one go: what waits, what runs out, what failed, and whether the parts live. Counts come from partial indexes.
 * "Today" is the last 24 hours: that is the same for everybody, whatever their zone.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { HomeView } from '#lib/core/views.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { db } from '#lib/db.ts'
import { listEnrollments } from './enrollments.ts'
import { listIncidents } from './incidents.ts'
import { DEAD_AFTER_S } from './processes.ts'

const RECENT = 8
const INCIDENTS = 5
const BROKEN_CAS = 5

interface RawCounts {
  undelivered: number
  confirming: number
  running: number
  expiring7: number
  expiring30: number
  failedToday: number
  completedToday: number
  orphanCallbacks: number
  crlUntil: Date | null
  hasIssuer: boolean
  /** DER of the certificates that issue now. */
  caCertificates: Uint8Array<ArrayBuffer>[]
  /** The longest validity that a profile asks for. */
  longestDays: number
}

/** A CA of somebody else, used by a profile, whose last answer was none. */
interface BrokenCa {
  name: string
  lastError: string | null
  lastErrorAt: Date
}

interface RawWorker {
  host: string
  seenAt: Date
  alive: boolean
  health: unknown
}

export async function getHome(grant: Grant<'enrollment:read'>): Promise<HomeView> {
  const started = performance.now()
  const [counts, workers, brokenCas, recent, incidents] = await Promise.all([
    db().$queryRaw<RawCounts[]>`
      SELECT
        (SELECT count(*)::int FROM enrollment WHERE state = 'undelivered') AS undelivered,
        (SELECT count(*)::int FROM enrollment WHERE state = 'confirming') AS confirming,
        (SELECT count(*)::int FROM enrollment
         WHERE state IN ('awaiting_approval', 'requesting', 'offered', 'answered', 'confirming', 'issuing', 'delivering')) AS running,
        (SELECT count(*)::int FROM certificate
         WHERE status = 'issued' AND not_after > now() AND not_after <= now() + interval '7 days') AS "expiring7",
        (SELECT count(*)::int FROM certificate
         WHERE status = 'issued' AND not_after > now() AND not_after <= now() + interval '30 days') AS "expiring30",
        (SELECT count(*)::int FROM enrollment
         WHERE state IN ('refused', 'rejected', 'failed') AND state_changed_at > now() - interval '24 hours') AS "failedToday",
        (SELECT count(*)::int FROM enrollment
         WHERE state = 'completed' AND state_changed_at > now() - interval '24 hours') AS "completedToday",
        (SELECT count(*)::int FROM callback
         WHERE state = 'quarantined' AND received_at > now() - interval '24 hours') AS "orphanCallbacks",
        (SELECT min(latest) FROM (SELECT max(c.next_update) AS latest FROM crl c JOIN issuer i ON i.id = c.issuer_id
           WHERE i.replaced_by_id IS NULL OR c.scope = 'root' GROUP BY c.issuer_id, c.scope) AS c) AS "crlUntil",
        ARRAY(SELECT certificate FROM issuer WHERE certificate IS NOT NULL AND replaced_by_id IS NULL) AS "caCertificates",
        coalesce((SELECT max((v.definition #>> '{certificate,validityDays}')::int) FROM profile p
          JOIN LATERAL (SELECT definition FROM profile_version WHERE profile_id = p.id ORDER BY version DESC LIMIT 1) v ON true
          WHERE p.enabled), 0)::int AS "longestDays",
        EXISTS (SELECT 1 FROM issuer WHERE kind <> 'embedded' OR certificate IS NOT NULL) AS "hasIssuer"`,
    db().$queryRaw<RawWorker[]>`
      SELECT host, seen_at AS "seenAt", seen_at > clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S}) AS alive, health
      FROM process WHERE kind = 'worker' ORDER BY seen_at DESC LIMIT 20`,
    db().$queryRaw<BrokenCa[]>`
      SELECT i.name, c.last_error AS "lastError", c.last_error_at AS "lastErrorAt"
      FROM issuer i JOIN connection c ON c.id = i.id::text
      WHERE i.kind <> 'embedded' AND c.last_error_at > coalesce(c.last_success_at, '-infinity')
        AND EXISTS (SELECT FROM profile p JOIN LATERAL (
          SELECT issuer_id FROM profile_version WHERE profile_id = p.id ORDER BY version DESC LIMIT 1) v ON v.issuer_id = i.id WHERE p.enabled)
      ORDER BY i.name LIMIT ${BROKEN_CAS}`,
    listEnrollments(grant, { limit: RECENT }),
    listIncidents(grant, { limit: INCIDENTS, standing: 'open' }),
  ])
  const databaseMs = Math.round(performance.now() - started)
  const row = counts[0]
  if (!row) throw new Error('a SELECT of scalars gave no row')
  const { crlUntil, hasIssuer, caCertificates, longestDays, ...numbers } = row
  const caEndsSoon = endsSoon(caCertificates, longestDays)
  return {
    ...numbers,
    incidents,
    recent: recent.items,
    health: healthOf(workers, { crlUntil, hasIssuer, caEndsSoon, databaseMs, brokenCas }),
  }
}

const CA_NOTICE_DAYS = 90

/** A CA refuses certificates that would outlive it (F-S20), so its end is felt that much earlier; three months before that it is said. */
function endsSoon(certificates: readonly Uint8Array<ArrayBuffer>[], longestDays: number): boolean {
  const needed = Date.now() + (longestDays + CA_NOTICE_DAYS) * 86_400_000
  return certificates.some((der) => parseCertificate(der).notAfter.getTime() < needed)
}

/** Health without sentences: `detail` is a machine word or a number; the page has the words. */
function healthOf(
  workers: readonly RawWorker[],
  {
    crlUntil,
    hasIssuer,
    caEndsSoon,
    databaseMs,
    brokenCas,
  }: { crlUntil: Date | null; hasIssuer: boolean; caEndsSoon: boolean; databaseMs: number; brokenCas: readonly BrokenCa[] },
): HomeView['health'] {
  const living = workers.filter((worker) => worker.alive)
  const seenAt = workers[0]?.seenAt.toISOString() ?? null
  const hermod = living.map((worker) => readPart(worker.health, 'hermod')).find((part) => part !== null) ?? null
  const crlLate = crlUntil !== null && crlUntil.getTime() < Date.now()
  return [
    {
      part: 'hermod',
      name: null,
      ok: living.length > 0 && (hermod?.ok ?? true),
      detail: living.length === 0 ? 'no_worker' : hermod ? hermod.detail : 'not_used_yet',
      at: hermod?.at ?? null,
    },
    {
      part: 'issuer',
      name: null,
      ok: hasIssuer && !crlLate && !caEndsSoon,
      detail: hasIssuer ? (crlLate ? 'crl_late' : caEndsSoon ? 'ca_ends_soon' : 'ready') : 'no_certificate',
      at: crlUntil?.toISOString() ?? null,
    },
    ...brokenCas.map(({ name, lastError, lastErrorAt }) => ({
      part: 'ca' as const,
      name,
      ok: false,
      detail: lastError ?? '',
      at: lastErrorAt.toISOString(),
    })),
    { part: 'worker', name: null, ok: living.length > 0, detail: String(living.length), at: seenAt },
    { part: 'database', name: null, ok: true, detail: String(databaseMs), at: null },
  ]
}

/** What a worker last knew of a part, out of its free-form JSON. */
function readPart(health: unknown, name: string): { ok: boolean; detail: string; at: string | null } | null {
  if (typeof health !== 'object' || health === null) return null
  const part: unknown = new Map(Object.entries(health)).get(name)
  if (typeof part !== 'object' || part === null) return null
  const fields = new Map<string, unknown>(Object.entries(part))
  const at = fields.get('at')
  const detail = fields.get('detail')
  return {
    ok: fields.get('ok') === true,
    detail: typeof detail === 'string' ? detail.slice(0, 200) : '',
    at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString() : null,
  }
}
