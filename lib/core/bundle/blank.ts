/**
 * Taking offers out of a message that is kept for ever. Hermod repeats the offer's URI in its callbacks (destinations[].uri), and the URI
 * is a bearer secret; what the phone signed holds none.
 *
 * Each octet of such a value becomes "*", so that everything else keeps its place, length and bytes: the checks judge the blanked message
 * exactly as the original (they never look at a URI, and count octets). That nothing else was changed cannot be seen from the blanked
 * octets alone; therefore the SHA-256 of the original stands beside them, which whoever has the original can compare.
 * Works on octets and on broken JSON: a message that cannot be read may hold an offer too.
 */

/** A JSON string after the member name `uri`, in any spacing. */
const MEMBER = /("uri"\s*:\s*")((?:[^"\\]|\\.)*)/gi
const BARE = /com\.nexusgroup\.plugout:[^\s"'\\<>]*/gi
const TOKEN = /(\btoken=)([^\s"'\\<>&]+)/gi

export interface Blanked {
  bytes: Buffer<ArrayBuffer>
  /** How many octets were replaced. */
  octets: number
}

export function blankOffers(message: Uint8Array): Blanked {
  // Latin-1 has one character for each octet, so lengths and places stay.
  const original = Buffer.from(message).toString('latin1')
  const stars = (text: string): string => '*'.repeat(text.length)
  const text = original
    .replace(MEMBER, (_whole, start: string, value: string) => start + stars(value))
    .replace(BARE, stars)
    .replace(TOKEN, (_whole, start: string, value: string) => start + stars(value))
  let octets = 0
  for (let i = 0; i < text.length; i++) if (text[i] !== original[i]) octets++
  return { bytes: Buffer.from(text, 'latin1'), octets }
}
