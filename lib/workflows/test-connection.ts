/**
 * Trying a connection because an administrator asked (job test-connection): step by step, each written down for whoever looks on.
 *
 * It may run again at any point: what was found before is found again, except that a test enrolment that was cut off may have left a
 * certificate at the CA, as any enrolment may. The messaging server's test waits for a callback, and is run again by it or by its deadline.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type ConnectionStep, HERMOD_CONNECTION, outcomeOf } from '#lib/core/connection-test.ts'
import { finishTest, readTestToRun, storeTestSteps } from '#lib/data/connection-tests.ts'
import { noteConnection } from '#lib/data/connections.ts'
import { logger } from '#lib/log.ts'
import { connections as texts } from '#lib/messages/connections.ts'
import { testHermod } from './test-hermod.ts'
import { testIssuer } from './test-issuer.ts'
import type { WorkerContext } from './worker-context.ts'

/** Hears each step as it is done. */
export type Report = (step: ConnectionStep) => Promise<void>

export async function testConnection(
  grant: Grant<'system:work'>,
  context: WorkerContext,
  job: { testId: string },
): Promise<void> {
  const test = await readTestToRun(grant, job.testId)
  if (test === null || test.finishedAt !== null) return
  if (test.connection === HERMOD_CONNECTION) {
    const steps = await testHermod(grant, context, test)
    if (steps !== null) await finish(grant, test, steps, null)
    return
  }
  const steps: ConnectionStep[] = []
  const report: Report = async (step) => {
    steps.push(step)
    await storeTestSteps(grant, test.id, steps)
  }
  let certificate: Bytes | null = null
  try {
    certificate = await testIssuer(grant, context, test, report)
  } catch (error) {
    logger('connections').error({ err: error, testId: test.id }, 'a connection could not be tested')
    steps.push({ name: steps.at(-1)?.name ?? 'settings', outcome: 'failed', detail: texts.test.defect })
  }
  await finish(grant, test, steps, certificate)
}

async function finish(
  grant: Grant<'system:work'>,
  test: { id: string; connection: string },
  steps: readonly ConnectionStep[],
  certificate: Bytes | null,
): Promise<void> {
  await finishTest(grant, test.id, steps, certificate)
  const failed = steps.find((step) => step.outcome === 'failed')
  await noteConnection(grant, test.connection, {
    ok: outcomeOf(steps) !== 'failed',
    detail: failed?.detail ?? '',
    unreachable: failed?.name === 'reach',
  })
}
