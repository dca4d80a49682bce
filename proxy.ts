/**
 * Runs before every page: makes the nonce that this page's scripts must carry, and sets the Content-Security-Policy.
 *
 * It decides nothing about who may see what. Proxies and middleware have been bypassed again and again (CVE-2025-29927,
 * CVE-2026-44573 …); whoever gets around this one gains a page without a policy, not a page that is not theirs.
 */
import { type NextRequest, NextResponse } from 'next/server'
import { isDevelopment, webEnv } from '#lib/env.ts'
import { contentSecurityPolicy } from '#lib/http/content-security-policy.ts'

export function proxy(request: NextRequest): NextResponse {
  const { publicUrl, simulatorUrl } = webEnv()
  const { pathname, search } = request.nextUrl
  const https = publicUrl.startsWith('https:')
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const policy = contentSecurityPolicy({
    nonce,
    development: isDevelopment(),
    https,
    // The training phone speaks to the simulator itself, as a phone would; no other page may.
    connect: simulatorUrl && pathname.startsWith('/phone') ? [new URL(simulatorUrl).origin] : [],
  })
  const headers = new Headers(request.headers)
  // Next reads the nonce from the request's policy and puts it on its own scripts; layouts may read x-nonce.
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  // Where somebody not signed in is to come back to. Only a convenience: lib/auth/next-path.ts trusts it no more than an address bar.
  headers.set('x-certdesk-path', pathname + search)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  if (https) response.headers.set('strict-transport-security', 'max-age=31536000')
  return response
}

/** Pages only: what is under these paths has a fixed policy (next.config.js) and must not pay for this. */
export const config = { matcher: ['/((?!api/|hermod/|pki/|_next/|favicon.ico|verify-bundle.html).*)'] }
