import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { type Flow, startFlow } from '#lib/jobs/flow-fixtures.ts'
import { checkConnections } from './check-connections.ts'
import { admin } from './est-fixtures.ts'
import { requestConnectionTest } from './request-connection-test.ts'

let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterAll(() => flow?.stop())

async function test() {
  await flow.speakAs('web')
  const { testId } = await requestConnectionTest(admin, { connection: 'hermod' })
  await flow.speakAs('worker')
  await flow.runJobs()
  return testId
}
async function look(testId: string) {
  const { rows } = await flow.owner.query('SELECT outcome, steps FROM connection_test WHERE id = $1', [testId])
  return {
    outcome: rows[0].outcome,
    steps: rows[0].steps.map((step: { name: string; outcome: string }) => `${step.name} ${step.outcome}`),
  }
}
const state = async () =>
  (
    await flow.owner.query(
      `SELECT coalesce(last_error_at > coalesce(last_success_at, '-infinity'), false) AS failed, last_error FROM connection WHERE id = 'hermod'`,
    )
  ).rows[0]

it('passes when the command is taken and its time-out comes back, and the callback is nobody’s orphan', async () => {
  const testId = await test()
  expect(await look(testId)).toEqual({ outcome: null, steps: ['reach ok', 'key ok'] })
  const command = flow.hermod.commands.at(-1)
  if (!command) throw new Error('no command was given')
  expect(command.body.commandHeader).toMatchObject({ timeout: 3, lifespan: 3 })
  const { commandId } = command
  const { externalId } = command.body.commandHeader
  await flow.speakAs('web')
  await flow.callBack(
    JSON.stringify({ commandId, externalId, commandType: 'PROV', state: 'TIMEOUT', fqdn: '127.0.0.1', destinations: [] }),
  )
  await flow.speakAs('worker')
  await flow.runJobs()
  expect(await look(testId)).toEqual({ outcome: 'passed', steps: ['reach ok', 'key ok', 'callback ok'] })
  const { rows } = await flow.owner.query(`SELECT state FROM callback WHERE outcome LIKE '%test of the connection%'`)
  expect(rows).toEqual([{ state: 'ignored' }])
  expect(await state()).toMatchObject({ failed: false })
})

it('fails in words when no callback comes', async () => {
  const testId = await test()
  await flow.owner.query(`UPDATE connection_test SET started_at = now() - interval '2 minutes' WHERE id = $1`, [testId])
  await flow.owner.query(`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key = $1`, [`test:${testId}`])
  await flow.runJobs()
  expect(await look(testId)).toEqual({ outcome: 'failed', steps: ['reach ok', 'key ok', 'callback failed'] })
  expect((await state()).last_error).toMatch(/No callback came.*hermod\/callback/)
})

it('tells a refused key from silence', async () => {
  flow.hermod.odd.push((_request, response) => response.writeHead(401).end())
  expect(await look(await test())).toEqual({ outcome: 'failed', steps: ['reach ok', 'key failed', 'callback skipped'] })
  expect((await state()).last_error).toMatch(/does not accept the client id or the API key/)
  // That it answers does not mend that.
  await checkConnections(systemGrant(), flow.context)
  expect(await state()).toMatchObject({ failed: true })
})

it('one that answers again is no longer missed', async () => {
  const silent = { ...flow.context, hermod: { ...flow.context.hermod, url: 'http://127.0.0.1:1/hermod' } }
  await flow.owner.query('DELETE FROM connection')
  await flow.speakAs('worker')
  await checkConnections(systemGrant(), silent)
  expect(await state()).toMatchObject({ failed: true, last_error: expect.stringMatching(/does not answer/) })
  await checkConnections(systemGrant(), flow.context)
  expect(await state()).toMatchObject({ failed: false })
})
