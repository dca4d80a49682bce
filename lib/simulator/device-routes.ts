/**
 * SIMULATOR ONLY. The protocol between app and Hermod is not published; this is the simulator's own, under the path shape that is known
 * (`/hermod/rest/ms/{bid}[/{mid}]`). Every answer says `"simulator": true`, and training phones speak to nothing else.
 *
 *   POST /hermod/rest/ms/{bid}        {token}            uses the token up → {session, messages}
 *   POST /hermod/rest/ms              {pid}              session → the profile's permanent mailbox {boxurl, key}
 *   GET  /hermod/rest/ms/{bid}?wait=S                    key → {messages}, held up to S seconds until there is one
 *   GET  /hermod/rest/ms/{bid}/{mid}                     session or key → the command
 *   POST /hermod/rest/ms/{bid}/{mid}  {responseHeader, provResponse | certResponse | pingResponse}   → the callback
 *
 * Session and key go as `Authorization: Bearer`. Refusals: 404 unknown, 410 used, ended or answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { WIRE } from './envelopes.ts'
import type { DeviceError, DeviceResponse, Hermod } from './hermod.ts'
import { bearerOf, HttpError, readJson, sendJson } from './http.ts'

const ID = '[0-9a-f-]{36}'
const PATH = new RegExp(`^/hermod/rest/ms(?:/(?<bid>${ID})(?:/(?<mid>${ID}))?)?$`)
const MAX_WAIT_S = 25

const openSchema = z.object({ token: z.string().min(1).max(100) })
const boxSchema = z.object({ pid: z.uuid() })
const trick = z.enum(['twice', 'after-timeout']).optional()
const code = z.int()
const answerSchema = z.strictObject({
  responseHeader: z.strictObject({ status: z.int() }),
  provResponse: z
    .strictObject({ code, result: z.strictObject({ contenttype: z.literal('jws'), data: z.string().max(100_000) }).optional() })
    .optional(),
  certResponse: z.strictObject({ code }).optional(),
  pingResponse: z.strictObject({ code }).optional(),
  simulatorTrick: trick,
})

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new HttpError(400, 'bad_request', `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not as expected'}`)
}

/** @throws HttpError, DeviceError */
export async function serveDevice(hermod: Hermod, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { bid, mid } = PATH.exec(url.pathname)?.groups ?? {}
  const bearer = bearerOf(request)
  const post = request.method === 'POST'
  if (!post && request.method !== 'GET') throw new HttpError(405, 'method', 'Only GET and POST are served here.')
  const reply = (value: object) => sendJson(response, 200, { simulator: true, ...value })

  if (bid && mid && post) {
    const message = hermod.readMessage(bid, mid, bearer)
    const { responseHeader, simulatorTrick, ...responses } = parse(answerSchema, await readJson(request))
    const answered = responses[WIRE[message.kind].response]
    if (!answered || Object.values(responses).filter(Boolean).length !== 1)
      throw new HttpError(400, 'bad_request', `A ${message.kind} command is answered with ${WIRE[message.kind].response} alone.`)
    const answer: DeviceResponse = { status: responseHeader.status, response: answered }
    hermod.answer(bid, mid, bearer, answer, simulatorTrick ?? null)
    return reply({})
  }
  if (bid && mid) {
    const { kind, body, timeoutAt } = hermod.readMessage(bid, mid, bearer)
    const { commandType, command } = WIRE[kind]
    return reply({ commandType, expiresAt: new Date(timeoutAt).toISOString(), [command]: body })
  }
  if (bid && post) {
    const { token } = parse(openSchema, await readJson(request))
    const { session, ...message } = hermod.open(bid, token)
    return reply({ session, messages: [message] })
  }
  if (bid) {
    const waitS = Number(url.searchParams.get('wait') ?? 0)
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const messages = await hermod.listMessages(bid, bearer, Math.min(Math.max(waitS || 0, 0), MAX_WAIT_S) * 1000, gone.signal)
    return reply({ messages })
  }
  if (url.pathname === '/hermod/rest/ms' && post) {
    const { pid } = parse(boxSchema, await readJson(request))
    return reply(hermod.createBox(bearer, pid))
  }
  throw new HttpError(404, 'not_found', 'There is nothing here.')
}

/** The HTTP status of a refusal. */
export const refusalStatus = (error: DeviceError): number => (error.code === 'unknown' ? 404 : 410)
