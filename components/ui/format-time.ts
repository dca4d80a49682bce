/**
 * Times as people read them. Relative in the cell ("3 min ago"), absolute with zone on hover. Pure: now and zone are arguments.
 * Pages show UTC until the browser has said its zone; the word "UTC" stands there, so neither is ever wrong.
 */
const LOCALE = 'en-GB'
const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto', style: 'short' })

/** "3 min ago", "in 2 hr", "yesterday"; under 45 s either way it is "just now" or "in a moment". */
export function formatRelative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  const distance = Math.abs(seconds)
  if (distance < 45) return seconds <= 0 ? 'just now' : 'in a moment'
  // "Yesterday" is said of days only; 30 hours ago is not one day ago for somebody who looks at a clock.
  for (const [unit, length] of UNITS) {
    if (distance >= length * (unit === 'minute' ? 0.75 : 1)) return relative.format(Math.round(seconds / length), unit)
  }
  return relative.format(Math.round(seconds / 60), 'minute')
}

/** "24 Nov 2026, 14:03:22 CET". */
export function formatAbsolute(at: Date, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(LOCALE, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(at)
}

/** "24 Nov 2026". */
export function formatDate(at: Date, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(at)
}
