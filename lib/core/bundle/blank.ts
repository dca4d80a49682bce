/**
 * Taking offers out of a message that is kept for ever. Hermod repeats the offer's URI in its callbacks (destinations[].uri), and the URI
 * is a bearer secret; what the phone signed holds none.
 *
 * Each octet of such a value becomes "*", so that everything else keeps its place, length and bytes: the checks judge the blanked message
 * exactly as the original (they never look at a URI, and count octets). That nothing else was changed cannot be seen from the blanked
 * octets alone; therefore the SHA-256 of the original stands beside them, which whoever has the original can compare.
 * Works on octets and on broken JSON: a message that cannot be read may hold an offer too. A colon, an equals sign or a slash may be written
 * as JSON or a URI escapes it. And whatever a message looks like: the very tokens that the messaging server gave us are in none of them.
 */

/** A JSON string after the member name `uri`, in any spacing. */
const MEMBER = /("uri"\s*:\s*")((?:[^"\\]|\\.)*)/gi
/** An offer in running text. */
export const BARE_OFFER = /com\.nexusgroup\.plugout(?::|%3a|\\u003a)(?:\\.|[^\s"'\\<>])*/gi
/** The token of one, after what names it. */
export const OFFER_TOKEN = /(token(?:=|%3d|\\u003d))([^\s"'\\<>&]+)/gi

/** Long enough to be a secret, and no word that a message may hold by chance. */
const GIVEN = /token(?:=|%3d|\\u003d)([A-Za-z0-9._~-]{16,})/gi

/** The tokens of the offers in a reply of the messaging server to our command. */
export const findTokens = (reply: string): string[] => [...reply.matchAll(GIVEN)].map(([, token = '']) => token)

export interface Blanked {
  bytes: Buffer<ArrayBuffer>
  /** How many octets were replaced. */
  octets: number
}

/** @param tokens known ones, to be taken out wherever they stand */
export function blankOffers(message: Uint8Array, tokens: readonly string[] = []): Blanked {
  // Latin-1 has one character for each octet, so lengths and places stay.
  const original = Buffer.from(message).toString('latin1')
  const stars = (text: string): string => '*'.repeat(text.length)
  const text = tokens
    .reduce((left, token) => left.replaceAll(token, stars), original)
    .replace(MEMBER, (_whole, start: string, value: string) => start + stars(value))
    .replace(BARE_OFFER, stars)
    .replace(OFFER_TOKEN, (_whole, start: string, value: string) => start + stars(value))
  let octets = 0
  for (let i = 0; i < text.length; i++) if (text[i] !== original[i]) octets++
  return { bytes: Buffer.from(text, 'latin1'), octets }
}
