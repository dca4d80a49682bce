/**
 * SCEP's three operations over HTTP (RFC 8894 §4), each as one typed outcome.
 *
 * Limits on time and size and no redirects come from http.ts. What an HTTP status means to the asker is said here: a redirect is a wrong
 * address, 4xx is an answer of this CA's, 5xx is "not now". Error bodies are never parsed; their first line is kept for staff, cut short.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type Capabilities, parseCapabilities } from '#lib/core/scep/capabilities.ts'
import { type HttpOutcome, requestHttp } from './http.ts'

export interface ScepAddress {
  /** Without query; "?operation=…" is added. */
  url: string
  /** §4.1: which CA, where one server speaks for several. */
  caIdentifier: string | null
  /** PEM of a private TLS issuer; null: the system's. */
  tlsCa: string | null
  timeoutMs: number
}

export type ScepOutcome<T> =
  | { ok: true; value: T; date: Date | null }
  /**
   * unreachable: it was never asked, or it says "not now"; broken: it may have acted, and its answer did not come; refused: HTTP 4xx;
   * answer: it answers something that is no answer.
   */
  | { ok: false; fault: 'unreachable' | 'broken' | 'refused' | 'answer'; detail: string }

/** 100 certificates are less; a server that sends more is not one. */
export const MAX_SCEP_ANSWER = 256 * 1024
const MAX_CONNECT_MS = 3_000

type Failure = Extract<ScepOutcome<never>, { ok: false }>

async function ask(
  address: ScepAddress,
  query: Readonly<Record<string, string>>,
  body?: Uint8Array,
): Promise<ScepOutcome<{ body: Buffer<ArrayBuffer>; type: string }>> {
  const url = new URL(address.url)
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
  const outcome = await requestHttp({
    method: body === undefined ? 'GET' : 'POST',
    url: url.href,
    headers: body === undefined ? {} : { 'content-type': 'application/x-pki-message' },
    ...(body === undefined ? {} : { body }),
    ca: address.tlsCa,
    connectTimeoutMs: Math.min(MAX_CONNECT_MS, address.timeoutMs),
    totalTimeoutMs: address.timeoutMs,
    maxResponseBytes: MAX_SCEP_ANSWER,
  })
  if (outcome.kind !== 'response') return failureOf(outcome)
  if (outcome.status !== 200) return statusFailure(outcome.status, outcome.body)
  const date = new Date(outcome.headers.date ?? '')
  return {
    ok: true,
    value: { body: Buffer.from(outcome.body), type: outcome.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '' },
    date: Number.isNaN(date.getTime()) ? null : date,
  }
}

function failureOf(outcome: Exclude<HttpOutcome, { kind: 'response' }>): Failure {
  switch (outcome.kind) {
    case 'unreachable':
      return { ok: false, fault: 'unreachable', detail: outcome.detail }
    case 'broken':
      return { ok: false, fault: 'broken', detail: `the connection broke: ${outcome.detail}` }
    case 'timeout':
      return { ok: false, fault: 'broken', detail: outcome.detail }
    case 'too_large':
      return { ok: false, fault: 'answer', detail: `its answer is larger than ${outcome.limit} bytes` }
  }
}

function statusFailure(status: number, body: Buffer): Failure {
  if (status >= 300 && status < 400)
    return { ok: false, fault: 'answer', detail: `it redirects (HTTP ${status}); the address must be the right one` }
  const line = firstLine(body)
  const detail = `HTTP ${status}${line ? `: ${line}` : ''}`
  if (status === 408 || status === 429 || status >= 500) return { ok: false, fault: 'broken', detail }
  return { ok: false, fault: status >= 400 ? 'refused' : 'answer', detail }
}

/** For staff to read: visible ASCII of the first line. */
const firstLine = (body: Buffer): string =>
  (body.toString('latin1', 0, 200).split(/[\r\n]/, 1)[0] ?? '').replace(/[^ -~]/g, '?').trim()

const identifier = ({ caIdentifier }: ScepAddress): Record<string, string> =>
  caIdentifier === null ? {} : { message: caIdentifier }

/** §3.5.2. A server without the operation has none of the capabilities. */
export async function getCaCaps(address: ScepAddress): Promise<ScepOutcome<Capabilities>> {
  const outcome = await ask(address, { operation: 'GetCACaps', ...identifier(address) })
  if (!outcome.ok) return outcome.fault === 'refused' ? { ok: true, value: new Set(), date: null } : outcome
  return { ...outcome, value: parseCapabilities(outcome.value.body.toString('latin1')) }
}

/** §4.2 */
export async function getCaCert(address: ScepAddress): Promise<ScepOutcome<Bytes>> {
  const outcome = await ask(address, { operation: 'GetCACert', ...identifier(address) })
  return outcome.ok ? { ...outcome, value: outcome.value.body } : outcome
}

/** §4.1: by POST where the CA offers it, else in the address, Base64. */
export async function pkiOperation(address: ScepAddress, message: Uint8Array, post: boolean): Promise<ScepOutcome<Bytes>> {
  const outcome = post
    ? await ask(address, { operation: 'PKIOperation' }, message)
    : await ask(address, { operation: 'PKIOperation', message: Buffer.from(message).toString('base64') })
  return outcome.ok ? { ...outcome, value: outcome.value.body } : outcome
}
