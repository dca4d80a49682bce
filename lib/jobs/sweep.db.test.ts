import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { beat } from '#lib/data/processes.ts'
import { sweep } from '#lib/workflows/sweep.ts'
import { type Flow, startFlow } from './flow-fixtures.ts'

const grant = systemGrant()
let flow: Flow
beforeAll(async () => {
  flow = await startFlow()
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

const lockOf = async (key: string) =>
  (await flow.owner.query('SELECT locked_by FROM graphile_worker._private_jobs WHERE key = $1', [key])).rows[0]?.locked_by
const lock = (key: string, by: string, age: string) =>
  flow.owner.query(
    `UPDATE graphile_worker._private_jobs SET locked_by = $2, locked_at = now() - $3::interval, attempts = attempts + 1 WHERE key = $1`,
    [key, by, age],
  )

it('frees the locks of a process that has not been seen for 15 s, and of one nobody ever saw, and of no other', async () => {
  const keys: string[] = []
  for (let n = 0; n < 4; n++) keys.push(`provision:${(await flow.start()).id}`)
  const [dead, living, unknown, fresh] = keys
  const deadId = randomUUID()
  await beat(grant, { id: deadId, kind: 'worker', host: 'dead', workerIds: ['pool-dead'], health: {} })
  await flow.owner.query(`UPDATE process SET seen_at = now() - interval '16 seconds' WHERE id = $1`, [deadId])
  await beat(grant, { id: randomUUID(), kind: 'worker', host: 'living', workerIds: ['pool-living'], health: {} })
  await lock(String(dead), 'pool-dead', '20 seconds')
  await lock(String(living), 'pool-living', '1 hour')
  await lock(String(unknown), 'pool-unknown', '20 seconds')
  await lock(String(fresh), 'pool-just-started', '1 second')
  await flow.speakAs('worker')
  expect((await sweep(grant)).deadProcesses).toBe(2)
  await flow.speakAs('owner')
  expect(await lockOf(String(dead))).toBeNull()
  expect(await lockOf(String(unknown))).toBeNull()
  expect(await lockOf(String(living))).toBe('pool-living')
  expect(await lockOf(String(fresh))).toBe('pool-just-started')
  expect(await flow.owner.query('SELECT 1 FROM process WHERE id = $1', [deadId])).toMatchObject({ rowCount: 0 })
  await flow.owner.query('UPDATE graphile_worker._private_jobs SET locked_by = NULL, locked_at = NULL')
  await flow.runJobs()
})

it('R5: gives its job back to whatever waits for us and has none, in every state, and to nothing else', async () => {
  const lose = () => flow.owner.query(`DELETE FROM graphile_worker._private_jobs`)
  const age = (id: string) =>
    flow.owner.query(`UPDATE enrollment SET state_changed_at = now() - interval '1 minute' WHERE id = $1`, [id])
  const { id, userid } = await flow.start()
  const found = async () => {
    await age(id)
    await flow.owner.query(`UPDATE callback SET processed_at = now()`)
    return ours()
  }
  // Other enrolments of this file lose their jobs too, and get them back.
  const ours = async () => {
    const commandId = (await flow.look(id)).current_command_id
    return (await sweep(grant)).jobs.filter(
      (key) => key.endsWith(id) || key.endsWith(String(commandId)) || key.startsWith('callback:'),
    )
  }
  await lose()
  expect(await ours()).toEqual([])
  expect(await found()).toEqual([`provision:${id}`])
  expect(await found()).toEqual([])
  await flow.runJobs()
  const commandId = (await flow.look(id)).current_command_id
  await lose()
  expect(await found()).toEqual([`expire:${commandId}`])

  const { id: callbackId } = await flow.callBack(flow.answerTo(flow.commandFor(userid, 'provision')))
  await lose()
  await flow.owner.query('ALTER TABLE callback DISABLE TRIGGER callback_kept')
  await flow.owner.query(`UPDATE callback SET received_at = received_at - interval '11 seconds' WHERE id = $1`, [callbackId])
  await flow.owner.query('ALTER TABLE callback ENABLE TRIGGER callback_kept')
  expect(await found()).toEqual(expect.arrayContaining([`callback:${callbackId}`]))
  await flow.runJobs()
  expect((await flow.look(id)).state).toBe('delivering')
  await lose()
  expect(await found()).toEqual([`expire:${(await flow.look(id)).current_command_id}`])
})

it('a job that failed for good is tried again after five minutes', async () => {
  const { id } = await flow.start()
  const key = `provision:${id}`
  await flow.owner.query(`UPDATE enrollment SET state_changed_at = now() - interval '1 hour' WHERE id = $1`, [id])
  await flow.owner.query(`UPDATE graphile_worker._private_jobs SET attempts = max_attempts, updated_at = now() WHERE key = $1`, [
    key,
  ])
  expect((await sweep(grant)).jobs).not.toContain(key)
  await flow.owner.query(`UPDATE graphile_worker._private_jobs SET updated_at = now() - interval '6 minutes' WHERE key = $1`, [
    key,
  ])
  expect((await sweep(grant)).jobs).toContain(key)
  await flow.runJobs()
  expect((await flow.look(id)).state).toBe('offered')
})
