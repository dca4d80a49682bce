/**
 * Reads the link in a QR code (protocol note 4.2): `com.nexusgroup.plugout:///?url=<mailbox>&token=<token>`. The percent-encoding mixes
 * cases, so it is decoded, never compared. The link is a bearer secret: nothing here puts it into an error.
 */
import { PhoneProblem } from './problem.ts'

export interface OfferLink {
  /** The one-time mailbox, without a message id. */
  mailboxUrl: string
  token: string
  /** Host name of the messaging server, as the answer's `fqdn` says it. */
  host: string
  /** Origin of the messaging server. */
  origin: string
}

/** @throws PhoneProblem `offer_malformed` */
export function readOfferLink(text: string): OfferLink {
  let link: URL
  let mailbox: URL
  try {
    link = new URL(text.trim())
    mailbox = new URL(link.searchParams.get('url') ?? '')
  } catch {
    throw new PhoneProblem('offer_malformed')
  }
  const token = link.searchParams.get('token') ?? ''
  const web = mailbox.protocol === 'https:' || mailbox.protocol === 'http:'
  if (link.protocol !== 'com.nexusgroup.plugout:' || !web || !/\/rest\/ms\/[^/]+$/.test(mailbox.pathname) || !token)
    throw new PhoneProblem('offer_malformed')
  return { mailboxUrl: mailbox.href, token, host: mailbox.hostname, origin: mailbox.origin }
}
