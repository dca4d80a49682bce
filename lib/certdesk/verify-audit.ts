/**
 * `certdesk verify-audit`: walks the audit chain from its first entry to its last. Every hash is computed anew, here and not in the
 * database, from the entry's columns and the hash before; numbers must follow one another; the last entry must be the one that the
 * database remembers as its last, so that removing the newest entries shows too. Ends with 1 at the first break.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { type AuditRow, auditText } from '#lib/core/audit-text.ts'
import { databaseUrl } from '#lib/db.ts'
import { UsageError } from './usage.ts'

export interface ChainedRow extends AuditRow {
  prev_hash: Buffer
  hash: Buffer
}

export interface ChainState {
  seq: bigint
  hash: Buffer
}

export const CHAIN_START: ChainState = { seq: 0n, hash: Buffer.alloc(32) }

/** The next link, or a sentence about what is wrong with it. */
export function checkLink(before: ChainState, row: ChainedRow): ChainState | string {
  const seq = BigInt(row.seq)
  if (seq !== before.seq + 1n) return `Entry ${before.seq + 1n} is missing; entry ${seq} follows ${before.seq}.`
  if (!row.prev_hash.equals(before.hash)) return `Entry ${seq} (${row.at}) does not follow the entry before it.`
  const hash = createHash('sha256').update(before.hash).update(auditText(row)).digest()
  if (!row.hash.equals(hash)) return `Entry ${seq} (${row.at}, ${row.action}) was changed after it was written.`
  return { seq, hash }
}

export interface AuditVerdict {
  entries: bigint
  lastHash: string
  /** Null when the chain is whole. */
  broken: string | null
}

const PAGE = 2_000
const SQL = `SELECT seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, actor_kind, actor_id, actor_name, action,
  object_kind, object_id, enrollment_id::text, detail::text, prev_hash, hash FROM audit_entry WHERE seq > $1 ORDER BY audit_entry.seq LIMIT ${PAGE}`

/** Reads in one snapshot, so that entries written meanwhile are neither missed nor counted. */
export async function verifyAudit(url: string): Promise<AuditVerdict> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    let state = CHAIN_START
    // An entry numbered 0 or less would be outside the walk.
    const { rows: strays } = await client.query<{ seq: string }>('SELECT seq::text FROM audit_entry WHERE seq < 1 LIMIT 1')
    if (strays[0]) return verdict(state, `Entry ${strays[0].seq} does not belong to the chain.`)
    for (;;) {
      const { rows } = await client.query<ChainedRow>(SQL, [state.seq.toString()])
      for (const row of rows) {
        const next = checkLink(state, row)
        if (typeof next === 'string') return verdict(state, next)
        state = next
      }
      if (rows.length < PAGE) break
    }
    const { rows: heads } = await client.query<{ seq: string; hash: Buffer }>('SELECT seq::text, hash FROM audit_head')
    const head = heads[0]
    if (!head) return verdict(state, 'The record of the last entry is missing.')
    if (BigInt(head.seq) !== state.seq) return verdict(state, `Entries ${state.seq + 1n} to ${head.seq} are missing.`)
    return verdict(state, head.hash.equals(state.hash) ? null : `Entry ${state.seq} is not the one that was written last.`)
  } finally {
    await client.end()
  }
}

const verdict = (state: ChainState, broken: string | null): AuditVerdict => ({
  entries: state.seq,
  lastHash: state.hash.toString('hex'),
  broken,
})

export async function verifyAuditCommand(args: string[]): Promise<void> {
  if (args.length > 0) throw new UsageError('certdesk verify-audit')
  const { entries, lastHash, broken } = await verifyAudit(databaseUrl())
  if (broken === null) return console.log(`The audit chain is whole: ${entries} entries, last hash ${lastHash}.`)
  console.error(`${broken} The ${entries} entries before are as they were written.`)
  process.exitCode = 1
}
