import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Flow, spawnWorker, startFlow, type WorkerProcess } from './flow-fixtures.ts'

let flow: Flow
let folder: string
const children: ChildProcess[] = []
beforeAll(async () => {
  flow = await startFlow()
  folder = mkdtempSync(join(tmpdir(), 'certdesk-worker-test-'))
})
afterEach(async () => {
  flow.hermod.odd.length = 0
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await flow.owner.query('DELETE FROM process')
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(async () => {
  await flow?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function startWorker(env: Record<string, string> = {}): WorkerProcess {
  const worker = spawnWorker(flow, folder, env)
  children.push(worker.child)
  return worker
}

const count = async (sql: string, ...values: unknown[]) =>
  Number((await flow.owner.query(`SELECT count(*) AS n FROM ${sql}`, values)).rows[0].n)
const alive = () => expect.poll(() => count('process WHERE cardinality(worker_ids) > 0'), { timeout: 15_000 })
const stateOf = (id: string) => expect.poll(async () => (await flow.look(id)).state, { timeout: 15_000 })

describe('the worker process', () => {
  it('does the work, says that it lives, and on SIGTERM finishes what it has begun before it goes', async () => {
    const worker = startWorker()
    await alive().toBe(1)
    const first = await flow.start()
    await stateOf(first.id).toBe('offered')
    await expect.poll(async () => (await flow.owner.query('SELECT health FROM process')).rows[0]?.health.hermod?.ok).toBe(true)

    let release = () => {}
    flow.hermod.odd.push((_request, response, command) => {
      release = () => flow.hermod.answer(command, response)
    })
    const { id, userid } = await flow.start()
    await expect.poll(() => flow.hermod.commands.some((c) => c.body.provCommand?.userid === userid)).toBe(true)
    worker.child.kill('SIGTERM')
    const third = await flow.start()
    release()
    expect(await worker.ended, worker.output.join('')).toBe(0)
    expect((await flow.look(id)).state).toBe('offered')
    expect((await flow.look(third.id)).state).toBe('requesting')
    expect(await count('process')).toBe(0)
    await flow.runJobs()
  })

  it('K2: killed while Hermod is thinking, is replaced: the next worker frees its job and asks anew', async () => {
    const killed = startWorker()
    await alive().toBe(1)
    flow.hermod.odd.push(() => undefined)
    const { id, userid } = await flow.start()
    const asked = () => flow.hermod.commands.filter((c) => c.body.provCommand?.userid === userid).length
    await expect.poll(asked).toBe(1)
    killed.child.kill('SIGKILL')
    await killed.ended
    // Sixteen seconds later:
    await flow.owner.query(`UPDATE process SET seen_at = seen_at - interval '16 seconds'`)
    await flow.owner.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = locked_at - interval '16 seconds' WHERE locked_at IS NOT NULL`,
    )
    startWorker()
    await stateOf(id).toBe('offered')
    expect(asked()).toBe(2)
  })

  it.each([
    ['the wrong passphrase for the CA’s keys', { CA_KEY_PASSPHRASE: 'not the right one' }, /CA_KEY_PASSPHRASE/],
    ['no Hermod', { HERMOD_CLIENT_ID: '' }, /HERMOD_CLIENT_ID/],
  ])('with %s ends at once with one sentence', async (_name, env, sentence) => {
    const { ended, output } = startWorker(env)
    expect(await ended).toBe(1)
    const text = output.join('').trim()
    expect(text).toMatch(sentence)
    expect(text.split('\n')).toHaveLength(1)
    expect(await count('process')).toBe(0)
  })
})
