/** All connections for the settings page: CAs and the messaging server, with how each did lately. */
import type { Grant } from '#lib/auth/permissions.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import type { ConnectionView } from '#lib/core/views.ts'
import { fingerprintOf } from '#lib/core/x509/ca-trust.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { formatName } from '#lib/core/x509/name.ts'
import { db } from '#lib/db.ts'
import { listLatestTests } from './connection-tests.ts'
import { listCredentials } from './credentials.ts'
import { challengeBinding, countChallengesLeft } from './issuer-challenges.ts'
import { issuerTitle } from './issuer-title.ts'
import { DEAD_AFTER_S } from './processes.ts'
import { type IssuerSettings, listIssuerSettings } from './remote-issuers.ts'

interface Lately {
  id: string
  lastSuccessAt: Date | null
  lastErrorAt: Date | null
  lastError: string | null
}

const DAY_MS = 86_400_000
const FEW_CHALLENGES = 10

/** Of everything that is connected, or of one. */
export async function listConnections(grant: Grant<'settings:read'>): Promise<ConnectionView[]> {
  const [issuers, tests, lately] = await Promise.all([
    listIssuerSettings(grant),
    listLatestTests(grant),
    db().$queryRaw<Lately[]>`
      SELECT id, last_success_at AS "lastSuccessAt", last_error_at AS "lastErrorAt", last_error AS "lastError" FROM connection LIMIT 1000`,
  ])
  const common = (id: string) => {
    const seen = lately.find((one) => one.id === id)
    return {
      id,
      test: tests.find(({ connection }) => connection === id) ?? null,
      lastSuccessAt: seen?.lastSuccessAt?.toISOString() ?? null,
      lastErrorAt: seen?.lastErrorAt?.toISOString() ?? null,
      lastError: seen?.lastError ?? null,
    }
  }
  const hermod: ConnectionView = {
    ...common(HERMOD_CONNECTION),
    kind: 'hermod',
    name: HERMOD_CONNECTION,
    title: '',
    address: null,
    certificate: null,
    profiles: 0,
    credentials: [],
    challenges: null,
    state: stateOf(common(HERMOD_CONNECTION)),
  }
  const cas = await Promise.all(
    issuers.map(async (issuer): Promise<ConnectionView> => {
      const one = common(issuer.id)
      const credentials = isRemoteKind(issuer.kind) ? await listCredentials(grant, issuer.id) : []
      const binding = challengeBinding(issuer.kind, issuer.config)
      const left = binding === null ? null : await countChallengesLeft(grant, issuer.id, binding)
      return {
        ...one,
        kind: issuer.kind,
        name: issuer.name,
        title: issuerTitle(issuer.name, issuer.certificate && Buffer.from(issuer.certificate).toString('base64')),
        address: textOf(issuer.config, 'url'),
        certificate: certificateOf(issuer),
        profiles: issuer.profiles,
        credentials: credentials.map(({ name, since, by }) => ({ name, by, since: since.toISOString() })),
        challenges: left === null ? null : { left, few: left < FEW_CHALLENGES },
        state: issuer.kind === 'embedded' && issuer.certificate !== null ? 'ok' : stateOf(one),
      }
    }),
  )
  return [hermod, ...cas]
}

/** What happened last counts. */
function stateOf({ lastSuccessAt, lastErrorAt }: Pick<ConnectionView, 'lastSuccessAt' | 'lastErrorAt'>): ConnectionView['state'] {
  if (lastErrorAt !== null && (lastSuccessAt === null || lastErrorAt > lastSuccessAt)) return 'failed'
  return lastSuccessAt === null ? 'untested' : 'ok'
}

function certificateOf({ certificate, chain }: IssuerSettings): ConnectionView['certificate'] {
  if (certificate === null) return null
  const { subject } = parseCertificate(certificate)
  const ends = chain.map((der) => parseCertificate(der).notAfter.getTime())
  const notAfter = Math.min(...ends, parseCertificate(certificate).notAfter.getTime())
  return {
    subject: formatName(subject),
    sha256: fingerprintOf(certificate),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.floor((notAfter - Date.now()) / DAY_MS),
  }
}

const textOf = (config: unknown, field: string): string | null => {
  const value = typeof config === 'object' && config !== null ? (config as Record<string, unknown>)[field] : null
  return typeof value === 'string' ? value : null
}

/** Whether the worker and the database live, for the same page. */
export async function readSystemHealth(_grant: Grant<'settings:read'>): Promise<{ workers: number; databaseMs: number }> {
  const started = performance.now()
  const rows = await db().$queryRaw<{ workers: number }[]>`
    SELECT count(*)::int AS workers FROM process WHERE kind = 'worker' AND seen_at > clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S})`
  return { workers: rows[0]?.workers ?? 0, databaseMs: Math.round(performance.now() - started) }
}
