/**
 * P5: issuing with everything stored, as the job does it: read, reserve (commit), sign, check, release with transition, certificate command
 * and audit (commit). One process, as many at a time as a worker takes, on a PostgreSQL that flushes every commit to the disk. Against: the same number of bare
 * transactions, two for each certificate, on as many connections.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { systemGrant } from '#lib/auth/permissions.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { encodeCsr } from '#lib/core/x509/csr.ts'
import { closeDb } from '#lib/db.ts'
import { findFreePort, startPostgres } from '#lib/embedded/postgres.ts'
import { CONCURRENT_JOBS } from '#lib/jobs/tasks.ts'
import { ensureEmbeddedIssuer } from '#lib/workflows/ensure-embedded-issuer.ts'
import { issueCertificates } from '#lib/workflows/issue-certificates.ts'
import { migrate } from '#prisma/migrate.ts'
import { type BenchRow, median } from './row.ts'

const TURNS = 7
const PER_TURN = 200
const MUST_PER_S = 300
const MUST_SHARE = 0.25
const DATABASE = 'bench'

export async function benchStored(): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-bench-'))
  chmodSync(folder, 0o711)
  const password = randomBytes(18).toString('base64url')
  const port = await findFreePort()
  const server = await startPostgres({ folder: join(folder, 'postgres'), password, port, logFile: join(folder, 'postgres.log') })
  const urlOf = (user: string, database: string): string => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
  const admin = new pg.Client({ connectionString: server.adminUrl })
  const owner = new pg.Client({ connectionString: urlOf('certdesk_owner', DATABASE) })
  const pool = new pg.Pool({ connectionString: urlOf('certdesk_owner', DATABASE), max: CONCURRENT_JOBS })
  // The server may be gone before the last idle connection has said goodbye.
  pool.on('error', () => undefined)
  try {
    await admin.connect()
    for (const role of ['certdesk_owner', 'certdesk_web', 'certdesk_worker'])
      await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
    await admin.query(`CREATE DATABASE ${DATABASE} OWNER certdesk_owner`)
    await admin.end()
    await migrate(urlOf('certdesk_owner', DATABASE))
    await owner.connect()
    process.env.DATABASE_URL = urlOf('certdesk_worker', DATABASE)

    const grant = systemGrant()
    const context = { caKeyPassphrase: 'a passphrase of the bench', publicUrl: 'https://desk.example' }
    await ensureEmbeddedIssuer(grant, context)
    const ids = await insertEnrollments(owner, (TURNS + 1) * PER_TURN)
    await owner.query('CREATE TABLE bench_row (id bigserial PRIMARY KEY, body bytea)')
    const bare = async (): Promise<void> => {
      const { rows } = await pool.query('INSERT INTO bench_row (body) VALUES ($1) RETURNING id', [Buffer.alloc(1000)])
      await pool.query('UPDATE bench_row SET body = $2 WHERE id = $1', [rows[0].id, Buffer.alloc(1200)])
    }
    const issue = async (enrollmentId: string): Promise<void> => {
      await issueCertificates(grant, context, { enrollmentId })
    }

    await perSecond(PER_TURN, () => issue(ids.pop() ?? ''))
    await perSecond(PER_TURN, bare)
    const issued: number[] = []
    const bareRates: number[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      issued.push(await perSecond(PER_TURN, () => issue(ids.pop() ?? '')))
      bareRates.push(await perSecond(PER_TURN, bare))
    }
    const { rows } = await owner.query<{ issued: string }>(`SELECT count(*) AS issued FROM certificate WHERE status = 'issued'`)
    if (Number(rows[0]?.issued) !== (TURNS + 1) * PER_TURN) throw new Error(`${rows[0]?.issued} certificates were issued`)
    const [rate, bareRate] = [median(issued), median(bareRates)]
    return {
      id: 'P5',
      title: 'issued and stored, one worker process',
      figure: `${rate.toFixed(0)}/s (best ${Math.max(...issued).toFixed(0)})`,
      denominator: `two bare commits each, ${bareRate.toFixed(0)}/s`,
      ratio: rate / bareRate,
      target: `≥ ${MUST_PER_S}/s and ≥ ${MUST_SHARE}×`,
      ok: rate >= MUST_PER_S && rate / bareRate >= MUST_SHARE,
    }
  } finally {
    await closeDb()
    await pool.end()
    await owner.end().catch(() => {})
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** How many of `count` pieces of work get done in a second, `CONCURRENT_JOBS` at a time. */
async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  let left = count
  const started = performance.now()
  await Promise.all(
    Array.from({ length: CONCURRENT_JOBS }, async () => {
      while (left-- > 0) await work()
    }),
  )
  return (count * 1000) / (performance.now() - started)
}

/** Enrolments at `issuing`. All have the same PKCS#10, since making a key costs more than what is measured; the stored hashes and subjects differ. */
async function insertEnrollments(owner: pg.Client, count: number): Promise<string[]> {
  const key = makeKey()
  const { rows: profiles } = await owner.query<{ definition: unknown }>(
    'SELECT v.definition FROM profile_version v JOIN profile p ON p.id = v.profile_id ORDER BY p.position LIMIT 1',
  )
  const template = profileDefinitionSchema.parse(profiles[0]?.definition).subject
  const subjectOf = (userid: string) =>
    renderSubject(template, {
      userid,
      name: 'Åsa Öberg',
      email: `${userid}@example.org`,
      department: null,
      attributes: { C: 'SE' },
    })
  await owner.query('BEGIN')
  await owner.query(
    `INSERT INTO "user" (id, userid, name, email, attributes, updated_at)
     SELECT gen_random_uuid(), 'u' || n, 'Åsa Öberg', 'u' || n || '@example.org', '{"C":"SE"}', now() FROM generate_series(1, $1::int) n`,
    [count],
  )
  await owner.query(
    `INSERT INTO phone (id, user_id, profile_ref, profile_name, box_url, name, model, operating_system, attestation_thumbprint, last_contact_at)
     SELECT gen_random_uuid(), id, userid, 'Bench', 'https://hermod.example/rest/ms/' || userid, 'Bench phone', 'iPhone', 'iOS (18.1)', '', now()
     FROM "user"`,
  )
  const { rows } = await owner.query<{ id: string }>(
    `INSERT INTO enrollment (id, user_id, phone_id, profile_version_id, state, started_by_name)
     SELECT gen_random_uuid(), u.id, p.id, (SELECT v.id FROM profile_version v JOIN profile p ON p.id = v.profile_id ORDER BY p.position LIMIT 1),
            'issuing', 'Bench'
     FROM "user" u JOIN phone p ON p.user_id = u.id RETURNING id`,
  )
  await owner.query(
    `INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
     SELECT gen_random_uuid(), e.id, e.user_id, 'signer', 'SIG', $1, sha256(convert_to(e.id::text, 'UTF8')), $2, ($3::text[])[substr(u.userid, 2)::int]
     FROM enrollment e JOIN "user" u ON u.id = e.user_id`,
    [
      Buffer.from(key.spki),
      encodeCsr(subjectOf('u1').der, key.spki, key.privateKey),
      Array.from({ length: count }, (_, i) => subjectOf(`u${i + 1}`).text),
    ],
  )
  await owner.query('COMMIT')
  return rows.map(({ id }) => id)
}
