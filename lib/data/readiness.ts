/** What readiness is judged by (lib/core/enrollment/readiness.ts): workers alive, how the connections did lately, the CA's certificates. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import type { LatelySeen, ReadinessFacts } from '#lib/core/enrollment/readiness.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { db } from '#lib/db.ts'
import { challengeBinding, countChallengesLeft } from './issuer-challenges.ts'
import { issuerTitle } from './issuer-title.ts'
import { DEAD_AFTER_S } from './processes.ts'

interface Row {
  now: Date
  workers: number
  issuerId: string
  kind: 'embedded' | 'scep' | 'est'
  name: string
  config: unknown
  /** Of the profile. */
  keys: number
  certificate: Bytes | null
  chain: Bytes[] | null
  hermod: RawLately | null
  lately: RawLately | null
}
interface RawLately {
  lastSuccessAt: string | null
  lastErrorAt: string | null
  lastError: string | null
  unreachable: boolean
}

/** For one profile version. */
export async function readReadinessFacts(
  grant: Grant<'enrollment:manage'> | Grant<'self:enroll'>,
  profile: { versionId: string; validityDays: number },
): Promise<ReadinessFacts> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT clock_timestamp() AS now, i.id AS "issuerId", i.kind::text AS kind, i.name, i.config, i.certificate, i.chain,
      jsonb_array_length(v.definition->'keys') AS keys,
      (SELECT count(*)::int FROM process WHERE kind = 'worker' AND seen_at > clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S})) AS workers,
      (SELECT json_build_object('lastSuccessAt', c.last_success_at, 'lastErrorAt', c.last_error_at, 'lastError', c.last_error, 'unreachable', c.unreachable)
       FROM connection c WHERE c.id = ${HERMOD_CONNECTION}) AS hermod,
      (SELECT json_build_object('lastSuccessAt', c.last_success_at, 'lastErrorAt', c.last_error_at, 'lastError', c.last_error, 'unreachable', c.unreachable)
       FROM connection c WHERE c.id = i.id::text) AS lately
    FROM profile_version v JOIN issuer named ON named.id = v.issuer_id
    JOIN issuer i ON i.id = coalesce(named.replaced_by_id, named.id)
    WHERE v.id = ${profile.versionId}::uuid`
  const row = rows[0]
  if (!row) throw new Error(`there is no profile version ${profile.versionId}`)
  const { certificate } = row
  const binding = challengeBinding(row.kind, row.config)
  return {
    now: row.now,
    workers: row.workers,
    hermod: latelyOf(row.hermod),
    issuer: {
      title:
        row.kind === 'embedded' ? issuerTitle(row.name, certificate && Buffer.from(certificate).toString('base64')) : row.name,
      embedded: row.kind === 'embedded',
      valid: certificate === null ? null : validityOf([certificate, ...(row.chain ?? [])]),
      lately: latelyOf(row.lately),
      challenges: binding === null ? null : { left: await countChallengesLeft(grant, row.issuerId, binding), needed: row.keys },
    },
    validityDays: profile.validityDays,
  }
}

function validityOf(chain: readonly Bytes[]): { from: Date; until: Date } {
  const parsed = chain.map((der) => parseCertificate(der))
  return {
    from: new Date(Math.max(...parsed.map(({ notBefore }) => notBefore.getTime()))),
    until: new Date(Math.min(...parsed.map(({ notAfter }) => notAfter.getTime()))),
  }
}

const latelyOf = (raw: RawLately | null): LatelySeen | null =>
  raw && {
    lastSuccessAt: raw.lastSuccessAt === null ? null : new Date(raw.lastSuccessAt),
    lastErrorAt: raw.lastErrorAt === null ? null : new Date(raw.lastErrorAt),
    lastError: raw.lastError,
    unreachable: raw.unreachable,
  }
