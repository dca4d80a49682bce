/**
 * The Content-Security-Policy of a page. Scripts run only with this answer's nonce, or when such a script loaded them; nothing is
 * fetched from, framed by or posted to another origin. Pure: what depends on the installation is an argument.
 */
export interface PolicyInput {
  nonce: string
  /** `next dev` needs eval for its stack traces and a web socket for its reloads. */
  development: boolean
  /** PUBLIC_URL is https: everything must be. */
  https: boolean
  /** Origins the page may call besides its own: the simulator's, on the training phone. */
  connect: readonly string[]
}

export function contentSecurityPolicy({ nonce, development, https, connect }: PolicyInput): string {
  const directives: Record<string, readonly string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(development ? ["'unsafe-eval'"] : [])],
    // `next dev` shows its own overlays with inline styles that carry no nonce.
    'style-src': ["'self'", development ? "'unsafe-inline'" : `'nonce-${nonce}'`],
    // Widths and positions are style attributes: they can show things in a wrong place and run nothing.
    'style-src-attr': ["'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...connect, ...(development ? ['ws:'] : [])],
    'media-src': ["'self'", 'blob:'],
    'worker-src': ["'self'", 'blob:'],
    'manifest-src': ["'self'"],
    'object-src': ["'none'"],
    'frame-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    ...(https ? { 'upgrade-insecure-requests': [] } : {}),
  }
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ')
}
