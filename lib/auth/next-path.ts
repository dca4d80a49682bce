/**
 * Where to go after signing in. `next` comes from the address bar, so anybody may have written it: only paths of our own pages pass,
 * by a list of their first segments. Everything else ("//evil", "/\evil", "https:evil", "javascript:…") becomes the home page.
 */

/** First path segments of pages one may be sent back to. */
const PAGES = new Set(['users', 'enrollments', 'phones', 'certificates', 'approvals', 'audit', 'profiles', 'settings'])

/** Any fixed origin will do: what resolves to another one was not a path. */
const HERE = 'https://portal.invalid'

/** @returns a path with its query, always beginning with one "/" and staying on this origin; "/" for anything odd. */
export function safeNextPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > 2000 || !/^\/[A-Za-z]/.test(next)) return '/'
  if (!URL.canParse(next, HERE)) return '/'
  const url = new URL(next, HERE)
  if (url.origin !== HERE || !PAGES.has(url.pathname.split('/')[1] ?? '')) return '/'
  // Next's own marker of a client-side navigation; shown in the address bar it would fetch a fragment instead of a page.
  if (url.searchParams.has('_rsc')) url.searchParams.delete('_rsc')
  return url.pathname + url.search
}

/** The sign-in page's address for somebody who wanted `path`. */
export function signInPath(path: unknown): string {
  const next = safeNextPath(path)
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
