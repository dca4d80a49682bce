/**
 * Giving a command to Hermod (protocol note, sections 2–4).
 *
 * One POST, one typed outcome. Whether an error means "ask again" is said by `retryable`; asking again is always a new command with a
 * new nonce, because Hermod documents no idempotency key (durability K2), and is the workflow's business. The body of an error answer
 * is never parsed, only kept, cut short and without anything that could be an offer.
 */

import type { ProcessFailureCode } from '#lib/core/errors.ts'
import { type CommandReply, parseCommandReply } from '#lib/core/hermod/messages.ts'
import { parseOfferUri } from '#lib/core/hermod/offer-uri.ts'
import { type HttpOutcome, requestHttp } from './http.ts'

export interface HermodConfig {
  /** Base, without a slash at the end: commands go to `${url}/rest/command/<kind>`. */
  url: string
  clientId: string
  apiKey: string
  /** PEM of a private TLS issuer, or null for the system's. */
  ca: string | null
  connectTimeoutMs?: number
  totalTimeoutMs?: number
}

export type CommandKind = 'provision' | 'certificate'

export type HermodFailureCode = Extract<ProcessFailureCode, `hermod_${string}`>

export type CommandOutcome =
  | { status: 'ok'; reply: CommandReply; httpStatus: number; body: string; ms: number }
  | {
      status: 'error'
      code: HermodFailureCode
      /** For staff: what was seen. No secret. */
      detail: string
      retryable: boolean
      httpStatus: number | null
      /** What came, cut short, offers taken out; null if nothing came. */
      body: string | null
      ms: number
    }

const KEPT_ERROR_CHARACTERS = 2_000

/** Sends one command. Never rejects. */
export async function sendCommand(config: HermodConfig, kind: CommandKind, bodyText: string): Promise<CommandOutcome> {
  const outcome = await requestHttp({
    method: 'POST',
    url: `${config.url}/rest/command/${kind}`,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-api-key': Buffer.from(`${config.clientId}:${config.apiKey}`, 'utf8').toString('base64'),
    },
    body: bodyText,
    ca: config.ca,
    connectTimeoutMs: config.connectTimeoutMs,
    totalTimeoutMs: config.totalTimeoutMs,
  })
  return outcome.kind === 'response' ? readResponse(outcome, kind) : noResponse(outcome)
}

type Failed = Extract<CommandOutcome, { status: 'error' }>

function noResponse(outcome: Exclude<HttpOutcome, { kind: 'response' }>): Failed {
  const failed = (code: HermodFailureCode, detail: string): Failed => ({
    status: 'error',
    code,
    detail,
    retryable: true,
    httpStatus: outcome.kind === 'too_large' ? outcome.status : null,
    body: null,
    ms: outcome.ms,
  })
  switch (outcome.kind) {
    case 'unreachable':
      return failed('hermod_unreachable', outcome.detail)
    case 'broken':
      return failed('hermod_unreachable', `the connection broke: ${outcome.detail}`)
    case 'timeout':
      return failed('hermod_timeout', outcome.detail)
    case 'too_large':
      return failed('hermod_garbage', `the answer is larger than ${outcome.limit} bytes`)
  }
}

/** What an HTTP status that is not 2xx means. 4xx will be the same next time; a redirect is a wrong address, and never followed. */
function statusFailure(status: number): { code: HermodFailureCode; retryable: boolean; detail: string } {
  if (status === 401 || status === 403) return { code: 'hermod_auth', retryable: false, detail: `HTTP ${status}` }
  if (status >= 300 && status < 400) return { code: 'hermod_garbage', retryable: false, detail: `HTTP ${status}, a redirect` }
  if (status >= 400 && status < 500) return { code: 'hermod_refused', retryable: false, detail: `HTTP ${status}` }
  if (status >= 500) return { code: 'hermod_error', retryable: true, detail: `HTTP ${status}` }
  return { code: 'hermod_garbage', retryable: true, detail: `HTTP ${status}` }
}

function readResponse(response: Extract<HttpOutcome, { kind: 'response' }>, kind: CommandKind): CommandOutcome {
  const { status, ms } = response
  const text = response.body.toString('utf8')
  const error = (failure: { code: HermodFailureCode; retryable: boolean; detail: string }): Failed => ({
    status: 'error',
    ...failure,
    httpStatus: status,
    body: withoutOffers(text).slice(0, KEPT_ERROR_CHARACTERS),
    ms,
  })
  if (status < 200 || status > 299) return error(statusFailure(status))
  const parsed = parseCommandReply(response.body)
  if (!parsed.ok) return error({ code: 'hermod_garbage', retryable: true, detail: parsed.problem })
  const expected = kind === 'provision' ? 'PROV' : 'CERT'
  if (parsed.value.commandType !== undefined && parsed.value.commandType !== expected)
    return error({
      code: 'hermod_garbage',
      retryable: true,
      detail: `commandType is ${parsed.value.commandType}, not ${expected}`,
    })
  // A command that was taken without an offer cannot be shown to anybody.
  if (kind === 'provision' && !parseOfferUri(parsed.value.destinations[0]?.uri ?? ''))
    return error({ code: 'hermod_garbage', retryable: true, detail: 'the reply holds no offer' })
  return { status: 'ok', reply: parsed.value, httpStatus: status, body: withoutOffers(text), ms }
}

/** Takes every offer URI and token out of a text that is kept. The offer is a bearer secret and lives in command.offer_uri only. */
export const withoutOffers = (text: string): string =>
  text
    .replace(/("uri"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"[offer]"')
    .replace(/com\.nexusgroup\.plugout[^"\s\\]*/gi, '[offer]')
    .replace(/([?&]token=)[^"&\s\\]+/gi, '$1[offer]')
