/**
 * A light brake on a source that keeps failing: after `max` failures within the window the next ones are answered at once, without
 * looking. Kept in this process only and for a bounded number of sources; it saves work and log lines, it is not what keeps anybody out.
 */
export interface FailureThrottle {
  /** True if this source has failed too often lately. */
  isTired(source: string, nowMs: number): boolean
  /** @returns true if this was the failure that used up the allowance: worth one log line. */
  failed(source: string, nowMs: number): boolean
}

const MAX_SOURCES = 10_000

export function failureThrottle({ max, windowMs }: { max: number; windowMs: number }): FailureThrottle {
  const failures = new Map<string, { count: number; sinceMs: number }>()
  const live = (source: string, nowMs: number) => {
    const entry = failures.get(source)
    if (entry && nowMs - entry.sinceMs < windowMs) return entry
    if (entry) failures.delete(source)
    return null
  }
  return {
    isTired: (source, nowMs) => (live(source, nowMs)?.count ?? 0) >= max,
    failed(source, nowMs) {
      const entry = live(source, nowMs)
      if (entry) {
        entry.count += 1
        return entry.count === max
      }
      if (failures.size >= MAX_SOURCES) failures.clear()
      failures.set(source, { count: 1, sinceMs: nowMs })
      return max === 1
    },
  }
}
