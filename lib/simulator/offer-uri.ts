/**
 * The URI of a destination, as the published example writes it: scheme and first path part in lower-case percent-encoding, the rest in
 * upper case (`https%3a%2f%2fHOST%3A20400%2fhermod%2Frest%2Fms%2F<bid>`). A reader that compares encoded texts fails here first.
 */
export function makeOfferUri(mailboxUrl: string, token: string): string {
  const { protocol, hostname, port, pathname } = new URL(mailboxUrl)
  const [, first = '', ...rest] = pathname.split('/')
  const host = encodeURIComponent(hostname) + (port ? `%3A${port}` : '')
  const path = [`%2f${encodeURIComponent(first)}`, ...rest.map((part) => `%2F${encodeURIComponent(part)}`)].join('')
  return `com.nexusgroup.plugout:///?url=${protocol.slice(0, -1)}%3a%2f%2f${host}${path}&token=${token}`
}
