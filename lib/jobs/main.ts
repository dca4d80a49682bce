/**
 * The worker process: `npm run worker`. Runs jobs until it is told to stop; any number of them against one database.
 *
 * Start: environment → the file's attestation keys are in the policy → the CA is there and its keys open → locks of dead workers freed → CRLs
 * and the keys of services → jobs. Ready means all of that; whatever is wrong is one sentence on standard error and exit code 1. Every two
 * seconds it says that it lives (data/processes.ts).
 * Stop: on SIGTERM or SIGINT no new jobs are taken and running ones have 30 s; what is still running then is left locked, as after a
 * crash, and the next worker frees and repeats it. A second signal ends at once.
 *
 * It never changes the schema: the owner's `npm run migrate` did (Graphile Worker at its newest revision only reads its migrations table).
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { parseCronItems, type Runner, run } from 'graphile-worker'
import pg from 'pg'
import { systemGrant } from '#lib/auth/permissions.ts'
import { CodedError } from '#lib/core/errors.ts'
import { sayGoodbye } from '#lib/data/processes.ts'
import { closeDb } from '#lib/db.ts'
import { type WorkerEnv, workerEnv } from '#lib/env.ts'
import { closeHttpConnections } from '#lib/external/http.ts'
import { logger } from '#lib/log.ts'
import { createDummyKeys } from '#lib/workflows/dummy-keys.ts'
import { ensureEmbeddedIssuer } from '#lib/workflows/ensure-embedded-issuer.ts'
import { ensureWorkerSealingKey } from '#lib/workflows/ensure-sealing-key.ts'
import { publishCrl } from '#lib/workflows/publish-crl.ts'
import { renewServices } from '#lib/workflows/service-certificates.ts'
import { sweep } from '#lib/workflows/sweep.ts'
import { syncAttestationPolicy } from '#lib/workflows/sync-attestation-policy.ts'
import { RETRY_DELAYS_S, type WorkerContext } from '#lib/workflows/worker-context.ts'
import { graphileLogger } from './graphile-log.ts'
import { startHeartbeat } from './heartbeat.ts'
import { CONCURRENT_JOBS, makeTasks } from './tasks.ts'

/** Jobs are announced by NOTIFY; this is for those with a time, for retries, and for freed locks. Every idle one of CONCURRENT_JOBS asks so often. */
const POLL_MS = 1_000
const SWEEP_MS = 5_000
const DRAIN_MS = 30_000
const EVERY_MINUTE_CONNECTIONS = {
  task: 'check-connections',
  match: '* * * * *',
  options: { jobKey: 'check-connections', backfillPeriod: 0 },
}
const HOURLY_CRL = { task: 'publish-crl', match: '7 * * * *', options: { jobKey: 'publish-crl', backfillPeriod: 0 } }

export interface RunningWorker {
  /** Ends in order, at most after `drainMs`. */
  stop(drainMs?: number): Promise<void>
  /** Resolves when it has ended by itself or by `stop`. */
  ended: Promise<void>
}

/** Starts a worker in this process; lib/jobs/main.ts run as a program, and tests, do. */
export async function startWorker(env: WorkerEnv, overrides: Partial<WorkerContext> = {}): Promise<RunningWorker> {
  const log = logger('worker')
  const grant = systemGrant()
  const id = randomUUID()
  const heartbeat = startHeartbeat(grant, { id, host: hostname() })
  const context = makeContext(env, heartbeat.noteHermod, overrides)
  let pool: pg.Pool | undefined
  let runner: Runner | undefined
  let sweeping: NodeJS.Timeout | undefined
  const release = async () => {
    clearInterval(sweeping)
    context.dummyKeys.close()
    await heartbeat.stop()
    await sayGoodbye(grant, id).catch((error) => log.warn({ err: error }, 'could not say goodbye'))
    await pool?.end().catch(() => undefined)
    closeHttpConnections()
  }
  try {
    await syncAttestationPolicy(grant, env.attestationKeys)
    await ensureEmbeddedIssuer(grant, context)
    await ensureWorkerSealingKey(grant, context)
    heartbeat.noteIssuer({ ok: true, detail: '' })
    await sweep(grant)
    await publishCrl(grant, context)
    await renewServices(grant, context)
    pool = makePool(env)
    runner = await run({
      pgPool: pool,
      taskList: makeTasks(context),
      parsedCronItems: parseCronItems([HOURLY_CRL, EVERY_MINUTE_CONNECTIONS]),
      concurrency: CONCURRENT_JOBS,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: graphileLogger(),
      events: heartbeat.events,
    })
    await heartbeat.ready()
    context.dummyKeys.warm()
    sweeping = setInterval(() => void sweepAgain(grant), SWEEP_MS)
  } catch (error) {
    await runner?.stop().catch(() => undefined)
    await release()
    throw error
  }

  const started = runner
  let stopping: Promise<void> | undefined
  const stop = (drainMs = DRAIN_MS): Promise<void> => {
    stopping ??= (async () => {
      const drained = await Promise.race([
        started.stop().then(() => true),
        new Promise<false>((late) => setTimeout(() => late(false), drainMs)),
      ])
      if (!drained) log.warn('jobs were still running; the next worker repeats them')
      await release()
    })()
    return stopping
  }
  const ended = started.promise.catch((error: unknown) => log.error({ err: error }, 'the job runner failed')).then(() => stop())
  log.info({ concurrency: CONCURRENT_JOBS }, 'worker ready')
  return { stop, ended }
}

async function sweepAgain(grant: ReturnType<typeof systemGrant>): Promise<void> {
  try {
    const swept = await sweep(grant)
    if (swept.deadProcesses > 0 || swept.jobs.length > 0) logger('worker').warn(swept, 'the sweep put something right')
  } catch (error) {
    logger('worker').warn({ err: error }, 'the sweep could not run')
  }
}

function makeContext(env: WorkerEnv, onHermod: WorkerContext['onHermod'], overrides: Partial<WorkerContext>): WorkerContext {
  const { url, clientId, apiKey, ca, fqdns } = env.hermod
  return {
    hermod: { url, clientId, apiKey, ca },
    fqdns,
    weakKeys: env.weakKeys,
    caKeyPassphrase: env.caKeyPassphrase,
    publicUrl: env.publicUrl,
    dummyKeys: createDummyKeys(),
    onHermod,
    retryDelaysS: RETRY_DELAYS_S,
    ...overrides,
  }
}

/** Graphile Worker's own connections: one listens, the others take and finish jobs. Both events must be heard, or a lost connection ends the process. */
function makePool(env: WorkerEnv): pg.Pool {
  const pool = new pg.Pool({
    connectionString: env.database.url,
    max: CONCURRENT_JOBS + 2,
    keepAlive: true,
    application_name: 'certdesk jobs',
  })
  const lost = (error: Error) => logger('worker').warn({ err: error }, 'a database connection was lost')
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}

/** The sentence for whoever started it; the log has the rest. */
const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function main(): Promise<void> {
  const worker = await startWorker(workerEnv())
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      process.once(signal, () => process.exit(1))
      void worker.stop()
    })
  await worker.ended
  await closeDb()
}

if (import.meta.main)
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      if (!(error instanceof CodedError)) logger('worker').fatal({ err: error }, 'the worker could not go on')
      process.stderr.write(`${sentenceOf(error)}\n`)
      process.exit(1)
    },
  )
