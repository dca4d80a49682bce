import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { verifyAudit } from '#lib/certdesk/verify-audit.ts'
import { CANCELLABLE, ENROLLMENT_STATES, type EnrollmentState } from '#lib/core/enrollment/state.ts'
import { migrate } from './migrate.ts'
import { diffToSchema, withSchemaEngine } from './schema-engine.ts'
import { seed } from './seed.ts'

let database: TestDatabase
let owner: pg.Client
let web: pg.Client
let worker: pg.Client

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

beforeAll(async () => {
  database = await createTestDatabase()
  owner = await connect(database.ownerUrl)
  web = await connect(database.webUrl)
  worker = await connect(database.workerUrl)
})

afterAll(async () => {
  await Promise.all([owner, web, worker].map((client) => client.end()))
  await database.drop()
})

/** SQLSTATE of what a statement is refused with; null if it is not. Everything is rolled back. */
async function refusal(client: pg.Client, statements: string, values?: unknown[]): Promise<string | null> {
  await client.query('BEGIN')
  try {
    await client.query(statements, values)
    await client.query('SET CONSTRAINTS ALL IMMEDIATE')
    return null
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

const DENIED = '42501'
const BROKEN = '23000'

const AUDIT = `INSERT INTO audit_entry (actor_kind, actor_name, action, object_kind, object_id, enrollment_id, detail)
               VALUES ('system', 'Certdesk', $1, 'enrollment', $2, $3::uuid, '{"é": [1, 2.50, null]}')`

async function newUser(): Promise<string> {
  const id = randomUUID()
  await owner.query('INSERT INTO "user" (id, userid, name, updated_at) VALUES ($1, $2, $3, now())', [id, `u.${id}`, 'Åsa Öberg'])
  return id
}

async function newEnrollment(state: EnrollmentState): Promise<string> {
  const id = randomUUID()
  const { rows } = await owner.query<{ id: string }>('SELECT id FROM profile_version LIMIT 1')
  await owner.query(
    'INSERT INTO enrollment (id, user_id, profile_version_id, state, started_by_name) VALUES ($1, $2, $3, $4, $5)',
    [id, await newUser(), rows[0]?.id, state, 'test'],
  )
  await owner.query(AUDIT, [`enrollment.${state}`, id, id])
  return id
}

/** Moves as lib/data does: version counted, audit row in the same transaction. */
async function move(
  client: pg.Client,
  id: string,
  to: EnrollmentState,
  options = { audit: true, version: 1 },
): Promise<string | null> {
  await client.query('BEGIN')
  try {
    await client.query('UPDATE enrollment SET state = $2, version = version + $3 WHERE id = $1', [id, to, options.version])
    if (options.audit) await client.query(AUDIT, [`enrollment.${to}`, id, id])
    await client.query('SET CONSTRAINTS ALL IMMEDIATE')
    return null
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

describe('migrations', () => {
  it('run again, and twice at once, without doing anything', async () => {
    await expect(Promise.all([migrate(database.ownerUrl), migrate(database.ownerUrl)])).resolves.toEqual([[], []])
  })

  it('make the tables that schema.prisma says', async () => {
    expect(await withSchemaEngine(database.ownerUrl, diffToSchema)).toBe('')
  })

  it('make three profiles to begin with', async () => {
    const { rows } = await owner.query<{ name: string }>('SELECT name FROM profile ORDER BY position')
    expect(rows.map((row) => row.name)).toEqual(['Employee mobile ID', 'VPN access', 'Sign and authenticate'])
  })
})

describe('the web’s role', () => {
  it.each([
    'SELECT * FROM issuer_secret',
    'SELECT sealed FROM service_certificate',
    `UPDATE pki_request SET reply = 'x', answered_at = now()`,
    `INSERT INTO ocsp_response SELECT '\\x00', id, '\\x00', now(), now() FROM certificate`,
    `INSERT INTO evidence (answer_id, verdict, checks, policy) VALUES (gen_random_uuid(), 'passed', '[]', '{}')`,
    `UPDATE evidence SET verdict = 'passed'`,
    'DELETE FROM evidence',
    `UPDATE certificate SET status = 'issued'`,
    'DELETE FROM certificate',
    `INSERT INTO issuer (id, name, kind) VALUES (gen_random_uuid(), 'mine', 'embedded')`,
    'UPDATE issuer SET certificate = NULL',
    'DELETE FROM crl',
    `UPDATE answer SET jws = 'x'`,
    'UPDATE enrollment_key SET spki = spki',
    `UPDATE phone SET name = 'x'`,
    'UPDATE command_key SET subject_der = subject_der',
    `UPDATE command SET nonce = 'known'`,
    `UPDATE command SET external_id = 'x'`,
    'INSERT INTO command (id) VALUES (gen_random_uuid())',
    `UPDATE callback SET body = 'x'`,
    `UPDATE callback SET state = 'processed'`,
    'DELETE FROM callback',
    `UPDATE audit_entry SET action = 'x'`,
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'UPDATE audit_head SET seq = 0',
    'UPDATE enrollment_move SET by_web = true',
    'DELETE FROM enrollment',
    'SELECT * FROM graphile_worker._private_jobs',
    'CREATE TABLE public.mine ()',
    'ALTER TABLE audit_entry DISABLE TRIGGER ALL',
  ])('may not: %s', async (statement) => {
    expect(await refusal(web, statement)).toBe(DENIED)
  })

  it.each([
    'SELECT * FROM certificate',
    'SELECT * FROM evidence',
    `UPDATE command SET state = 'superseded', offer_uri = NULL, ended_at = now()`,
    'UPDATE callback SET repeats = repeats + 1',
    'DELETE FROM account_session',
    `SELECT certdesk_add_job('sweep', '{}', 'sweep')`,
  ])('may: %s', async (statement) => {
    expect(await refusal(web, statement)).toBeNull()
  })

  it('may not begin an enrolment in a later state', async () => {
    const statement = `INSERT INTO enrollment (id, user_id, profile_version_id, state, started_by_name)
      SELECT gen_random_uuid(), $1, id, $2::enrollment_state, 'x' FROM profile_version LIMIT 1`
    const user = await newUser()
    expect(await refusal(web, statement, [user, 'requesting'])).toBeNull()
    expect(await refusal(web, statement, [user, 'issuing'])).toBe(DENIED)
  })

  it('may not push an enrolment past its checks', async () => {
    expect(await move(web, await newEnrollment('answered'), 'issuing')).toBe(DENIED)
    expect(await move(web, await newEnrollment('issuing'), 'delivering')).toBe(DENIED)
    expect(await move(web, await newEnrollment('offered'), 'cancelled')).toBeNull()
  })
})

describe('the worker’s role', () => {
  it.each([
    'SELECT * FROM account_credential',
    'SELECT * FROM account_session',
    'SELECT * FROM api_token',
    `UPDATE evidence SET verdict = 'passed'`,
    'DELETE FROM evidence',
    'DELETE FROM certificate',
    'DELETE FROM audit_entry',
    `UPDATE "user" SET name = 'x'`,
    'UPDATE profile_version SET version = 2',
    `UPDATE callback SET body = 'x'`,
  ])('may not: %s', async (statement) => {
    expect(await refusal(worker, statement)).toBe(DENIED)
  })

  it('sees the jobs that the web adds', async () => {
    await web.query(`SELECT certdesk_add_job('check-answer', '{"answerId":"1"}', 'check:1')`)
    const { rows } = await worker.query(`SELECT key FROM graphile_worker.jobs WHERE key = 'check:1'`)
    expect(rows).toHaveLength(1)
    await worker.query(`SELECT graphile_worker.remove_job('check:1')`)
  })
})

describe('an enrolment’s moves', () => {
  it('are those of the table in lib/core/enrollment/state.ts', async () => {
    const { rows } = await owner.query<{ move: string }>(`SELECT from_state || ' ' || to_state AS move FROM enrollment_move`)
    const wanted = Object.entries(ENROLLMENT_STATES).flatMap(([from, { next }]) => next.map((to) => `${from} ${to}`))
    expect(rows.map((row) => row.move).sort()).toEqual(wanted.sort())
  })

  it('leave cancelling to the web from exactly the states that say so', async () => {
    const { rows } = await owner.query<{ state: string }>(
      `SELECT from_state AS state FROM enrollment_move WHERE to_state = 'cancelled' AND by_web`,
    )
    expect(rows.map((row) => row.state).sort()).toEqual([...CANCELLABLE].sort())
  })

  it('are refused when the table has none, when the version is not counted, and without an audit row (R7)', async () => {
    const id = await newEnrollment('requesting')
    expect(await move(worker, id, 'offered')).toBeNull()
    expect(await move(worker, id, 'completed')).toBe(BROKEN)
    expect(await move(worker, id, 'offered', { audit: true, version: 0 })).toBe(BROKEN)
    expect(await move(worker, id, 'offered', { audit: false, version: 1 })).toBe(BROKEN)
  })

  it.each([
    ['ca_refused', null],
    ['hermod_error', BROKEN],
    [null, BROKEN],
  ])('ask a CA again only for what failed there (%s)', async (code, refused) => {
    const id = await newEnrollment('failed')
    await owner.query('UPDATE enrollment SET failure_code = $2 WHERE id = $1', [id, code])
    expect(await move(web, id, 'issuing')).toBe(refused)
  })

  it('do not complete an enrolment whose delivery nobody answered (R8)', async () => {
    const id = await newEnrollment('delivering')
    expect(await move(worker, id, 'completed')).toBe(BROKEN)
  })
})

describe('what was written', () => {
  it('stays: what a certificate was reserved with, and what it was issued as', async () => {
    const enrollment = await newEnrollment('issuing')
    const [key, certificate] = [randomUUID(), randomUUID()]
    const hash = createHash('sha256').update(key).digest()
    const { rows } = await owner.query<{ user_id: string }>('SELECT user_id FROM enrollment WHERE id = $1', [enrollment])
    await worker.query(
      `INSERT INTO enrollment_key (id, enrollment_id, user_id, keyid, usage, spki, spki_sha256, csr, csr_subject)
       VALUES ($1, $2, $3, 'signer', 'SIG', '\\x00', $4, '\\x00', 'CN=x')`,
      [key, enrollment, rows[0]?.user_id, hash],
    )
    await worker.query(
      `INSERT INTO certificate (id, issuer_id, serial_number, enrollment_key_id, user_id, tbs, subject, spki_sha256, not_before, not_after)
       SELECT $1, id, $2, $3, $4, '\\x3000', 'CN=x', $5, now(), now() + interval '1 day' FROM issuer LIMIT 1`,
      [certificate, createHash('sha1').update(certificate).digest('hex').replace(/^0+/, ''), key, rows[0]?.user_id, hash],
    )
    const sign = `UPDATE certificate SET status = 'issued', der = $2, sha256 = sha256($2), issued_at = now() WHERE id = $1`
    expect(await refusal(worker, `UPDATE certificate SET tbs = '\\x3001' WHERE id = $1`, [certificate])).toBe(BROKEN)
    expect(await refusal(worker, `UPDATE certificate SET serial_number = '77' WHERE id = $1`, [certificate])).toBe(BROKEN)
    expect(await refusal(worker, `UPDATE certificate SET status = 'issued' WHERE id = $1`, [certificate])).toBe('23514')
    await worker.query(sign, [certificate, Buffer.from('300430003000', 'hex')])
    expect(await refusal(worker, sign, [certificate, Buffer.from('300430003001', 'hex')])).toBe(BROKEN)
    await owner.query(`UPDATE certificate SET held_der = '\\x3000' WHERE id = $1`, [certificate])
    for (const change of [
      'issuer_id = gen_random_uuid()',
      'enrollment_key_id = gen_random_uuid()',
      "spki_sha256 = sha256('x')",
      'serial_number = NULL',
      'der = NULL',
      "sha256 = sha256('x')",
      'sha256 = NULL',
      "held_der = '\\x3001'",
      'held_der = NULL',
    ])
      expect(await refusal(owner, `UPDATE certificate SET ${change} WHERE id = $1`, [certificate]), change).toBe(BROKEN)
  })

  it('is found without diacritics and by its beginning', async () => {
    await seed(database.ownerUrl)
    const { rows } = await web.query(`SELECT 1 FROM "user" WHERE search LIKE certdesk_fold($1) || '%'`, ['ÅSA Öb'])
    expect(rows.length).toBeGreaterThan(0)
  })
})

describe('the audit chain', () => {
  it('is gap-free when many write at once and some roll back, and is whole', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, (_, n) => connect(n % 2 ? database.webUrl : database.workerUrl)))
    const id = await newEnrollment('requesting')
    await Promise.all(
      clients.map(async (client, n) => {
        for (let i = 0; i < 20; i++) {
          await client.query('BEGIN')
          await client.query(AUDIT, ['test.written', `${n} ${i}`, id])
          await client.query((n + i) % 3 === 0 ? 'ROLLBACK' : 'COMMIT')
        }
      }),
    )
    await Promise.all(clients.map((client) => client.end()))
    const { broken, entries } = await verifyAudit(database.ownerUrl)
    expect(broken).toBeNull()
    expect(entries).toBeGreaterThan(100n)
    const { rows } = await owner.query(`SELECT * FROM durability_violations() WHERE rule = 'R7'`)
    expect(rows).toEqual([])
  })

  it('refuses to be changed even by the owner', async () => {
    for (const statement of [
      `UPDATE audit_entry SET action = 'x' WHERE seq = 1`,
      'DELETE FROM audit_entry WHERE seq = 1',
      'TRUNCATE audit_entry',
    ])
      expect(await refusal(owner, statement)).toBe(BROKEN)
  })

  it.each([
    ['a changed entry', `UPDATE audit_entry SET actor_name = 'Somebody else' WHERE seq = 2`, /Entry 2 .* was changed/],
    ['a removed entry', 'DELETE FROM audit_entry WHERE seq = 2', /Entry 2 is missing/],
    ['a removed newest entry', 'DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)', /are missing/],
    [
      'an entry put in front',
      `INSERT INTO audit_entry SELECT 0, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, enrollment_id, detail, prev_hash, hash FROM audit_entry WHERE seq = 1`,
      /does not belong/,
    ],
  ])('betrays %s, though triggers were switched off for it', async (_, statement, sentence) => {
    const copy = await createTestDatabase()
    const client = await connect(copy.ownerUrl)
    try {
      for (let i = 0; i < 3; i++) await client.query(AUDIT, ['test.written', String(i), null])
      await client.query('ALTER TABLE audit_entry DISABLE TRIGGER USER')
      await client.query(statement)
      expect((await verifyAudit(copy.ownerUrl)).broken).toMatch(sentence)
      const { rows } = await client.query(`SELECT * FROM durability_violations() WHERE rule = 'R7'`)
      expect(rows.length).toBeGreaterThan(0)
    } finally {
      await client.end()
      await copy.drop()
    }
  })
})
