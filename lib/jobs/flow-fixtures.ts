/**
 * For database tests of the whole pipeline: a cloned database, a small messaging server of the test's own (a real HTTP server with a switch
 * for odd replies), the independent peer's phone, and jobs run the way the worker runs them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Logger, runOnce } from 'graphile-worker'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { envelopeOf, findCommand, type HermodStub, type ReceivedCommand, startHermodStub } from '#e2e/harness/hermod-stub.ts'
import { appJwk, buildAnswer } from '#e2e/peer/answer.mjs'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { newRsaPair } from '#lib/core/x509/rsa-fixtures.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { PRELOAD } from '#lib/embedded/preload.ts'
import { cheapDummyKeys } from '#lib/workflows/dummy-keys-fixtures.ts'
import { ensureEmbeddedIssuer } from '#lib/workflows/ensure-embedded-issuer.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { storeCallback } from '#lib/workflows/store-callback.ts'
import { syncAttestationPolicy } from '#lib/workflows/sync-attestation-policy.ts'
import type { WorkerContext } from '#lib/workflows/worker-context.ts'
import { makeTasks } from './tasks.ts'

export type { HermodStub, OddReply, ReceivedCommand } from '#e2e/harness/hermod-stub.ts'

const quiet = new Logger(() => () => undefined)

export interface Flow {
  database: TestDatabase
  owner: pg.Client
  hermod: HermodStub
  context: WorkerContext
  /** Content of ATTESTATION_KEYS_FILE. */
  attestationKeys: object
  helpdesk: ReturnType<typeof authorize<'enrollment:manage'>>
  /** Speaks with the rights of that role from now on. */
  speakAs(role: 'owner' | 'web' | 'worker'): Promise<void>
  newUser(userid?: string): Promise<string>
  start(userid?: string, idempotencyKey?: string): Promise<{ id: string; userid: string }>
  /** Runs everything that is due now, and what comes of it, until nothing is. */
  runJobs(): Promise<void>
  /** The newest command of that kind for the user. */
  commandFor(userid: string, kind: 'provision' | 'certificate'): ReceivedCommand
  envelope(command: ReceivedCommand, response: object, over?: object): string
  /** The phone's answer to a provision command, as the body of a callback. */
  answerTo(command: ReceivedCommand, bendings?: Record<string, (value: never) => unknown>): string
  callBack(body: string, kind?: string): Promise<{ id: string; repeated: boolean }>
  /** State, failure and so on of the enrolment's row. */
  look(id: string): Promise<Record<string, unknown> & { state: string; failure_code: string | null; version: number }>
  /** Rows that break a rule R1–R8 of the durability note. */
  brokenRules(): Promise<string[]>
  stop(): Promise<void>
}

export async function startFlow(overrides: Partial<WorkerContext> = {}): Promise<Flow> {
  const database = await createTestDatabase()
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  const hermod = await startHermodStub()
  const attestation = newRsaPair()
  const attestationKeys = { ATTESTATION: [appJwk(attestation.publicKey, { kid: 'test', use: 'sig' })] }
  const context: WorkerContext = {
    hermod: {
      url: hermod.url,
      clientId: 'portal',
      apiKey: 'k'.repeat(64),
      ca: null,
    },
    fqdns: ['127.0.0.1'],
    caKeyPassphrase: 'a passphrase of the test',
    publicUrl: 'https://desk.example',
    dummyKeys: cheapDummyKeys(),
    onHermod: () => undefined,
    retryDelaysS: [0.01, 0.01, 0.01],
    ...overrides,
  }
  const speakAs = async (role: 'owner' | 'web' | 'worker') => {
    await closeDb()
    chooseDatabase({ owner: database.ownerUrl, web: database.webUrl, worker: database.workerUrl }[role])
  }
  await speakAs('owner')
  await syncAttestationPolicy(systemGrant(), attestationKeys)
  await ensureEmbeddedIssuer(systemGrant(), context)
  const pool = new pg.Pool({ connectionString: database.workerUrl, max: 10 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const helpdesk = authorize({ kind: 'account', id: 'desk', name: 'Desk', role: 'helpdesk', userId: null }, 'enrollment:manage')
  let users = 0

  const flow: Flow = {
    database,
    owner,
    hermod,
    context,
    attestationKeys,
    helpdesk,
    speakAs,
    async newUser(userid = `flow.${++users}`) {
      await owner.query(
        `INSERT INTO "user" (id, userid, name, email, attributes, updated_at) VALUES ($1, $2, 'Åsa Öberg', $3, $4, now())`,
        [
          randomUUID(),
          userid,
          `${userid}@example.test`,
          JSON.stringify({ C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Flow' }),
        ],
      )
      return userid
    },
    async start(userid, idempotencyKey) {
      const who = userid ?? (await flow.newUser())
      const { id } = await startEnrollment(helpdesk, { userid: who, profileName: 'Employee mobile ID', idempotencyKey })
      return { id, userid: who }
    },
    async runJobs() {
      await runOnce({ pgPool: pool, taskList: makeTasks(context), concurrency: 4, noHandleSignals: true, logger: quiet })
    },
    commandFor(userid, kind) {
      const command = findCommand(hermod, userid, kind)
      if (!command) throw new Error(`no ${kind} command for ${userid}`)
      return command
    },
    envelope: envelopeOf,
    answerTo(command, bendings = {}) {
      const knows = {
        attestation,
        fqdn: '127.0.0.1',
        sch: createHash('sha256').update('flow').digest('base64'),
        boxUrl: `${hermod.url}/rest/ms/${randomUUID()}`,
        device: { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' },
      }
      const { data } = buildAnswer(command.body, knows, bendings)
      return flow.envelope(command, { provResponse: { code: 0, result: { contenttype: 'jws', data } } })
    },
    callBack: (body, kind = 'provision') =>
      storeCallback(authorize({ kind: 'hermod', name: 'Hermod' }, 'callback:store'), { kind, body: Buffer.from(body) }),
    async look(id) {
      return (await owner.query('SELECT * FROM enrollment WHERE id = $1', [id])).rows[0]
    },
    brokenRules: () => findBrokenRules(owner),
    async stop() {
      context.dummyKeys.close()
      await pool.end()
      await closeDb()
      await owner.end()
      await hermod.stop()
      await database.drop()
    },
  }
  return flow
}

export interface WorkerProcess {
  child: ChildProcess
  output: string[]
  ended: Promise<number | null>
}

/** `npm run worker` against the flow's database and Hermod, as a process with the worker's database role. @param folder for its files */
export function spawnWorker(flow: Flow, folder: string, env: Record<string, string> = {}): WorkerProcess {
  const output: string[] = []
  const keysFile = join(folder, 'keys.json')
  writeFileSync(keysFile, JSON.stringify(flow.attestationKeys))
  const child = spawn(process.execPath, [...PRELOAD, 'lib/jobs/main.ts'], {
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: flow.database.workerUrl,
      PUBLIC_URL: flow.context.publicUrl,
      CERTDESK_DATA_DIR: folder,
      HERMOD_URL: flow.hermod.url,
      HERMOD_CLIENT_ID: 'portal',
      HERMOD_API_KEY: 'k'.repeat(64),
      ATTESTATION_KEYS_FILE: keysFile,
      CA_KEY_PASSPHRASE: flow.context.caKeyPassphrase,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  return { child, output, ended: new Promise((done) => child.on('exit', (code) => done(code))) }
}

/** R1–R3 are UNIQUE constraints and are asked all the same: a constraint can be dropped by mistake. R5 is about time and is asked elsewhere. */
const RULES: Record<string, string> = {
  R1: 'SELECT 1 FROM certificate GROUP BY enrollment_key_id HAVING count(*) > 1',
  R2: 'SELECT 1 FROM certificate GROUP BY issuer_id, serial_number HAVING count(*) > 1',
  R3: 'SELECT 1 FROM enrollment_key GROUP BY spki_sha256 HAVING count(DISTINCT user_id) > 1',
  R4: 'SELECT 1 FROM certificate WHERE der IS NOT NULL AND tbs IS NULL',
  R6: `SELECT 1 FROM enrollment e WHERE e.state = 'delivering'
       AND NOT EXISTS (SELECT 1 FROM command c WHERE c.enrollment_id = e.id AND c.kind = 'certificate' AND c.state IN ('sending', 'sent'))
       AND NOT EXISTS (SELECT 1 FROM graphile_worker.jobs j WHERE j.key = 'deliver:' || e.id)`,
  'R7 gap': `SELECT 1 FROM (SELECT seq, prev_hash, lag(seq) OVER w AS before, lag(hash) OVER w AS hash FROM audit_entry WINDOW w AS (ORDER BY seq)) a
       WHERE before IS NOT NULL AND (seq <> before + 1 OR prev_hash <> hash)`,
  'R7 missing': `SELECT 1 FROM enrollment e WHERE e.state NOT IN ('requesting', 'awaiting_approval')
       AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.enrollment_id = e.id AND a.action = 'enrollment.' || e.state)`,
  R8: `SELECT 1 FROM enrollment e WHERE e.state = 'completed' AND NOT EXISTS (
         SELECT 1 FROM command c JOIN callback b ON b.command_id = c.id
         WHERE c.id = e.current_command_id AND c.kind = 'certificate' AND c.state = 'answered' AND b.state = 'processed')`,
  'one live command': `SELECT 1 FROM command WHERE state IN ('sending', 'sent') GROUP BY enrollment_id HAVING count(*) > 1`,
  'offer of a dead command': `SELECT 1 FROM command WHERE offer_uri IS NOT NULL AND state NOT IN ('sending', 'sent')`,
}

async function findBrokenRules(owner: pg.Client): Promise<string[]> {
  const broken: string[] = []
  for (const [rule, sql] of Object.entries(RULES)) if (((await owner.query(sql)).rowCount ?? 0) > 0) broken.push(rule)
  return broken
}
