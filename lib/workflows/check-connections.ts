/**
 * Job check-connections, every minute: is what has been quiet still there? So that readiness is known before somebody is asked to scan, also in a
 * portal where nobody has enrolled since yesterday.
 *
 * As little as says something: the messaging server is only connected to, a CA is asked for its certificates; neither is asked to do
 * anything. Whatever answers is there. Real work says more, and is what counts where it said that a key or a certificate is wrong.
 * While something is broken, it is looked at again sooner.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { listQuietConnections, noteConnection, noteReached } from '#lib/data/connections.ts'
import { readIssuer } from '#lib/data/issuers.ts'
import { addJob } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { findReachProblem } from '#lib/external/reach.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { fetchRemoteCa } from '#lib/issuer/remote.ts'
import { connections as texts } from '#lib/messages/connections.ts'
import type { WorkerContext } from './worker-context.ts'

const QUIET_S = 50
const AGAIN_S = 15

export async function checkConnections(grant: Grant<'system:work'>, context: WorkerContext): Promise<void> {
  const quiet = await listQuietConnections(grant, QUIET_S)
  const problems = await Promise.all(
    quiet.map(async (id) => {
      const problem = id === HERMOD_CONNECTION ? await findHermodProblem(context) : await findIssuerProblem(grant, context, id)
      if (problem === null) await noteReached(grant, id)
      else await noteConnection(grant, id, { ok: false, ...problem })
      return problem
    }),
  )
  if (problems.some((problem) => problem !== null))
    await inTransaction(grant, (tx) => addJob(tx, 'check-connections', {}, AGAIN_S))
}

type Problem = { detail: string; unreachable: boolean } | null

async function findHermodProblem({ hermod }: WorkerContext): Promise<Problem> {
  const problem = await findReachProblem(hermod.url, hermod.ca)
  return problem === null ? null : { detail: texts.test.hermodSilent(problem), unreachable: true }
}

async function findIssuerProblem(grant: Grant<'system:work'>, context: WorkerContext, id: string): Promise<Problem> {
  const stored = await readIssuer(grant, { id })
  if (stored === null || !isRemoteKind(stored.kind)) return null
  try {
    const fetched = await fetchRemoteCa({ ...stored, kind: stored.kind }, context.caKeyPassphrase)
    return fetched.ok ? null : { detail: fetched.detail, unreachable: true }
  } catch (error) {
    if (error instanceof IssuerError) return { detail: error.message, unreachable: false }
    throw error
  }
}
