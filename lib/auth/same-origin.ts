/**
 * Did one of our own pages send this? Asked before every server action (F-W1, F-W2, F-W3). Next refuses a foreign Origin but runs an
 * action that has none at all; here silence is a refusal too, unless the browser vouches by Sec-Fetch-Site.
 */

/** Whether two host names are the same machine to a browser on it. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Origins that are this portal: PUBLIC_URL's, and if that is a loopback address the other names of it with the same port. */
export function ownOrigins(publicUrl: string): string[] {
  const url = new URL(publicUrl)
  if (!LOOPBACK.includes(url.hostname)) return [url.origin]
  const port = url.port === '' ? '' : `:${url.port}`
  return [url.origin, ...LOOPBACK.map((host) => `${url.protocol}//${host}${port}`).filter((origin) => origin !== url.origin)]
}

export interface HeaderReader {
  get(name: string): string | null
}

/** True if the request says, in headers that a page cannot set, that it comes from one of `origins`. */
export function isSameOrigin(headers: HeaderReader, origins: readonly string[]): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return false
  const origin = headers.get('origin')
  if (origin !== null) return origins.includes(origin)
  return site === 'same-origin'
}
