/** What an issuer is called on a page: the common name of the certificate that signs, or its configured name while there is none. */
import { X509Certificate } from 'node:crypto'

const remembered = new Map<string, string>()
const REMEMBER = 100

/** @param certificateBase64 DER as base64, line breaks allowed */
export function issuerTitle(name: string, certificateBase64: string | null): string {
  if (!certificateBase64) return name
  const known = remembered.get(certificateBase64)
  if (known !== undefined) return known
  let title = name
  try {
    const subject = new X509Certificate(Buffer.from(certificateBase64, 'base64')).subject
    title = /^CN=(.+)$/m.exec(subject)?.[1] ?? name
  } catch {
    // Not readable as a certificate: the configured name still says which issuer it is.
  }
  if (remembered.size >= REMEMBER) remembered.clear()
  remembered.set(certificateBase64, title)
  return title
}
