/** The judge of mutations is itself judged: what a defect of the product would look like must be found, each kind by its own words. */
import { describe, expect, it } from 'vitest'
import type { CheckedAnswer } from '#lib/core/enrollment/checks/index.ts'
import { EXCHANGES } from './answers.ts'
import { attemptMutant } from './attempt.ts'
import { type AnyTarget, type Mutant, refused, same, target, varies, wrong } from './target.ts'
import answer from './targets/answer.ts'

const mutant: Mutant = { bytes: Buffer.from('{}'), original: 'made up', signedBy: null, how: 'nothing' }
const product = (over: Partial<Parameters<typeof target<string>>[0]>): AnyTarget =>
  target<string>({
    name: 'made up',
    what: 'a product with one defect',
    share: 1,
    mutate: () => mutant,
    read: () => 'read',
    judge: () => same,
    ...over,
  })

/** Of this thread's own time, on however busy a machine. */
function busyFor(ms: number): string {
  const before = process.threadCpuUsage()
  for (;;) {
    const { user, system } = process.threadCpuUsage(before)
    if (user + system >= 1000 * ms) return 'read'
  }
}

describe('a product that is wrong is found', () => {
  it('throws', async () => {
    const thrower = product({
      read: () => {
        throw new TypeError('no such property')
      },
    })
    expect(await attemptMutant(thrower, mutant)).toMatchObject({
      outcome: 'PROBLEM',
      problem: expect.stringContaining('threw TypeError: no such property'),
    })
  })

  it('takes more than 50 ms, every time', async () => {
    expect(await attemptMutant(product({ read: () => busyFor(60) }), mutant)).toMatchObject({
      outcome: 'PROBLEM',
      problem: expect.stringMatching(/^took \d+ ms every time$/),
    })
  })

  it('is not called slow for a pause that does not come again', async () => {
    let reads = 0
    const once = product({ read: () => (reads++ === 0 ? busyFor(60) : 'read') })
    expect(await attemptMutant(once, mutant)).toMatchObject({ outcome: 'accepted: the same', problem: null })
    expect(reads).toBeGreaterThan(1)
  })

  it('accepts what means something else', async () => {
    expect(await attemptMutant(product({ judge: () => wrong('another person') }), mutant)).toMatchObject({
      outcome: 'PROBLEM',
      problem: 'another person',
    })
  })

  it('accepts what another reader reads differently, or what makes that reader throw', async () => {
    const read = product({ judge: () => varies('signed again'), agree: async () => 'subject: we read a, the other b' })
    expect(await attemptMutant(read, mutant)).toMatchObject({
      outcome: 'PROBLEM',
      problem: expect.stringContaining('the other b'),
    })
    const broken = product({ judge: () => varies('signed again'), agree: () => Promise.reject(new Error('stack')) })
    expect(await attemptMutant(broken, mutant)).toMatchObject({ problem: expect.stringContaining('another reader threw') })
  })

  it('refuses without a problem', async () => {
    expect(await attemptMutant(product({ judge: () => refused('der') }), mutant)).toMatchObject({
      outcome: 'refused: der',
      problem: null,
    })
  })
})

describe('the judge of whole answers', () => {
  const [exchange] = EXCHANGES.filter(({ name }) => name === 'two EC keys')
  if (exchange === undefined) throw new Error('there is no such answer')
  const good: Mutant = { ...mutant, original: exchange.name, bytes: Buffer.from(exchange.input.body) }
  const reading = answer.read(good) as CheckedAnswer
  const [firstKey] = reading.read.keys
  if (firstKey === undefined) throw new Error('the good answer has no key')
  const withRead = (change: Partial<CheckedAnswer['read']>): CheckedAnswer => ({
    ...reading,
    read: { ...reading.read, ...change },
  })

  it('takes the good answer for the same', () => {
    expect(answer.judge(good, reading)).toEqual(same)
  })

  it.each<[string, CheckedAnswer]>([
    ['person', withRead({ userid: 'mallory' })],
    ['server', withRead({ servername: 'another' })],
    ['profile', withRead({ profileName: 'another' })],
    ['attestation key', withRead({ attestationThumbprint: 'another' })],
    ['key', withRead({ keys: [{ ...firstKey, spki: Buffer.from('00', 'hex') }, ...reading.read.keys.slice(1)] })],
    ['subject', withRead({ keys: [{ ...firstKey, csrSubjectDer: Buffer.from('3000', 'hex') }, ...reading.read.keys.slice(1)] })],
    ['number of keys', withRead({ keys: [] })],
    ['device that nobody signed', withRead({ device: { name: 'x', model: 'y', operatingsystem: 'z' } })],
  ])('finds an accepted answer for another %s', (_what, changed) => {
    expect(answer.judge(good, changed).problem).toMatch(/^accepted /)
  })

  it('finds a refusal without a code, and a text that no database stores', () => {
    expect(answer.judge(good, { ...reading, verdict: 'failed' }).problem).toMatch(/^refused with code null/)
    expect(answer.judge(good, withRead({ userid: 'a\0b' })).problem).toMatch(/cannot be stored/)
  })
})
