/**
 * Trying the messaging server: is it there, does it take our API key, and does its callback come back.
 *
 * A real provision command for nobody, with a life of a few seconds: Hermod must take it, and must call back when its time is over, with the
 * password that was agreed. Nobody sees the offer; an answer to it would be an orphan. The callback is recognised by its externalId
 * (process-callback.ts), marked in the test's row, and runs this job again; the deadline does too.
 */
import { createPublicKey, randomBytes } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import type { ConnectionStep } from '#lib/core/connection-test.ts'
import { KEY_TYPES } from '#lib/core/enrollment/profile.ts'
import { buildProvisionCommand } from '#lib/core/hermod/messages.ts'
import { encodeCsr } from '#lib/core/x509/csr.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { beginHermodTest, type TestToRun, waitForTestCallback } from '#lib/data/connection-tests.ts'
import { sendCommand } from '#lib/external/hermod.ts'
import { connections as texts } from '#lib/messages/connections.ts'
import type { WorkerContext } from './worker-context.ts'

const words = texts.test
/** Shorter than anybody could scan. */
const TIMEOUT_S = 3
/** Hermod looks for expired commands every so often; how often is not documented. */
const CALLBACK_GRACE_S = 30

/** @returns all steps; null while the callback is waited for */
export async function testHermod(
  grant: Grant<'system:work'>,
  context: WorkerContext,
  test: TestToRun,
): Promise<ConnectionStep[] | null> {
  if (test.externalId === null) return send(grant, context, test)
  const waitedS = (test.now.getTime() - (test.startedAt ?? test.now).getTime()) / 1000
  if (test.calledBackAt !== null) return [...test.steps, { name: 'callback', outcome: 'ok', detail: words.calledBack }]
  if (waitedS < TIMEOUT_S + CALLBACK_GRACE_S) {
    await waitForTestCallback(grant, test.id, TIMEOUT_S + CALLBACK_GRACE_S - waitedS + 0.5)
    return null
  }
  // The row of an earlier run that was killed between marking and sending ends here, too.
  if (test.steps.length === 0) return [{ name: 'reach', outcome: 'failed', detail: words.interrupted }]
  const detail = words.noCallback(TIMEOUT_S + CALLBACK_GRACE_S, `${context.publicUrl}/hermod`)
  return [...test.steps, { name: 'callback', outcome: 'failed', detail }]
}

async function send(grant: Grant<'system:work'>, context: WorkerContext, test: TestToRun): Promise<ConnectionStep[] | null> {
  const externalId = `connection-test:${test.id}`
  // Marked before it is sent: the callback may be faster than the reply.
  await beginHermodTest(grant, test.id, externalId)
  const outcome = await sendCommand(context.hermod, 'provision', await makeCommand(context, externalId))
  if (outcome.status === 'ok') {
    const steps: ConnectionStep[] = [
      { name: 'reach', outcome: 'ok', detail: words.hermodReached(outcome.ms) },
      { name: 'key', outcome: 'ok', detail: words.keyAccepted },
    ]
    await waitForTestCallback(grant, test.id, TIMEOUT_S + CALLBACK_GRACE_S + 0.5, steps)
    return null
  }
  const answered = outcome.httpStatus !== null
  const steps: ConnectionStep[] = [
    {
      name: 'reach',
      outcome: answered ? 'ok' : 'failed',
      detail: answered ? words.hermodReached(outcome.ms) : words.hermodSilent(outcome.detail),
    },
  ]
  if (answered)
    steps.push({
      name: 'key',
      outcome: 'failed',
      detail: outcome.code === 'hermod_auth' ? words.keyRefused(outcome.detail) : words.hermodRefused(outcome.detail),
    })
  return [...steps, { name: 'callback', outcome: 'skipped', detail: words.nothingToCallBack }]
}

async function makeCommand(context: WorkerContext, externalId: string): Promise<string> {
  const privateKey = await context.dummyKeys.take('RSA-2048')
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const subject = encodeName([{ type: 'CN', value: 'Connection test - not a person' }])
  return JSON.stringify(
    buildProvisionCommand({
      externalId,
      timeoutS: TIMEOUT_S,
      nonce: randomBytes(16).toString('hex'),
      userid: 'certdesk-connection-test',
      attestationKeySet: 'ATTESTATION',
      servername: 'Certdesk',
      profileName: 'Connection test',
      keys: [{ keyid: 'test', usage: 'SIG', kinds: [KEY_TYPES['RSA-2048']], dummyCsr: encodeCsr(subject, spki, privateKey) }],
    }),
  )
}
