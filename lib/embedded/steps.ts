/**
 * Progress on the terminal: a step that takes over a second is named, with its seconds counting on a terminal, and once more when it is
 * done. Quick steps say nothing. Several steps may run at once.
 */
const running = new Map<string, number>()
const interactive = process.stdout.isTTY === true
let timer: NodeJS.Timeout | undefined
let drawn = 0

const seconds = (since: number): string => `${Math.round((performance.now() - since) / 1000)} s`

/** Removes the counting line, so that something else can be printed. */
export function clearProgress(): void {
  if (drawn > 0) process.stdout.write(`\r${' '.repeat(drawn)}\r`)
  drawn = 0
}

function draw(): void {
  const slow = [...running].filter(([, since]) => performance.now() - since > 1000)
  if (slow.length === 0) return
  const line = slow.map(([title, since]) => `${title}… ${seconds(since)}`).join(' · ')
  clearProgress()
  process.stdout.write(line)
  drawn = line.length
}

/** Runs one step. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now()
  running.set(title, since)
  if (interactive) timer ??= setInterval(draw, 500)
  const announce = setTimeout(() => {
    if (!interactive) console.log(`${title}…`)
  }, 1000)
  try {
    const result = await work()
    if (performance.now() - since > 1000) {
      clearProgress()
      console.log(`${title}: ${seconds(since)}`)
    }
    return result
  } finally {
    clearTimeout(announce)
    running.delete(title)
    if (running.size === 0) {
      clearInterval(timer)
      timer = undefined
      clearProgress()
    }
  }
}
