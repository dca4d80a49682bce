/**
 * Basic authentication of callbacks, in constant time: both halves are hashed before they are compared, so neither the content nor the
 * length of what was expected shows in how long a refusal takes (F-S12).
 */
import { createHash, timingSafeEqual } from 'node:crypto'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** True if the header carries exactly these credentials. With none configured (null) nobody gets in. */
export function basicAuthMatches(header: string | null, expected: { user: string; password: string } | null): boolean {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header?.slice(0, 2000) ?? '')?.[1]
  const given = digest(encoded ? Buffer.from(encoded, 'base64').toString('utf8') : '')
  const wanted = digest(expected ? `${expected.user}:${expected.password}` : '')
  return timingSafeEqual(given, wanted) && encoded !== undefined && expected !== null
}
