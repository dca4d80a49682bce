/**
 * A message as people can read it: JSON with indentation, and every JWS in it taken apart, also one inside another. For looking at,
 * never for judging: nothing is verified here, and what cannot be read is simply left as it is. Bounded in depth and number.
 */

export interface DecodedJws {
  /** Where in the message: "provResponse.result.data". */
  path: string
  header: unknown
  payload: unknown
  /** Length in octets. */
  signatureLength: number
  /** Signed parts inside the payload. */
  nested: DecodedJws[]
}

export interface DecodedMessage {
  /** null: not JSON. */
  pretty: string | null
  signed: DecodedJws[]
}

const JWS = /^[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*$/
const MAX_DEPTH = 4
const MAX_PARTS = 32
const MAX_NODES = 5_000

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

const parseSegment = (segment: string): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(segment)))

/** What stands in for a JWS where its text was, so that the pretty message stays readable. */
const shorten = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 60)}… (${text.length} characters)`)

export function decodeMessage(body: string): DecodedMessage {
  let message: unknown
  try {
    message = JSON.parse(body)
  } catch {
    return { pretty: null, signed: [] }
  }
  const budget = { parts: MAX_PARTS, nodes: MAX_NODES }
  const signed = findJws(message, '', 0, budget)
  return { pretty: JSON.stringify(message, (_key, value) => (typeof value === 'string' ? shorten(value) : value), 2), signed }
}

function findJws(value: unknown, path: string, depth: number, budget: { parts: number; nodes: number }): DecodedJws[] {
  budget.nodes -= 1
  if (budget.nodes < 0 || depth > MAX_DEPTH) return []
  if (typeof value === 'string') {
    const decoded = decodeJws(value, path, depth, budget)
    return decoded ? [decoded] : []
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => findJws(item, `${path}[${index}]`, depth, budget))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => findJws(item, path ? `${path}.${name}` : name, depth, budget))
  return []
}

function decodeJws(text: string, path: string, depth: number, budget: { parts: number; nodes: number }): DecodedJws | null {
  if (budget.parts <= 0 || !JWS.test(text)) return null
  const [head = '', body = '', signature = ''] = text.split('.')
  try {
    const header = parseSegment(head)
    const payload = parseSegment(body)
    budget.parts -= 1
    return {
      path,
      header,
      payload,
      signatureLength: fromBase64Url(signature).length,
      nested: findJws(payload, '', depth + 1, budget),
    }
  } catch {
    return null
  }
}

/** Indented, long strings shortened: the whole text is in the raw view. */
export const prettyJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item) => (typeof item === 'string' ? shorten(item) : item), 2) ?? ''
