/**
 * What EST (RFC 7030) puts into HTTP bodies, and what it says in headers.
 *
 * Bodies are base64, with or without line breaks, whatever Content-Transfer-Encoding says (RFC 8951 §3); anything that is not base64 from
 * end to end is refused.
 */
import type { Bytes } from '../asn1/der.ts'
import { CodedError } from '../errors.ts'

/** The body is not what EST says. The message is for staff. */
export class EstError extends CodedError<'est'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('est', message, options)
  }
}

/** RFC 2045 §6.8 wants lines of at most 76 characters; some servers read no longer ones. */
export const encodeBody = (der: Uint8Array): string =>
  `${Buffer.from(der)
    .toString('base64')
    .replace(/.{1,76}/g, '$&\r\n')}`

/** @throws EstError */
export function decodeBody(body: Buffer): Bytes {
  const text = body.toString('latin1').replace(/[\r\n\t ]/g, '')
  if (text === '') throw new EstError('its answer is empty')
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new EstError('its answer is not base64')
  return Buffer.from(text, 'base64') as Bytes
}

/** §4.2.3: 202 with Retry-After, in seconds or as a date (RFC 9110 §10.2.3). @returns seconds from `now`, at least 1; null if it is neither */
export function readRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value.trim())) return Math.max(1, Number(value))
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(1, Math.ceil((at - now.getTime()) / 1000))
}

const SHOWN_CHARACTERS = 300

/**
 * What a server says for people in an error answer (§4.2.3: text/plain), cut short and on one line. It is shown as text, never interpreted.
 * @returns null for an empty body or one that is no text
 */
export function readErrorText(body: Buffer, contentType: string | undefined): string | null {
  if (contentType !== undefined && !/^(text\/|application\/(problem\+)?json)/i.test(contentType)) return null
  const text = body
    .subarray(0, 4 * SHOWN_CHARACTERS)
    .toString('utf8')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD\s]+/gu, ' ')
    .trim()
  return text === '' ? null : text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
