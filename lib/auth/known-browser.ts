/**
 * A mark left in a browser that has signed in to an account: proof of having known the password once, on this browser. It gives no
 * rights; it only separates this browser's failed attempts from a stranger's (lib/data/accounts-attempts.ts).
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Only the sign-in page is sent it. */
export const KNOWN_BROWSER_COOKIE = { name: 'certdesk-known', path: '/sign-in', maxAge: 180 * 24 * 3600 } as const

export function knownBrowserMark(secret: string, email: string): string {
  return createHmac('sha256', secret).update(`known browser\n${email.toLowerCase()}`).digest('base64url')
}

export function isKnownBrowser(secret: string, email: string, mark: string | undefined): boolean {
  const wanted = Buffer.from(knownBrowserMark(secret, email))
  const given = Buffer.from(mark ?? '')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
