/**
 * Hermod calls us: authenticate → bound → store → 200. Nothing is made of the bytes here; a job does that after the answer (K4–K6), so
 * Hermod waits for one INSERT. What cannot be stored for reasons of the caller's is refused without a trace; only a database that is away
 * gives a 5xx, so that Hermod may try again.
 */

import { basicAuthMatches } from '#lib/auth/basic-auth.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { systemClock } from '#lib/clock.ts'
import { webEnv } from '#lib/env.ts'
import { failureThrottle } from '#lib/http/failure-throttle.ts'
import { isJson, readBody } from '#lib/http/read-body.ts'
import { isDatabaseAway, translateError } from '#lib/http/translate-error.ts'
import { logger } from '#lib/log.ts'
import { storeCallback } from '#lib/workflows/store-callback.ts'

/** The last path part says what the callback answers; the bare path serves all. One spelling each: no slash at the end, no capitals. */
const KINDS: readonly string[] = ['provision', 'certificate', 'auth', 'sign', 'ping']

const throttle = failureThrottle({ max: 20, windowMs: 60_000 })

const BODY_REFUSALS = { too_large: 413, too_slow: 408, encoded: 415, broken: 400 } as const

const refuse = (status: number, headers: Record<string, string> = {}): Response => new Response(null, { status, headers })

interface Context {
  params: Promise<{ kind?: string[] }>
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const [kind = '', ...rest] = (await params).kind ?? []
  const known = rest.length === 0 && (kind === '' || KINDS.includes(kind))
  if (!known || new URL(request.url).pathname.endsWith('/')) return refuse(404)

  // Next puts the peer's address here when no proxy did. A caller may lie about it and only escapes the brake by that.
  const source = request.headers.get('x-forwarded-for')?.slice(0, 100) ?? ''
  const nowMs = systemClock.now().getTime()
  // Right credentials always pass: whoever guesses from Hermod's address must not be able to make us refuse Hermod.
  if (!basicAuthMatches(request.headers.get('authorization'), webEnv().callbackAuth)) {
    if (throttle.isTired(source, nowMs)) return refuse(429, { 'retry-after': '60' })
    if (throttle.failed(source, nowMs)) logger('callback').warn({ source }, 'callbacks with wrong credentials keep coming')
    return refuse(401, { 'www-authenticate': 'Basic realm="Certdesk callbacks", charset="UTF-8"' })
  }

  if (!isJson(request)) return refuse(415)
  const reading = await readBody(request)
  if (reading.status !== 'ok') return refuse(BODY_REFUSALS[reading.status], { connection: 'close' })
  try {
    await storePatiently(kind, reading.body)
    return new Response('{}', { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
  } catch (error) {
    const { code } = translateError(error, 'POST /hermod/callback')
    return code === 'unavailable' ? refuse(503, { 'retry-after': '2' }) : refuse(500)
  }
}

/** How long after its arrival a callback is still tried again. Hermod's own patience is not documented. */
const PATIENCE_MS = 8_000

/** Hermod may never repeat a callback (its sample setting is one attempt), so a database that is away for a moment is waited for. */
async function storePatiently(kind: string, body: Buffer): Promise<void> {
  const grant = authorize({ kind: 'hermod', name: 'Hermod' }, 'callback:store')
  const givesUpAt = systemClock.now().getTime() + PATIENCE_MS
  for (;;) {
    try {
      await storeCallback(grant, { kind, body })
      return
    } catch (error) {
      if (!isDatabaseAway(error) || systemClock.now().getTime() >= givesUpAt) throw error
      await new Promise((again) => setTimeout(again, 200))
    }
  }
}

const onlyPost = async (): Promise<Response> => refuse(405, { allow: 'POST' })

export { onlyPost as DELETE, onlyPost as GET, onlyPost as HEAD, onlyPost as OPTIONS, onlyPost as PATCH, onlyPost as PUT }
