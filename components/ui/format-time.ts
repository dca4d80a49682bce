/**
 * Times as people read them. Relative in the cell ("3 min ago"), absolute with zone on hover. Pure: now and zone are arguments.
 * Pages show UTC until the browser has said its zone; the word "UTC" stands there, so neither is ever wrong.
 */
const LOCALE = 'en-GB'
/** Name, length, and from how many seconds on it is used: 59½ minutes are an hour, but "yesterday" is 24 hours at least. */
const UNITS = [
  ['year', 31_557_600, 31_557_600],
  ['month', 2_629_800, 2_629_800],
  ['day', 86_400, 86_400],
  ['hour', 3600, 3570],
  ['minute', 60, 45],
] as const

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto', style: 'short' })

/** "3 min ago", "in 2 hr", "yesterday"; under 45 s either way it is "just now" or "in a moment". */
export function formatRelative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  const distance = Math.abs(seconds)
  if (distance < 45) return seconds <= 0 ? 'just now' : 'in a moment'
  const [unit, length] = UNITS.find(([, , from]) => distance >= from) ?? UNITS[4]
  return relative.format(Math.round(seconds / length), unit)
}

const DATE = { day: 'numeric', month: 'short', year: 'numeric' } as const
const EXACT = { ...DATE, hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' } as const

/** Making a formatter costs fifty times what using one does, and a list has a hundred times in it. */
const made = new Map<string, Intl.DateTimeFormat>()
function formatter(style: 'date' | 'exact', timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${style} ${timeZone ?? ''}`
  const known = made.get(key)
  if (known) return known
  const fresh = new Intl.DateTimeFormat(LOCALE, { ...(style === 'date' ? DATE : EXACT), timeZone })
  made.set(key, fresh)
  return fresh
}

/** "24 Nov 2026, 14:03:22 CET". */
export const formatAbsolute = (at: Date, timeZone: string | undefined): string => formatter('exact', timeZone).format(at)

/** "24 Nov 2026". */
export const formatDate = (at: Date, timeZone: string | undefined): string => formatter('date', timeZone).format(at)
