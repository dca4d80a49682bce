import { expect, it } from 'vitest'
import { formatAbsolute, formatDate, formatRelative } from './format-time.ts'

const now = new Date('2026-11-24T12:00:00Z')
const at = (secondsFromNow: number) => new Date(now.getTime() + secondsFromNow * 1000)

it.each([
  [0, 'just now'],
  [-44, 'just now'],
  [30, 'in a moment'],
  [-60, '1 min ago'],
  [-3500, '58 min ago'],
  [-3599, '1 hr ago'],
  [-23.9 * 3600, '24 hr ago'],
  [-3 * 3600, '3 hr ago'],
  [-26 * 3600, 'yesterday'],
  [2 * 86_400, 'in 2 days'],
  [-70 * 86_400, '2 mo ago'],
])('%d s', (seconds, text) => expect(formatRelative(at(seconds), now)).toBe(text))

it('the absolute time has its zone', () => {
  expect(formatAbsolute(now, 'Europe/Stockholm')).toBe('24 Nov 2026, 13:00:00 CET')
  expect(formatAbsolute(now, 'UTC')).toBe('24 Nov 2026, 12:00:00 UTC')
  expect(formatDate(new Date('2026-11-24T23:30:00Z'), 'Europe/Stockholm')).toBe('25 Nov 2026')
})
