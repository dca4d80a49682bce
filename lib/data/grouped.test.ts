import { expect, it } from 'vitest'
import { grouped } from './grouped.ts'

/** Work that ends when it is told to, and remembers what it was given. */
function heldWork(limit: number, outcomeOf: (item: string) => string | Promise<string> = (item) => item.toUpperCase()) {
  const groups: string[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const run = grouped(limit, async (items: readonly string[]) => {
    groups.push([...items])
    const end = Promise.withResolvers<void>()
    ends.push(end)
    await end.promise
    return items.map(outcomeOf)
  })
  const turn = () => new Promise<void>((next) => setImmediate(() => setImmediate(next)))
  return { run, groups, end: (n: number) => ends[n], turn }
}

it('what comes to an idle process goes at once; what comes during it goes together next, up to the limit', async () => {
  const { run, groups, end, turn } = heldWork(3)
  const outcomes = [run('a')]
  await turn()
  expect(groups).toEqual([['a']])
  outcomes.push(...['b', 'c', 'd', 'e'].map(run))
  await turn()
  expect(groups).toHaveLength(1)
  for (const n of [0, 1, 2]) {
    end(n)?.resolve()
    await turn()
  }
  expect(groups).toEqual([['a'], ['b', 'c', 'd'], ['e']])
  expect(await Promise.all(outcomes)).toEqual(['A', 'B', 'C', 'D', 'E'])
  // And from the beginning again.
  outcomes.push(run('f'))
  await turn()
  expect(groups.at(-1)).toEqual(['f'])
})

it('what it throws is thrown to everybody in the group, and to nobody else', async () => {
  const { run, end, turn } = heldWork(2)
  const outcomes = ['a', 'b', 'c'].map(run)
  await turn()
  end(0)?.reject(new Error('connection lost'))
  await expect(outcomes[0]).rejects.toThrow('connection lost')
  await expect(outcomes[1]).rejects.toThrow('connection lost')
  await turn()
  end(1)?.resolve()
  expect(await outcomes[2]).toBe('C')
})

it('an outcome that takes longer holds up nobody', async () => {
  const slow = Promise.withResolvers<string>()
  const { run, end, turn } = heldWork(2, (item) => (item === 'a' ? slow.promise : item.toUpperCase()))
  const outcomes = ['a', 'b', 'c'].map(run)
  await turn()
  end(0)?.resolve()
  expect(await outcomes[1]).toBe('B')
  await turn()
  end(1)?.resolve()
  expect(await outcomes[2]).toBe('C')
  slow.resolve('later')
  expect(await outcomes[0]).toBe('later')
})
