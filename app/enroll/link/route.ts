/**
 * What the self-service page asks for: news, a start, a new code, a word on the phone, the certificate once more. The token comes in the body, never in an
 * address, so that no log of requests holds it; it is all the authority there is, and reaches that link's enrolments only.
 *
 * Asking for news waits until there is some, at most 20 s: the page is told at once and asks seldom.
 */
import { z } from 'zod'
import { requireSameOrigin } from '#lib/auth/action.ts'
import { defineMethods, json } from '#lib/auth/api-route.ts'
import { authorize, type Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { type FoundLink, findLink } from '#lib/data/links.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { isJson, readBody } from '#lib/http/read-body.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { watch } from '#lib/live/hub.ts'
import { enroll as words } from '#lib/messages/enroll.ts'
import { confirmPhone } from '#lib/workflows/confirm-phone.ts'
import { redeliverCertificates } from '#lib/workflows/redeliver.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { startEnrollmentByLink } from '#lib/workflows/start-enrollment.ts'
import { type SelfView, toSelfView } from '../self-view.ts'

const LIMITS = { maxBytes: 2048, timeoutMs: 5_000 }
const WAIT_MS = 20_000

const WISHES = ['start', 'new_code', 'my_phone', 'not_my_phone', 'send_again'] as const

const wishSchema = z.discriminatedUnion('wish', [
  z.strictObject({ token: z.string().max(100), wish: z.literal('news'), seen: z.string().max(300) }),
  z.strictObject({ token: z.string().max(100), wish: z.enum(WISHES) }),
])

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: async (request) => {
    try {
      await requireSameOrigin()
      const wish = wishSchema.parse(await readWish(request))
      if (wish.wish === 'news') return json(await news(wish.token, wish.seen, request.signal))
      const found = await requireLink(wish.token)
      await carryOut(authorize(found.actor, 'self:enroll'), wish.wish, found)
      return json(await look(wish.token))
    } catch (error) {
      // Not the request's address or body: the token is in it.
      const { code, message } = translateError(error, 'self-service')
      return problemResponse(code, { detail: code === 'unexpected' || code === 'unavailable' ? words.failedRequest : message })
    }
  },
})

async function readWish(request: Request): Promise<unknown> {
  const reading = isJson(request) ? await readBody(request, LIMITS) : null
  if (reading?.status !== 'ok') throw new RequestError('invalid_input', words.failedRequest)
  try {
    return JSON.parse(reading.body.toString('utf8'))
  } catch (cause) {
    throw new RequestError('invalid_input', words.failedRequest, { cause })
  }
}

async function requireLink(token: string): Promise<FoundLink> {
  const found = await findLink(token)
  if (!found) throw new RequestError('not_found', words.link.unknown)
  return found
}

const look = async (token: string): Promise<SelfView> => toSelfView((await requireLink(token)).view, { withOffer: true })

async function carryOut(grant: Grant<'self:enroll'>, wish: (typeof WISHES)[number], { view }: FoundLink): Promise<void> {
  if (wish === 'start') {
    await startEnrollmentByLink(grant)
    return
  }
  if (!view.enrollment) throw new RequestError('wrong_state', words.failedRequest)
  const { id } = view.enrollment
  if (wish === 'new_code') await renewOffer(grant, id)
  else if (wish === 'send_again') await redeliverCertificates(grant, id)
  else await confirmPhone(grant, { id, theirs: wish === 'my_phone' })
}

async function news(token: string, seen: string, signal: AbortSignal): Promise<SelfView> {
  const { linkId, view } = await requireLink(token)
  const now = toSelfView(view, { withOffer: true })
  if (now.seen !== seen || !view.enrollment) return now
  const change = nextChange(`enrollment:${view.enrollment.id}`, `link:${linkId}`, signal)
  try {
    // Looked at again: what changed before the watch began was not heard.
    const again = await look(token)
    if (again.seen !== seen) return again
    await change.heard
    return await look(token)
  } finally {
    change.stop()
  }
}

/** Resolves with the next change of the topic, when time is up, or when the asker has gone. */
function nextChange(topic: string, owner: string, signal: AbortSignal): { heard: Promise<void>; stop: () => void } {
  let done: () => void = () => undefined
  const heard = new Promise<void>((resolve) => {
    done = resolve
  })
  const unwatch = watch({ topic, owner, changed: () => done(), tick: () => undefined })
  // No room for another watch: then this one looks again soon, like a page that polls.
  const timer = setTimeout(done, typeof unwatch === 'function' ? WAIT_MS : 2_000)
  signal.addEventListener('abort', done, { once: true })
  return {
    heard,
    stop: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (typeof unwatch === 'function') unwatch()
    },
  }
}
