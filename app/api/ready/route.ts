/** Ready for work: the database answers, its migrations are this version's, and a worker has been seen lately. 503 says what is missing. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readReadiness } from '#lib/data/operation.ts'

let expected: string[] | undefined

/** The migrations this version brings: the folders of prisma/migrations. */
function expectedMigrations(): string[] {
  expected ??= readdirSync(join(process.cwd(), 'prisma/migrations'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  return expected
}

async function findMissing(): Promise<string[]> {
  try {
    const { appliedMigrations, worker } = await readReadiness()
    const migrated = expectedMigrations().every((name) => appliedMigrations.includes(name))
    return [...(migrated ? [] : ['migrations']), ...(worker ? [] : ['worker'])]
  } catch {
    return ['database']
  }
}

export async function GET(): Promise<Response> {
  const missing = await findMissing()
  const body = missing.length === 0 ? { status: 'ready' } : { status: 'not_ready', missing }
  return new Response(JSON.stringify(body), {
    status: missing.length === 0 ? 200 : 503,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(missing.length > 0 ? { 'retry-after': '2' } : {}),
    },
  })
}
