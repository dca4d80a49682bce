/**
 * Group commit: what is wanted while the same kind of work is under way waits for its end and is then done together, in one statement.
 *
 * A commit costs a flush to the disk, and the audit chain's lock is held over it, so commits of one row each follow one another however many
 * wait. Nobody waits for a group to fill: what comes to an idle process goes at once, alone; only what would have to wait anyway is gathered.
 */

interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (outcome: O | PromiseLike<O>) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param limit at most so many items in one call of `work`
 * @param work gives each item's outcome in the items' order; an outcome that is a promise is not waited for before the next group starts.
 *   What it throws is thrown to everybody in the group
 */
export function grouped<I, O>(
  limit: number,
  work: (items: readonly I[]) => Promise<readonly (O | PromiseLike<O>)[]>,
): (item: I) => Promise<O> {
  const queue: Waiting<I, O>[] = []
  let busy = false

  async function workOff(): Promise<void> {
    busy = true
    // What else becomes ready in this turn of the event loop belongs to the first group.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const group = queue.splice(0, limit)
      try {
        const outcomes = await work(group.map(({ item }) => item))
        for (const [n, { resolve }] of group.entries()) resolve(outcomes[n] as O | PromiseLike<O>)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    busy = false
  }

  return (item) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, resolve, reject })
      if (!busy) void workOff()
    })
}
