/**
 * Questions from outside that only the worker can answer, because the answer must be signed or the question decrypted: the web has no
 * key (privilege split). The web stores the bytes and adds a job, waits a few seconds for the reply, and passes its bytes on.
 *
 * Whoever owns the web can have questions answered that anybody may ask anyway; what the answer says is decided by the worker from its
 * own tables. Bounded: the size of a question, how many of a kind wait at once in the whole installation, and how long. Asking takes no
 * grant: these protocols have no sign-in, that is why there are bounds.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { db } from '#lib/db.ts'
import { subscribe } from '#lib/db-listen.ts'
import { addJobSql, job } from './jobs.ts'
import { newId } from './new-id.ts'

/** Each kind has its answerer in lib/workflows/answer-pki-request.ts. */
export const PKI_REQUEST_KINDS = ['ocsp', 'scep'] as const
export type PkiRequestKind = (typeof PKI_REQUEST_KINDS)[number]

export const MAX_PKI_REQUEST_BYTES = 65_536
/** Questions of one kind that may wait at once. At some 100 answers a second a longer queue is one that nobody waits for to the end. */
const MAX_WAITING = 200
/** After this long nobody waits for the reply any more. */
const STALE_S = 30
const DEFAULT_WAIT_MS = 8_000
/** Notifications may be lost with their connection; then this finds the reply. */
const LOOK_EVERY_MS = 1_000

export type PkiReply =
  | { status: 'answered'; reply: Bytes }
  /** The worker said why it gives none: for the log. */
  | { status: 'refused'; problem: string }
  /** Too many wait already; nothing was stored. */
  | { status: 'busy' }
  /** No reply in time: no worker, or one with too much to do. */
  | { status: 'late' }

/**
 * Puts a question to the worker and waits for its reply.
 *
 * @param target a name out of the address: which issuer or service was asked
 */
export async function askWorker(
  question: { kind: PkiRequestKind; target: string; body: Bytes },
  waitMs = DEFAULT_WAIT_MS,
): Promise<PkiReply> {
  const id = newId()
  const { promise: heard, resolve: look } = Promise.withResolvers<void>()
  let lookNow = look
  // Subscribed before the question is asked, so that no reply comes too early.
  const unsubscribe = subscribe({
    onChange: (kind, changed) => kind === 'pki-request' && changed === id && lookNow(),
    onGap: () => lookNow(),
  })
  try {
    if (!(await insertPkiRequest(id, question))) return { status: 'busy' }
    const endsAt = performance.now() + waitMs
    let next = heard
    for (;;) {
      await within(next, Math.min(LOOK_EVERY_MS, endsAt - performance.now()))
      const fresh = Promise.withResolvers<void>()
      next = fresh.promise
      lookNow = fresh.resolve
      const reply = await readReply(id)
      if (reply !== null) return reply
      if (performance.now() >= endsAt) return { status: 'late' }
    }
  } finally {
    unsubscribe()
  }
}

function within(event: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, Math.max(0, ms))
  })
  return Promise.race([event, late]).finally(() => clearTimeout(timer))
}

/** Question and job in one statement. @returns false if too many wait */
async function insertPkiRequest(id: string, question: { kind: PkiRequestKind; target: string; body: Bytes }): Promise<boolean> {
  const { kind, target, body } = question
  const rows = await db().$queryRaw<{ added: boolean }[]>`
    WITH asked AS (
      INSERT INTO pki_request (id, kind, target, body, received_at)
      SELECT ${id}::uuid, ${kind}, ${target}, ${body}, clock_timestamp()
      WHERE (SELECT count(*) FROM (SELECT 1 FROM pki_request WHERE kind = ${kind} AND answered_at IS NULL
             AND received_at > clock_timestamp() - make_interval(secs => ${STALE_S}) LIMIT ${MAX_WAITING}) AS w) < ${MAX_WAITING}
      RETURNING id)
    SELECT ${addJobSql(job('answer-pki-request', { requestId: id }))} IS NOT NULL AS added FROM asked`
  return rows.length > 0
}

async function readReply(id: string): Promise<PkiReply | null> {
  const [row] = await db().$queryRaw<{ reply: Bytes | null; problem: string | null }[]>`
    SELECT reply, problem FROM pki_request WHERE id = ${id}::uuid AND answered_at IS NOT NULL`
  if (row === undefined) return null
  if (row.reply !== null) return { status: 'answered', reply: row.reply }
  return { status: 'refused', problem: row.problem ?? '' }
}

// ── The worker's side ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PkiRequest {
  id: string
  kind: string
  target: string
  body: Bytes
  /** The database's clock. */
  now: Date
}

/** Null: it is answered, gone, or so old that nobody waits for the reply. */
export async function readPkiRequest(_grant: Grant<'system:work'>, id: string): Promise<PkiRequest | null> {
  const rows = await db().$queryRaw<PkiRequest[]>`
    SELECT id, kind, target, body, clock_timestamp() AS now FROM pki_request
    WHERE id = ${id}::uuid AND answered_at IS NULL AND received_at > clock_timestamp() - make_interval(secs => ${STALE_S})`
  return rows[0] ?? null
}

/** The first answer stays. */
export async function storePkiReply(
  _grant: Grant<'system:work'>,
  id: string,
  answer: { reply: Bytes } | { problem: string },
): Promise<void> {
  const [reply, problem] = 'reply' in answer ? [answer.reply, null] : [null, answer.problem.slice(0, 1_000)]
  await db().$executeRaw`
    UPDATE pki_request SET answered_at = clock_timestamp(), reply = ${reply}::bytea, problem = ${problem}::text
    WHERE id = ${id}::uuid AND answered_at IS NULL`
}

/** Rows are for the moment: whoever asked has gone. */
export async function forgetOldPkiRequests(_grant: Grant<'system:work'>): Promise<void> {
  await db().$executeRaw`DELETE FROM pki_request WHERE received_at < now() - interval '2 minutes'`
}
