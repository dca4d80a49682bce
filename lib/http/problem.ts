/**
 * Problem documents (RFC 9457): every refusal of the REST interface is one, with a stable `code`. The only place that turns codes
 * into HTTP statuses. `detail` may be read by the caller; it never carries a stack, SQL, or a secret.
 */
import { REQUEST_ERROR_CODES, type RequestErrorCode } from '#lib/core/errors.ts'

/** Codes of refusals that come from HTTP itself rather than from what was asked. */
export const HTTP_PROBLEM_CODES = [
  'method_not_allowed',
  'unsupported_media_type',
  'too_slow',
  'too_many_requests',
  'unexpected',
] as const
export type ProblemCode = RequestErrorCode | (typeof HTTP_PROBLEM_CODES)[number]
export const PROBLEM_CODES: readonly ProblemCode[] = [...REQUEST_ERROR_CODES, ...HTTP_PROBLEM_CODES]

const PROBLEMS: Record<ProblemCode, { status: number; title: string }> = {
  invalid_input: { status: 422, title: 'The request is not well formed' },
  not_found: { status: 404, title: 'Not found' },
  not_signed_in: { status: 401, title: 'Sign in first' },
  not_allowed: { status: 403, title: 'Not allowed' },
  conflict: { status: 409, title: 'In conflict with what is there' },
  wrong_state: { status: 409, title: 'Not possible in this state' },
  userid_taken: { status: 409, title: 'The user id is taken' },
  profile_disabled: { status: 409, title: 'The profile is switched off' },
  user_inactive: { status: 409, title: 'The user is disabled' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key was used for another request' },
  too_large: { status: 413, title: 'The request is too large' },
  unavailable: { status: 503, title: 'Not available just now' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  unsupported_media_type: { status: 415, title: 'Only JSON is understood' },
  too_slow: { status: 408, title: 'The request took too long to arrive' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  unexpected: { status: 500, title: 'Something failed here' },
}

export const statusOf = (code: ProblemCode): number => PROBLEMS[code].status

export interface ProblemOptions {
  detail?: string
  /** Field path → sentence, for invalid_input. */
  fields?: Record<string, string>
  /** Further members, e.g. `errorId`. */
  more?: Record<string, unknown>
  headers?: Record<string, string>
}

export function problemResponse(code: ProblemCode, { detail, fields, more, headers }: ProblemOptions = {}): Response {
  const { status, title } = PROBLEMS[code]
  const hasFields = fields && Object.keys(fields).length > 0
  const body = {
    type: 'about:blank',
    title,
    status,
    code,
    ...(detail ? { detail } : {}),
    ...(hasFields ? { fields } : {}),
    ...more,
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="Certdesk"' } : {}),
      ...(status === 503 ? { 'retry-after': '2' } : {}),
      ...headers,
    },
  })
}
