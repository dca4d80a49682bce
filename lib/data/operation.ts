/**
 * How the portal is doing, by numbers: is it ready, and what do the metrics say. Cheap enough to be asked every few seconds.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { db } from '#lib/db.ts'
import { DEAD_AFTER_S } from './processes.ts'

export interface Readiness {
  /** Names as in _prisma_migrations: those that are applied and whole. */
  appliedMigrations: string[]
  /** A worker has been seen within 15 s. */
  worker: boolean
}

/** Needs no grant: it says nothing about anybody. @throws when the database cannot be asked */
export async function readReadiness(): Promise<Readiness> {
  const [applied, workers] = await Promise.all([
    db().$queryRaw<{ name: string }[]>`
      SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    db().$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM process WHERE kind = 'worker' AND seen_at > clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S})`,
  ])
  return { appliedMigrations: applied.map((row) => row.name), worker: (workers[0]?.n ?? 0) > 0 }
}

export interface OperationNumbers {
  enrollments: { state: string; n: number }[]
  callbacks: { state: string; n: number }[]
  certificates: { status: string; n: number }[]
  processes: { kind: string; n: number }[]
  /** What the workers last said of themselves; see lib/jobs. */
  workerHealth: Record<string, unknown>[]
}

export async function readNumbers(_grant: Grant<'operation:read'>): Promise<OperationNumbers> {
  const [enrollments, callbacks, certificates, processes] = await Promise.all([
    db().$queryRaw<
      { state: string; n: number }[]
    >`SELECT state::text AS state, count(*)::int AS n FROM enrollment GROUP BY 1 ORDER BY 1`,
    db().$queryRaw<
      { state: string; n: number }[]
    >`SELECT state::text AS state, count(*)::int AS n FROM callback GROUP BY 1 ORDER BY 1`,
    db().$queryRaw<
      { status: string; n: number }[]
    >`SELECT status::text AS status, count(*)::int AS n FROM certificate GROUP BY 1 ORDER BY 1`,
    db().$queryRaw<{ kind: string; health: Record<string, unknown> }[]>`
      SELECT kind, health FROM process WHERE seen_at > clock_timestamp() - make_interval(secs => ${DEAD_AFTER_S})`,
  ])
  const kinds = ['web', 'worker'].map((kind) => ({ kind, n: processes.filter((process) => process.kind === kind).length }))
  const workerHealth = processes.filter((process) => process.kind === 'worker').map((process) => process.health)
  return { enrollments, callbacks, certificates, processes: kinds, workerHealth }
}
