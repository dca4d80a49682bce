/**
 * What an EST server's HTTP answer means for an enrolment (RFC 7030 §4.2.3), as a table.
 *
 * | seen                        | means                                                                                    |
 * |-----------------------------|------------------------------------------------------------------------------------------|
 * | 200, one certificate        | issued; held against the request by the caller                                           |
 * | 200, anything else          | ca_answer: asking again would make another one of the same                               |
 * | 202                         | pending until Retry-After                                                                |
 * | 401, 404, 3xx               | our side of the connection is wrong; nothing was made; the enrolment waits for its mending |
 * | 408, 429, 5xx               | not now; after a 5xx the CA may have acted                                               |
 * | other 4xx                   | ca_refused, with the server's words                                                      |
 * | not connected               | not reached; nothing was sent                                                            |
 * | cut off, or no whole answer | the CA may have acted                                                                    |
 */
import type { IncomingHttpHeaders } from 'node:http'
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import { readCertsOnly } from '#lib/core/cms/certs-only.ts'
import { decodeBody, EstError, readErrorText, readRetryAfter } from '#lib/core/est/messages.ts'
import type { HttpOutcome } from '#lib/external/http.ts'
import type { IssuanceResult } from '../port.ts'

/** §4.2.3 wants Retry-After with a 202; who forgets it is asked after this. */
const DEFAULT_RETRY_S = 60

type NoResponse = Exclude<HttpOutcome, { kind: 'response' }>

export const explainNoResponse = (outcome: NoResponse): string => {
  switch (outcome.kind) {
    case 'unreachable':
      return `The CA cannot be reached: ${outcome.detail}.`
    case 'broken':
      return `The connection to the CA broke off: ${outcome.detail}.`
    case 'timeout':
      return `The CA did not answer: ${outcome.detail}.`
    case 'too_large':
      return `The CA's answer is larger than ${outcome.limit / 1024} kB and was not read.`
  }
}

/** One sentence for an answer that is no success, with what the server says for people. */
export function explainStatus(status: number, headers: IncomingHttpHeaders, body: Buffer): string {
  const words = readErrorText(body, headers['content-type'])
  const said = words === null ? '' : ` It says: ${words}`
  if (status === 401) return `The CA does not accept this portal’s credentials (HTTP 401).${said}`
  if (status === 404) return `The CA has nothing at this address (HTTP 404).${said}`
  if (status >= 300 && status < 400)
    return `The CA sends elsewhere (HTTP ${status}), which is not followed: the address is wrong.`
  if (status === 429 || status >= 500) return `The CA cannot make it now (HTTP ${status}).${said}`
  return `The CA refuses (HTTP ${status}).${said}`
}

export function readEnrollAnswer(outcome: HttpOutcome, now: Date): IssuanceResult {
  if (outcome.kind === 'too_large') return { status: 'refused', code: 'ca_answer', detail: explainNoResponse(outcome) }
  if (outcome.kind !== 'response')
    return { status: 'unavailable', detail: explainNoResponse(outcome), mayHaveActed: outcome.kind !== 'unreachable' }
  const { status, headers, body } = outcome
  if (status === 200) return readIssued(body)
  const retryAfterS = readRetryAfter(headers['retry-after'], now)
  if (status === 202) {
    const words = readErrorText(body, headers['content-type'])
    const detail = `The CA has the request; somebody there must approve it.${words === null ? '' : ` It says: ${words}`}`
    return { status: 'pending', retryAfterS: retryAfterS ?? DEFAULT_RETRY_S, detail }
  }
  const detail = explainStatus(status, headers, body)
  const later = status < 400 || status === 401 || status === 404 || status === 408 || status === 429 || status >= 500
  if (!later) return { status: 'refused', code: 'ca_refused', detail }
  // 503 says that it was not served (RFC 9110 §15.6.4).
  const mayHaveActed = status >= 500 && status !== 503
  return { status: 'unavailable', detail, mayHaveActed, ...(retryAfterS === null ? {} : { retryAfterS }) }
}

/** §4.2.3: "a certs-only CMC Simple PKI Response containing only the certificate that was issued". */
function readIssued(body: Buffer): IssuanceResult {
  const read = readCertificates(body)
  if (!read.ok) return { status: 'refused', code: 'ca_answer', detail: `The CA's answer cannot be used: ${read.detail}.` }
  const [certificate, ...more] = read.certificates
  if (certificate === undefined) return { status: 'refused', code: 'ca_answer', detail: 'The CA’s answer holds no certificate.' }
  if (more.length > 0)
    return {
      status: 'refused',
      code: 'ca_answer',
      detail: `The CA’s answer holds ${more.length + 1} certificates where one was asked for; none was used.`,
    }
  return { status: 'issued', der: certificate }
}

/** Certificates of a 200 answer, in its order. */
export function readCertificates(body: Buffer): { ok: true; certificates: Bytes[] } | { ok: false; detail: string } {
  try {
    return { ok: true, certificates: readCertsOnly(decodeBody(body)) }
  } catch (error) {
    if (error instanceof EstError || error instanceof DerError) return { ok: false, detail: error.message }
    throw error
  }
}
