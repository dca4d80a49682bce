/**
 * The offer: `com.nexusgroup.plugout:///?url=<mailbox>&token=<one-time token>` (protocol note 4.2).
 *
 * A bearer secret, rendered exactly as received. It is taken to pieces only to see that it is one; percent-encoding mixes cases in
 * the published example, so pieces are compared decoded and the text itself never is.
 */

export const OFFER_SCHEME = 'com.nexusgroup.plugout:'

export interface Offer {
  /** Mailbox URL. Text: never fetched by the portal. */
  mailboxUrl: string
  token: string
}

/** The parts of an offer URI, or null if it is none. */
export function parseOfferUri(uri: string): Offer | null {
  if (uri.length > 2048 || !URL.canParse(uri)) return null
  const parsed = new URL(uri)
  if (parsed.protocol !== OFFER_SCHEME || parsed.host !== '' || parsed.pathname !== '/') return null
  const urls = parsed.searchParams.getAll('url')
  const tokens = parsed.searchParams.getAll('token')
  const [mailboxUrl, token] = [urls[0], tokens[0]]
  if (urls.length !== 1 || tokens.length !== 1 || !mailboxUrl || !token || !URL.canParse(mailboxUrl)) return null
  return /^https?:$/.test(new URL(mailboxUrl).protocol) ? { mailboxUrl, token } : null
}
